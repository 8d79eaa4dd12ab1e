# What people read, in English. Every other catalogue has the same messages with the same variables.

## Commands: descriptions have at most 100 characters, as Discord wants it

command-paint = Paint a picture from a prompt.
command-paint-prompt = What to paint, such as “Cubist Painting of a City in Teal”, or “a | b:0.5”; see /help paint.
command-paint-size = Of the canvas: square, portrait, landscape, tall, wide, or WIDTHxHEIGHT, such as 320x256.
command-paint-preset = How much work goes into it: a draft takes about a third of the time.
command-paint-steps = Steps to take; more steps, more detail, more time.
command-paint-seed = Same seed, same painting; random if left out.
command-paint-model = The model that paints.
command-paint-init-image = A picture to begin from.
command-random = Paint a random prompt from the word lists.
command-random-category = Draw the subject from one list only.
command-random-count = How many paintings.
command-queue = Show where your paintings stand.
command-cancel = Cancel a painting that waits or is being painted.
command-cancel-job = Its id, from /queue; your newest one if left out.
command-gallery = Show the newest paintings of all.
command-gallery-query = Words to look for: a style, a subject, a colour.
command-mine = Show your own paintings.
command-link = Join this account with your account elsewhere, or sign in on the web page.
command-link-code = The code that the other account was given.
command-shares = Show your paintings of today, and what your shares allow.
command-help = Explain the commands.
command-help-command = One command, in detail.
command-report = Report a painting to the admins.
command-report-artwork = Its id, as it stands below the painting.
command-reports = Show paintings that were reported; hide or keep them.
command-reports-artwork = The id of one; without it, the newest that waits.
command-reports-action = What becomes of it.
command-notes = Show the moderation log: what was refused, reported, hidden, and why.
command-notes-person = Of one person only: platform and number, such as discord:42.
command-vote = Vote on a painting, or see one after the other of the round and vote.
command-vote-artwork = Its id, as it stands below the painting; the next one of the round if left out.
command-round = Show the round of votes; curators open and end one.
command-round-action = Status, or for curators: open, close.
command-round-hours = For how many hours it is open; a week if left out.
command-round-pool = How many paintings may enter.
command-round-winners = How many may win.
command-round-quorum = How many voters a winner needs.
command-round-age = For how many hours an account must have been there to vote; 72 if left out.
command-round-title = What it is called.
command-curate = Enter your painting into the round; curators decide about what won.
command-curate-artwork = Its id, as it stands below the painting.
command-curate-action = Enter or leave; for curators: approve, veto or undo.
command-sell = Say whether your painting may be sold as a token.
command-sell-artwork = Its id, as it stands below the painting.
command-sell-answer = yes or no; left out, you are asked.
command-curate-reason = Why; a veto needs one.
command-settings = Show or change what is allowed here.
command-settings-setting = Which one.
command-settings-value = Its new value, or “default”.
command-settings-where = For this channel or thread, or for the whole server.
command-block = Take no more requests from somebody.
command-block-person = Who: platform and number, such as discord:42.
command-block-reason = Why; for the other admins.
command-unblock = Take requests from somebody again.
command-unblock-person = Who: platform and number, such as discord:42.

## Names of what stands below a painting

field-seed = Seed
field-steps = Steps
field-size = Size
field-style = Style
field-subject = Subject
field-colour = Colour
field-model = Model
field-id = Id
field-sale = Token
size-upscaled = { $canvas }, upscaled to { $picture }
steps-plateau = { $taken } of { $asked }: no more progress

## Buttons

button-again = Again
button-vary = Vary
button-master = Full size
button-sell = May be sold
button-no-sale = Not for sale
button-delete = Delete
button-delete-sure = Yes, delete it
button-report = Report
button-hide = Hide
button-keep = Keep
button-review = Later
button-cancel = Cancel
button-queue = Where is it now?
button-retry = Try again
button-older = Older
button-newest = Newest
button-vote =
    { $count ->
        [0] Vote
       *[other] Vote · { $count }
    }
button-next = Next one
button-show-me = Show me paintings
button-enter = Enter into the round
button-link = Yes, these are both mine
button-token = Token
button-buy = Buy
button-market = Marketplace

## A job

duration-seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
duration-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
duration-hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
duration-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
prompt-reading = Read as: { $reading }
prompt-unread = Left out, since it cannot be read: { $words }
queued-title = Waiting: { $position } of { $of }
queued-soon = An engine is free and begins any moment.
queued-eta = It should begin in about { $duration }.
queued-unknown = An engine is at work; how long it takes is not known yet.
queued-no-engine = No engine is running now; your painting waits until one is.
queued-again = The engine that had it is gone; it waits for another one.
running-title = Painting: step { $step } of { $steps }
running-begins = Painting: an engine has begun
running-upscaling = Painted; now it is upscaled
running-left = About { $duration } left.
running-plateau = No more progress is to be seen: it ends after { $steps } of { $asked } steps.
running-cancelling = It is being cancelled.
done-title = Painted
done-alt = Painting: { $prompt }
frame-alt = Step { $step } of { $steps }: { $prompt }
dead-title = Not painted
dead-text = The painting was given up: { $reason }
dead-unknown = The painting was given up.
cancelled-title = Cancelled
deleted-title = Deleted
deleted-text = This painting was deleted.
hidden-title = Withheld
hidden-text = The finished picture is not shown: { $reason }
place-gone = Where you asked for this I cannot write any more, so here it is.
picture-missing = The picture cannot be fetched now; press “{ button-master }” a little later.

## Queue, gallery, one's own

queue-title = Your paintings
queue-none = You have no painting waiting. Begin with /paint or /random.
queue-queued = { $position } of { $of } · { $prompt }
queue-running = step { $step } of { $steps } · { $prompt }
queue-all =
    { $queued ->
        [one] One painting waits in all
       *[other] { $queued } paintings wait in all
    }, { $running ->
        [one] one is being painted
       *[other] { $running } are being painted
    }, { $engines ->
        [0] and no engine is running now.
        [one] by one engine.
       *[other] by { $engines } engines.
    }
gallery-title = Gallery
gallery-none = There are no paintings yet.
gallery-none-for = No painting matches { $query }.
gallery-long = To page through so long a search, use fewer words.
mine-title = Your paintings
mine-none = You have no paintings yet. Begin with /paint or /random.
gallery-end = There are no older ones.
master-title = Full size
cancel-done = Cancelled.
cancel-over = It is over already.
cancel-none = You have no painting that could be cancelled.
delete-sure = Delete this painting for good? It goes from the gallery and from this chat.
delete-done = The painting was deleted.
report-done = Thank you; the admins will look at it.
report-again = You have reported this painting before; the admins know.
reports-title = Reported
reports-none = No report waits for you.
reports-by = { $count ->
        [0] Nobody has reported this painting, or that was dealt with.
        [one] One person has reported this painting.
       *[other] { $count } people have reported this painting.
    }
reports-more = { $count ->
        [one] One more painting waits.
       *[other] { $count } more paintings wait.
    }
reports-how = To hide it, press the button, or type /reports { $artwork } hide where it was asked for.
report-hidden = The painting is hidden now.
report-kept = The painting stays, and its reports are closed.
notes-title = Moderation log
notes-none = Nothing was noted.
field-person = Asked for by
field-place = In

## Votes and rounds

vote-counted =
    { $count ->
        [one] You voted for it; it has one vote now.
       *[other] You voted for it; it has { $count } votes now.
    }
vote-withdrawn =
    { $count ->
        [0] Your vote is withdrawn; it has none now.
        [one] Your vote is withdrawn; it has one vote now.
       *[other] Your vote is withdrawn; it has { $count } votes now.
    }
vote-young = Your vote is kept, but does not count in this round: accounts must be at least { $age } old.
vote-held = Your vote is kept, but held back until an admin has looked at it: many came at once.
vote-uncounted = Your vote is kept, but does not count.
deal-title = Do you like it?
deal-none = You have seen all that there is to see in this round for now; thank you.
deal-no-round = No round is open now; /vote with a painting’s id works at any time.
deal-over-title = That was all
round-plain = The round
round-title = The round “{ $title }”
round-none = There is no round here now; a curator opens one with /round open.
round-ranking = Each painting is shown to { $views } people, and ranked by the share of them who vote for it, as far as that is certain: neither early nor popular ones have an advantage.
round-min-age = Votes of accounts younger than { $age } do not count.
round-weighted = Votes of share holders weigh more.
round-more =
    { $count ->
        [one] and one more
       *[other] and { $count } more
    }
round-field-left = Ends in
round-field-opens = Begins in
round-field-pool = Paintings
round-field-votes = Votes
round-field-views = Shown
round-field-quorum = To win
round-field-winners = Winners, at most
round-counting = a moment: votes are being counted
round-of = { $count } of { $of }
round-votes =
    { $voters ->
        [one] { $votes } by one person
       *[other] { $votes } by { $voters } people
    }
round-quorum =
    { $count ->
        [one] one voter at least
       *[other] { $count } voters at least
    }
round-opened = The round is open for { $duration }, for at most { $pool } paintings.
round-closed =
    { $winners ->
        [0] The round has ended; no painting had enough voters.
        [one] The round has ended; one painting has won.
       *[other] The round has ended; { $winners } paintings have won.
    }
round-begins-title = { $title ->
        [none] A round of votes begins
       *[other] A round of votes begins: { $title }
    }
round-begins-how = Enter your paintings with /curate or the button below them, and see those of others with /vote. It ends in { $duration }.
round-painting-title = In the round
round-over-title = { $title ->
        [none] The winners
       *[other] The winners of “{ $title }”
    }
round-over-none-title = The round has ended
round-over-text =
    { $voters ->
        [one] One person has voted on { $entries } paintings.
       *[other] { $voters } people have voted on { $entries } paintings.
    }
round-over-none = There is no winner: no painting had enough voters.
round-over-sell = If one of these is yours: /sell says whether it may be sold; without your word it is not.
round-next = The next round takes new paintings.
winner-place = No. { $place }
winner-line = { $prompt } – { $votes ->
        [one] one vote
       *[other] { $votes } votes
    }{ $views ->
        [0] {""}
       *[other] , shown to { $views }
    }
sale-minted = minted
sale-listed = for sale at { $price }
sale-sold = sold for { $price }
sales-minted-title = { $title ->
        [none] The winners are tokens now
       *[other] The winners of “{ $title }” are tokens now
    }
sales-listed-title = { $title ->
        [none] The winners are for sale
       *[other] The winners of “{ $title }” are for sale
    }
sales-looks = 🔍 shows a painting.
sales-tokens = 🪙 leads to its token.
sales-listings = 🛒 leads to where it can be bought.
digest-title = The week in paintings
digest-text =
    Paintings finished: { $paintings }. Votes: { $votes }, by { $voters ->
        [one] one person.
       *[other] { $voters } people.
    }
digest-trait-style = Winning styles
digest-trait-subject = Winning subjects
digest-trait-colour = Winning colours
entered = The painting is in the round; good luck.
left = The painting is out of the round.
left-none = The painting is in no round.
sell-question = May “{ $prompt }” be sold as a token? { $promise } You can change your mind until it is planned for minting.
sell-share = Of what it brings, the owner promises you { $share } %.
sell-no-share = The owner promises you no share of what it brings.
sell-yes = It may be sold. { $promise } /sell ID no takes that back until it is planned for minting.
sell-no = It will not be sold.
sell-none = None of your paintings waits for your word.
sell-by-asking = What you ask for here may be sold as a token if it wins. { $promise } /sell ID no forbids it.
approved = The painting is in the curated set.
vetoed = The painting is out, and your reason is in the log.
decision-undone = The decision is taken back; the painting waits for another one.
curate-how = Name a painting: /curate and its id, as it stands below it; or press the button there.
curate-title = Winners to decide about
curate-decide = Approve with /curate ID approve, or keep one out with /curate ID veto and your reason; /curate ID undo takes either back.
curate-enter = Which of your paintings shall enter the round?
curate-none = There is nothing to decide here.
muse-chance = Drawn from the whole lists by chance, to find out what nobody has tried.
muse-why = Drawn because { $reasons }.
muse-won = { $value } came in the first quarter { $best } of { $painted } times
muse-new = { $value } was in no round yet
muse-other = Drawn by: { $source }.

## Help

help-title = GANshare paints what you describe
help-intro = Everybody takes turns; the picture shows up where you asked, and grows while you watch.
help-paint = Parts of a prompt stand between |. A number that ends a part is its weight, after a colon that follows a letter: “a castle | stormy sea:0.5 | people:-0.3”; “a castle 16:9” and “dinner at 19:30” have none. Options may stand in the prompt, too: --ar 16:9, --no people, --preset draft, --seed 7, --size portrait (or 320x256), --steps 200. Text in quotes is painted as it is, and so is a | or : after a backslash.
help-example = For example: { $example }
help-required = needed
help-number = { $lowest } to { $highest }
help-choices = one of { $choices }
help-picture = a picture, attached

## Accounts

link-title = One person, several accounts
link-code = On your other account, type /link { $code } within ten minutes. Anyone who types it is joined with this account, so show it to nobody.
link-sign-in = Or open this address to sign in on the web page; it works once, for ten minutes: { $url }
link-sure = Make this account and { $account } one person? Paintings and limits are counted together from then on.
link-done = Done: { $accounts } are one person now.
shares-title = Today
shares-used = You asked for { $used } of { $quota } paintings in the last 24 hours.
shares-free =
    { $used ->
        [0] You asked for no painting in the last 24 hours; there is no limit here.
        [one] You asked for one painting in the last 24 hours; there is no limit here.
       *[other] You asked for { $used } paintings in the last 24 hours; there is no limit here.
    }
shares-metered = Engines worked { $duration } for you.
shares-none = No shares are set up in this community.

## Administration

settings-title = Settings of this place
settings-changed = Changed: { $setting } is now { $value }.
settings-title-server = Settings of the whole server
settings-how = Change one with /settings NAME VALUE; “default” takes it back.
setting-allowed = Paintings here
setting-max-side = Longest side
setting-max-steps = Most steps
setting-daily-quota = Paintings a day
setting-language = Language
setting-curation-place = Curation
setting-automatic-entry = Paintings enter rounds by themselves
setting-consent-by-asking = Who asks here agrees to a sale
setting-guests-per-day = Guests’ paintings a day
value-on = on
value-off = off
value-any = as everywhere
value-no-limit = no limit
value-own = each reader’s own
value-here = here
value-as-round = as the round says
block-done = { $person } is blocked.
unblock-done = { $person } may ask again.
unblock-none = { $person } was not blocked.

## What is not done, in one sentence that says what is allowed. Those that the rest of GANshare
## says, too, are in ganshare/sentences.py; other catalogues have them here.

refusal-other = { $sentence }
refusal-missing = /{ $command } needs { $parameter }; /help { $command } shows how.
refusal-twice = The option --{ $parameter } is given twice; once is allowed.
refusal-no-value = The option --{ $parameter } needs a value after it.
refusal-too-much = /{ $command } does not know what to do with { $given }; /help { $command } says what it takes.
refusal-choice = { $parameter } must be one of { $allowed } (got { $given }).
refusal-too-long = { $parameter } has { $given } characters; at most { $allowed } are allowed.
refusal-word = { $parameter } must be a single word (got { $given }).
refusal-number = { $parameter } must be a whole number (got { $given }).
refusal-number-range = { $parameter } must be between { $lowest } and { $highest } (got { $given }).
refusal-option = /{ $command } has no { $given }; it takes { $allowed }{ $nearest ->
        [none] .
       *[other] {" "}(did you mean { $nearest }?).
    }
refusal-command = There is no command { $given }{ $nearest ->
        [none] {""}
       *[other] {" "}(did you mean { $nearest }?)
    }; /help lists them all.
refusal-rank-member = Only who has signed in may use /{ $command }; ask for a sign-in link with /link in the chat.
refusal-rank-curator = Only curators may use /{ $command } like that.
refusal-round-private = A round needs a place that others see; type this in a channel or group.
refusal-round-elsewhere = The rounds of this place are held in { $place }; only its own curators may do that, there.
refusal-enter-from-elsewhere = This painting was asked for elsewhere; only the member who asked for it, or a curator named by the owner, may enter it here.
refusal-decide-from-elsewhere = This painting was asked for elsewhere; only curators whom the owner named may decide about it.
refusal-rank-admin = Only admins may use /{ $command }.
refusal-rank-owner = /{ $command } applies everywhere, so only those named in BOT_ADMINS may use it.
refusal-reports-there = This painting was asked for elsewhere; its admins decide there, with /reports { $artwork } hide.
refusal-place = Paintings are not made in this place; an admin may allow it with /settings allowed on.
refusal-side = Here at most { $allowed } pixels on the longer side are allowed, not { $given }.
refusal-steps = Here at most { $allowed } steps are allowed, not { $given }.
refusal-quota = You have asked for { $given ->
        [one] one painting
       *[other] { $given } paintings
    } in the last 24 hours, and { $allowed } a day are allowed here; please come back later.
refusal-guest = Guests do not paint here; sign in with the link that /link gives you in the chat.
refusal-guest-quota = Guests may ask for { $allowed } paintings a day here, and you have had them; sign in with the link that /link gives you in the chat.
refusal-moderation-place = The page shows reports at /moderation and sends none: name a channel or group, such as discord:42 or telegram:-100, or “default”.
refusal-no-server = Only channels of a Discord server have settings of a whole server; leave “where” out.
refusal-blocked-quietly = You may not ask for paintings here; its admins decided so.
refusal-init-gone = The picture that this began from is no longer kept; /paint it with a new one.
refusal-person = There is nobody called { $given }; give a platform and a number, such as discord:42.
refusal-picture-large = The picture has { $given } MB; at most { $allowed } MB are allowed.
refusal-picture-pixels = The picture has { $given } pixels; at most { $allowed } are allowed.
refusal-picture-broken = The attachment is not a picture that can be read; use PNG, JPEG, WebP or GIF.
world-away-other = This does not work right now; please try again in a moment.
internal-error = Something went wrong on our side, sorry; its number in the log is { $id }.

## The terminal

terminal-welcome = Type a prompt to have it painted, /help for more, /quit to leave.
terminal-engine = No engine is running; one starts now, which takes some seconds.
terminal-engine-failed = The engine ended: { $reason }
terminal-frame = Frame { $step }: { $path }
terminal-saved = Saved as { $path }
terminal-bye = Good-bye.
