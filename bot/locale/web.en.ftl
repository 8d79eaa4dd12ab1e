# The web page, in English.

## On every page

web-skip = Skip to the content
web-nav = Pages
web-nav-paint = Paint
web-nav-gallery = Gallery
web-nav-mine = Mine
web-nav-help = Help
web-theme = Dark or light
web-language = Language
web-foot = GANshare, painted by small models of its own.
web-sign-in = Sign in
web-sign-out = Sign out
web-back = Back

## The prompt

web-home-title = A sentence becomes a painting
web-home-lead = Write what you want to see, and watch it being painted. Everybody’s paintings hang in the gallery.
web-prompt = What shall be painted?
web-helpers = Help with the words
web-style = Style
web-subject = Subject
web-colour = Colour
web-category = Category
web-any = Any
web-surprise = Surprise me
web-more = More
web-size = Size
web-preset = Preset
web-steps = Steps
web-seed = Seed
web-model = Model
web-init-image = Begin from a picture
web-paint = Paint
web-sign-in-to-paint = Sign in to paint
web-lately = Lately painted
web-to-gallery = All paintings
web-random = random

## A painting under way

web-frame-alt = Not finished yet: { $prompt }
web-progress = Progress of the painting
web-announce-begins = Painting has begun.
web-announce-part = { $percent } percent painted.
web-announce-done = Your painting is finished.
web-away = The connection is interrupted; the painting goes on, and this page comes back by itself.
web-try-again = Try again

## A finished painting

web-whole-prompt = The whole prompt
web-alt = Painting: { $prompt }
web-description = Painted from a sentence, with the seed { $seed }.
web-traits = What it shows
web-deeds = What to do with it
web-film = Watch it take shape
web-film-alt = The painting takes shape in a dozen frames.
web-provenance = How it was made
web-may-sell = Every model that took part allows the painting to be sold.
web-may-not-sell = A model that took part does not allow the painting to be sold.
web-part = Part
web-licence = Licence
web-picture = Picture
web-part-vqgan = Painter
web-part-perceptor = Eye
web-part-upscaler = Upscaler
web-created = Painted
web-cutouts = Cutouts
web-manifest = The whole manifest, as JSON
web-sale = Sale
web-sale-question = May this painting be sold as a token, if it is chosen? You can change your mind until it is planned for minting.
web-delete-sure = The painting disappears from the gallery for good. Really delete it?
web-delete-yes = Delete for good
web-related = More { $style } paintings

## Gallery

web-search = Search
web-search-example = castle teal
web-find = Find
web-clear = Show all
web-further = More paintings
# { "{count}" } stays as it is: the page puts the number there.
web-further-loaded = {"{count}"} more paintings
web-gallery-empty = No painting yet; the first one may be yours.
web-gallery-none = No painting matches that.
web-mine-empty = You have no paintings yet.
web-working = Under way
web-category-shapes = Shapes
web-category-places = Places
web-category-things = Things

## Help

web-help-title = How to paint here
web-help-lead = Write what the painting should show, press Paint, and watch. It takes from half a minute to some minutes, after those who asked before you. You may close the page meanwhile: the painting will be under Mine.
web-help-prompts-title = Prompts
web-help-prompts = A style, a subject and a colour work best; the fields below the prompt know those that the models learned.
web-help-commands-title = In the chat
web-help-commands = On Discord and Telegram the same is done by commands.
web-required = needed
web-rank-member = for members
web-rank-curator = for curators
web-rank-admin = for admins

## Signing in

web-sign-in-how = You sign in with your account on Discord or Telegram; there is no password.
web-sign-in-step-1 = Write /link to the bot, there.
web-sign-in-step-2 = Open the address that it answers with. It works once, for ten minutes.
web-sign-in-guests =
    { $count ->
        [one] Without signing in you may paint one picture a day.
       *[other] Without signing in you may paint { $count } pictures a day.
    }
web-sign-in-no-guests = Without signing in you may look at everything.
web-sign-in-sure = This signs you in, in this browser, as the chat account that asked for this address.
web-signed-in = You are signed in.
web-signed-out = You are signed out.
web-link-accounts = What these accounts ask for is counted together, and each of them finds the same paintings under Mine:
web-link-add = Another account
web-link-how = Write /link to the bot with the other account, and type the code here that it answers with.
web-link-code = Code
web-link-take = Go on
web-link-give = Give me a code to type there instead
web-link-no = No

## What is not done

web-error-title = That did not work
web-not-found-title = Nothing here
web-not-found = There is no page here; perhaps the painting was deleted.
web-old-form = This form was too old or came from another page; please try it once more.
web-too-fast = That was too often; please wait { $seconds ->
        [one] one second
       *[other] { $seconds } seconds
    } and try again.
web-too-large = What you sent is too large; a picture may have { $megabytes } MB at most.
web-wrong-method = This address only works from its own page.
web-wrong-host = This page is not served under this name; its owner may say so with BOT_WEB_URL.
web-broken-form = The form came in pieces that make no sense; please try it once more.
web-guests-today = From your address guests have had their paintings of today; please sign in, or come back tomorrow.

## Votes and rounds

web-nav-round = Votes
web-nav-desk = Curating
web-vote = Vote
web-vote-for = Vote for “{ $prompt }”; votes so far: { $count }
web-vote-sign-in = Votes so far: { $count }; sign in to vote
web-votes =
    { $count ->
        [0] Nobody has voted for it yet.
        [one] One person has voted for it.
       *[other] { $count } people have voted for it.
    }
web-sign-in-to-vote = Sign in to vote
web-round-title = Vote on what is kept
web-round-none = No round is open now. Paintings can be voted on at any time, though.
web-desk-title = The curators’ desk
web-desk-lead =
    { $count ->
        [0] Everything that won has been decided about.
        [one] One painting has won and waits for a decision. Curators approve or veto; the community chooses.
       *[other] { $count } paintings have won and wait for a decision. Curators approve or veto; the community chooses.
    }
web-desk-none = There is nothing to decide.
web-desk-reason = Why not; a veto needs a reason, and it stays in the log
web-desk-approve = Approve
web-desk-veto = Veto
web-desk-decided = Decided lately
web-desk-undo = Undo
web-desk-undo-label = Undo the decision about “{ $prompt }”
web-desk-planned = Planned for minting
web-desk-history = What happened to it
web-desk-rate = Liked by
web-desk-bound = Surely by
web-desk-bound-label = Liked by { $rate } of those who were asked, and surely by { $bound }
web-desk-critic = Critic: No. { $place } of { $of } in its round
web-desk-critic-phrase = By likeness to “{ $phrase }”; what that is worth is not known.
web-desk-critic-proven = By what was liked before. On paintings that it had not seen, its choice was among the best { $lift } times as often as chance would have it.
web-desk-critic-unproven = By what was liked before. So far it cannot be told from chance.
web-desk-critic-note = The critic is a program: it looks at the picture alone, and counts for nothing.
web-desk-curated =
    { $count ->
        [one] The curated set: one painting
       *[other] The curated set: { $count } paintings
    }
web-history-enter = Entered by { $by }
web-history-leave = Taken out by { $by }
web-history-hold = A vote held by { $by }
web-history-release = A vote released by { $by }
web-history-approve = Approved by { $by }
web-history-veto = Vetoed by { $by }
web-history-undo = Decision undone by { $by }
web-for-curators = This page is for curators; the owner names them with BOT_CURATORS.

## Programs

web-tokens = Programs
web-tokens-lead = A program with a token of yours acts as you: it paints, votes and looks at paintings by the same rules. Give each program a token of its own, and revoke it when you no longer use the program.
web-tokens-docs = What programs can do, as OpenAPI
web-tokens-none = You have no token.
web-tokens-new = New token
web-tokens-label = What it is for
web-tokens-example = my Matrix bot
web-tokens-scopes = What it may do
web-tokens-create = Make a token
web-tokens-revoke = Revoke
web-tokens-revoke-label = Revoke the token “{ $label }”
web-tokens-revoked = The token is revoked.
web-tokens-made = This is the token. It is shown this once; keep it as you keep a password.
web-tokens-used = last used { $day }
web-tokens-unused = never used
web-tokens-expires = until { $day }
web-scope-read = read: see what you see
web-scope-write = write: paint, vote, report, delete yours, change your choices
web-scope-moderate = moderate: what the owner lets you do as a curator or admin
api-token-bad = The token is unknown, expired or revoked; make another one on the page, under your name.
api-token-needed = This needs a token; make one on the page, under your name, and send it as “Authorization: Bearer …”.
api-scope-read = This needs a token with the scope read.
api-scope-write = This needs a token with the scope write.
api-scope-moderate = This needs a token with the scope moderate.
api-json = The body must be a JSON object whose values are texts and whole numbers.
api-not-found = There is no such address; /api/v1/openapi.json lists all.
api-wrong-method = This address does not take that method.
api-no-frame = There is no frame of it now.
api-tab-alone = A tab other than “new” goes without “q”, “style”, “category”, “colour” and “mine”.
api-no-film = There is no film of this painting.
api-not-by-token = This takes more than a token; it is done on the page or in the chat.

## Without a chat

web-sign-in-invited = Without a chat, the owner of this page gives you an address that signs you in once; from then on you make one for each of your devices yourself, under your name.
web-elsewhere = Sign in on another device
web-elsewhere-how = An address signs you in there once, within ten minutes. Keep one device signed in: it is the key for the next.
web-elsewhere-make = Make an address
web-elsewhere-made = Open this address on the other device, within ten minutes. It works once. Anyone who opens it is signed in as you.

## Moderation

web-nav-moderation = Moderation
web-nav-waiting = { $count ->
    [one] one reported painting
   *[other] { $count } reported paintings
  }
web-for-admins = This page is for admins; the owner names them with BOT_ADMINS.
web-moderation-blocks = Blocked
web-moderation-blocks-none = Nobody is blocked.
web-moderation-person = Account
web-moderation-reason = Reason, for the other admins
web-moderation-block = Block
web-moderation-unblock = Unblock
web-moderation-unblock-label = Unblock { $person }
web-moderation-blocked-by = by { $by } on { $day }
web-moderation-settings = Settings of the page
web-moderation-settings-how = “default” takes a setting back. A chat named as moderation_place, such as discord:42, is told of reports.
web-moderation-setting = Setting
web-moderation-value = Value
web-moderation-change = Change
web-moderation-log = What happened
web-moderation-by = Asked for by { $person }.
web-invite = Invite somebody
web-invite-how = The address signs them in once, within seven days, as a member with an account of their own.
web-invite-name = Name
web-invite-make = Make an invitation
web-invite-made = Send this address to { $name }. It works once, within seven days; the account is { $account }.
web-round-open = Open a round
web-round-close = End the round now
web-round-close-sure = The votes are counted, and the winners shown. Really end it now?
web-round-name = Title
web-round-hours = Hours
web-round-winners = Winners
web-round-pool = Paintings
web-round-quorum = Votes to win

## Walls, artists, votes one by one

web-tabs = Which paintings
web-tab-new = New
web-tab-voted = Most voted
web-tab-round = This round
web-tab-minted = Minted
web-empty-voted = No painting has a vote yet.
web-empty-round = No painting is in a round now.
web-empty-minted = No painting is minted yet.
web-boards = Leaderboards
web-boards-none = Nothing was painted or voted for in these days.
web-feed = Feed
web-by = by { $name }
web-edit = Edit this prompt
web-begin-here = Begin from this
web-begins-from = Begins from this painting.
web-begins-not = Begin anew
web-share = Share
web-share-copied = Address copied
web-neighbours = Other paintings
web-newer = Newer
web-older = Older
web-now = Being painted now
web-chips = Examples
web-shape-square = Square
web-shape-portrait = Portrait
web-shape-landscape = Landscape
web-shape-tall = Tall
web-shape-wide = Wide
web-shape-large = Large square
web-choice-of = { $seen } of { $of }
web-choice-like = Like
web-choice-skip = Skip
web-choice-keys = The arrow keys do it, too.
web-choice-about = About this painting
web-round-results = All places
