# The web page, in English.

## On every page

web-skip = Skip to content
web-nav = Pages
web-nav-paint = Paint
web-nav-gallery = Gallery
web-nav-mine = Mine
web-nav-help = Help
web-theme = Dark or light
web-language = Language
web-foot = GANshare paints with small models of its own.
web-sign-in = Sign in
web-sign-out = Sign out
web-back = Back

## The prompt

web-home-title = Turn a sentence into a painting
web-home-lead = Write what you want to see, and watch it being painted. Everyone’s paintings appear in the gallery.
web-prompt = What should be painted?
web-helpers = Help with words
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
web-count = How many
web-strength = How much of it stays, in percent
web-model = Model
web-init-image = Start from a picture
web-paint = Paint
web-sign-in-to-paint = Sign in to paint
web-lately = Recent paintings
web-to-gallery = All paintings
web-random = random

## A painting under way

web-frame-alt = Not finished yet: { $prompt }
web-progress = Progress of the painting
web-announce-begins = Painting has started.
web-announce-part = { $percent } percent painted.
web-announce-done = Your painting is finished.
web-away = The connection was lost. Painting continues, and this page reconnects by itself.
web-try-again = Try again

## A finished painting

web-whole-prompt = Full prompt
web-alt = Painting: { $prompt }
web-description = Painted from a sentence, with the seed { $seed }.
web-traits = What it shows
web-deeds = Actions
web-film = Watch it take shape
web-film-alt = The painting takes shape in about a dozen frames.
web-provenance = How it was made
web-may-sell = Every model involved allows the painting to be sold.
web-may-not-sell = One of the models involved does not allow the painting to be sold.
web-part = Part
web-licence = Licence
web-picture = Picture
web-part-vqgan = VQGAN
web-part-perceptor = Perceptor
web-part-upscaler = Upscaler
web-created = Painted on
web-cutouts = Cutouts
web-manifest = Full manifest (JSON)
web-sale = Sale
web-sale-question = May this painting be sold as a token, if it is chosen? You can change your mind until it is planned for minting.
web-delete-sure = This removes the painting from the gallery for good. Delete it?
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
web-gallery-empty = There are no paintings yet; yours could be the first.
web-gallery-none = No painting matches your search.
web-mine-empty = You have no paintings yet.
web-working = In progress
web-finished = Finished
web-sheet = All { $count } side by side
web-category-shapes = Shapes
web-category-places = Places
web-category-things = Things

## Help

web-help-title = How to paint here
web-help-lead = Write what the painting should show, press Paint, and watch. Painting takes from half a minute to a few minutes, after the requests ahead of yours. You can close the page meanwhile and find the painting under Mine.
web-help-prompts-title = Prompts
web-help-prompts = A style, a subject and a colour work best. The fields below the prompt list the words that the models learned.
web-help-commands-title = In the chat
web-help-commands = On Discord and Telegram, commands do the same.
web-required = required
web-rank-member = for members
web-rank-curator = for curators
web-rank-admin = for admins

## Signing in

web-sign-in-how = Sign in with your Discord or Telegram account; there is no password.
web-sign-in-step-1 = Send /link to the bot there.
web-sign-in-step-2 = Open the address in its answer. It works once, within ten minutes.
web-sign-in-guests =
    { $count ->
        [one] Without signing in, you can paint one picture per day.
       *[other] Without signing in, you can paint { $count } pictures per day.
    }
web-sign-in-no-guests = Without signing in, you can look at everything.
web-sign-in-sure = This browser will be signed in as the chat account that asked for this address.
web-signed-in = You are signed in.
web-signed-out = You are signed out.
web-link-accounts = Requests from these accounts count together, and all of them find the same paintings under Mine:
web-link-add = Link another account
web-link-how = Send /link to the bot from your other account, and type the code from its answer here.
web-link-code = Code
web-link-take = Continue
web-link-give = Get a code to type there instead
web-link-no = No

## What is not done

web-error-title = That did not work
web-not-found-title = Page not found
web-not-found = There is no page here; perhaps the painting was deleted.
web-old-form = This form is out of date or came from another page; please try again.
web-too-fast = Too many requests; please wait { $seconds ->
        [one] one second
       *[other] { $seconds } seconds
    } and try again.
web-too-large = What you sent is too large; a picture may have at most { $megabytes } MB.
web-wrong-method = This address works only from its own page.
web-wrong-host = This page is not served under this name; its owner can set the name with BOT_WEB_URL.
web-broken-form = The form arrived incomplete; please try again.
web-guests-today = Guests at your network address have used today’s paintings; please sign in, or come back tomorrow.

## Votes and rounds

web-nav-round = Votes
web-nav-desk = Curation
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
web-round-title = Vote for the best paintings
web-round-none = No round is open now, but you can vote on paintings at any time.
web-desk-title = The curators’ desk
web-desk-lead =
    { $count ->
        [0] Every winner has been decided on.
        [one] One winner is waiting for a decision. The community chooses winners; curators approve or veto them.
       *[other] { $count } winners are waiting for a decision. The community chooses winners; curators approve or veto them.
    }
web-desk-none = There is nothing to decide.
web-desk-reason = Reason (a veto needs one, and it stays in the log)
web-desk-approve = Approve
web-desk-veto = Veto
web-desk-decided = Recent decisions
web-desk-undo = Undo
web-desk-undo-label = Undo the decision on “{ $prompt }”
web-desk-planned = Planned for minting
web-desk-history = History
web-desk-rate = Liked by
web-desk-bound = At least
web-desk-bound-label = Liked by { $rate } of the people who saw it; at least { $bound }, allowing for chance
web-desk-critic = Critic: No. { $place } of { $of } in its round
web-desk-critic-phrase = Ranked by likeness to “{ $phrase }”; nobody has measured what that is worth.
web-desk-critic-proven = Ranked by what was liked before. On paintings that it had not seen, it picked the best { $lift } times as often as chance.
web-desk-critic-unproven = Ranked by what was liked before. So far, it does no better than chance.
web-desk-critic-note = The critic is a program that looks only at the picture. It does not affect the result.
web-desk-curated =
    { $count ->
        [one] The curated set: one painting
       *[other] The curated set: { $count } paintings
    }
web-history-enter = Entered by { $by }
web-history-leave = Taken out by { $by }
web-history-hold = Vote put on hold by { $by }
web-history-release = Vote released by { $by }
web-history-approve = Approved by { $by }
web-history-veto = Vetoed by { $by }
web-history-undo = Decision undone by { $by }
web-for-curators = This page is for curators; the owner names them in BOT_CURATORS.

## Programs

web-tokens = Programs
web-tokens-lead = A program with your token acts as you: it paints, votes and looks at paintings under the same rules. Give each program a token of its own, and revoke it when you no longer use the program.
web-tokens-docs = What programs can do (OpenAPI)
web-tokens-none = You have no token.
web-tokens-new = New token
web-tokens-label = What it is for
web-tokens-example = my Matrix bot
web-tokens-scopes = What it may do
web-tokens-create = Create a token
web-tokens-revoke = Revoke
web-tokens-revoke-label = Revoke the token “{ $label }”
web-tokens-revoked = The token is revoked.
web-tokens-made = This is the token. It is shown only once; keep it like a password.
web-tokens-used = last used { $day }
web-tokens-unused = never used
web-tokens-expires = until { $day }
web-scope-read = read: see what you can see
web-scope-write = write: paint, vote, report, delete your paintings, change your choices
web-scope-moderate = moderate: what the owner lets you do as a curator or admin
api-token-bad = The token is unknown, expired or revoked; create a new one on the page, under your name.
api-token-needed = This needs a token; create one on the page, under your name, and send it as “Authorization: Bearer …”.
api-scope-read = This needs a token with the scope read.
api-scope-write = This needs a token with the scope write.
api-scope-moderate = This needs a token with the scope moderate.
api-json = The body must be a JSON object whose values are strings and whole numbers.
api-not-found = There is no such address; /api/v1/openapi.json lists all of them.
api-wrong-method = This address does not support that method.
api-no-frame = There is no frame of it now.
api-tab-alone = A tab other than “new” cannot be combined with “q”, “style”, “category”, “colour” and “mine”.
api-no-film = There is no film of this painting.
api-not-by-token = A token is not enough for this; do it on the page or in the chat.

## Without a chat

web-sign-in-invited = If you use no chat, the owner of this page gives you an address that signs you in once. After that, you create addresses for your other devices yourself, under your name.
web-passkeys = Passkeys
web-passkeys-how = With a passkey on your phone, on your computer or in a password manager, you can sign in without a chat and without a sign-in address.
web-passkeys-where = Passkeys need a page at an https address with a name; this page has none.
web-passkey = Passkey
web-passkey-label = Name of the passkey
web-passkey-example = My phone
web-passkey-add = Add a passkey
web-passkey-added = You can sign in with this passkey from now on.
web-passkey-remove = Remove
web-passkey-remove-label = Remove the passkey “{ $label }”
web-passkey-removed = The passkey was removed.
web-passkey-used = last used { $day }
web-passkey-unused = never used
web-passkey-sign-in = Sign in with a passkey
web-passkey-failed = This did not work: there is no passkey for this page, one already exists, or you cancelled.
web-elsewhere = Sign in on another device
web-elsewhere-how = The address signs you in on the other device once, within ten minutes. Keep one device signed in: you need it to sign in on the next one.
web-elsewhere-make = Create an address
web-elsewhere-made = Open this address on the other device, within ten minutes. It works once. Anyone who opens it is signed in as you.

## Moderation

web-nav-moderation = Moderation
web-nav-waiting = { $count ->
    [one] one reported painting
   *[other] { $count } reported paintings
  }
web-for-admins = This page is for admins; the owner names them in BOT_ADMINS.
web-moderation-blocks = Blocked
web-moderation-blocks-none = Nobody is blocked.
web-moderation-person = Account
web-moderation-reason = Reason, for the other admins
web-moderation-block = Block
web-moderation-unblock = Unblock
web-moderation-unblock-label = Unblock { $person }
web-moderation-blocked-by = by { $by } on { $day }
web-moderation-settings = Settings of the page
web-moderation-settings-how = “default” resets a setting. A place is named as in the chats, such as discord:42.
web-moderation-setting = Setting
web-moderation-value = Value
web-moderation-change = Change
web-moderation-log = Moderation log
web-moderation-by = Requested by { $person }.
web-invite = Invite someone
web-invite-how = The address signs them in once, within seven days, as a member with their own account.
web-invite-name = Name
web-invite-make = Create an invitation
web-invite-made = Send this address to { $name }. It works once, within seven days; the account is { $account }.
web-round-open = Open a round
web-round-close = End the round now
web-round-close-sure = This counts the votes and shows the winners. End the round now?
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
web-boards-none = Nobody painted or voted in these days.
web-boards-all = All communities
web-boards-here = This page
web-feed = Feed
web-by = by { $name }
web-edit = Edit this prompt
web-begin-here = Start from this painting
web-begins-from = Starts from this painting.
web-begins-not = Start from nothing
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
web-choice-keys = You can also use the arrow keys.
web-choice-about = About this painting
web-round-results = Full ranking
