# What people read, in English. Every other catalogue has the same messages with the same variables.

## Commands: descriptions have at most 100 characters, as Discord wants it

command-paint = Paint a picture from a prompt.
command-paint-prompt = What to paint, such as “Cubist Painting of a City in Teal”, or “a | b:0.5”; see /help paint.
command-paint-size = Canvas size: square, portrait, landscape, tall, wide, or WIDTHxHEIGHT, such as 320x256.
command-paint-preset = How much work to put in; a draft takes about a third of the time.
command-paint-steps = How many steps to take; more steps add detail and take longer.
command-paint-seed = The same seed gives the same painting; random if left out.
command-paint-model = Which model paints.
command-paint-init-image = A picture to start from.
command-random = Paint a random prompt from the word lists.
command-random-category = Draw the subject from one list only.
command-random-count = How many paintings.
command-queue = Show your paintings in the queue.
command-cancel = Cancel a painting that is waiting or being painted.
command-cancel-job = Its ID, from /queue; your newest one if left out.
command-gallery = Show the community’s newest paintings.
command-gallery-query = Words to search for: a style, a subject, a colour.
command-mine = Show your own paintings.
command-link = Link this account with your other account, or sign in to the web page.
command-link-code = The code that your other account was given.
command-shares = Show how much you painted today and what your shares allow.
command-help = Explain the commands.
command-help-command = The command to explain in detail.
command-report = Report a painting to the admins.
command-report-artwork = Its ID, shown below the painting.
command-reports = Show reported paintings; hide or keep them.
command-reports-artwork = The ID of one; the newest that is waiting if left out.
command-reports-action = What to do with it.
command-notes = Show the moderation log: what was refused, reported or hidden, and why.
command-notes-person = Only this person’s entries: platform and number, such as discord:42.
command-vote = Vote on a painting, or see the paintings of the round one by one and vote.
command-vote-artwork = Its ID, shown below the painting; the next one of the round if left out.
command-round = Show the round of votes; curators open and close it.
command-round-action = status; for curators also open and close.
command-round-hours = How many hours it lasts; a week if left out.
command-round-pool = How many paintings may enter at most.
command-round-winners = How many paintings may win at most.
command-round-quorum = How many voters a winner needs.
command-round-age = How many hours old an account must be to vote; 72 if left out.
command-round-title = The title of the round.
command-curate = Enter your painting into the round; curators decide on the winners.
command-curate-artwork = Its ID, shown below the painting.
command-curate-action = enter or leave; for curators also approve, veto and undo.
command-sell = Allow or forbid the sale of your painting as a token.
command-sell-artwork = Its ID, shown below the painting.
command-sell-answer = yes or no; if left out, you are asked.
command-curate-reason = The reason; a veto needs one.
command-settings = Show or change what is allowed here.
command-settings-setting = Which setting.
command-settings-value = Its new value, or “default” to reset it.
command-settings-where = This channel or thread, or the whole server.
command-block = Stop taking requests from someone.
command-block-person = Who: platform and number, such as discord:42; if left out, the list of blocked people.
command-block-reason = The reason, for the other admins.
command-unblock = Take requests from someone again.
command-unblock-person = Who: platform and number, such as discord:42.

## Names of what stands below a painting

field-seed = Seed
field-steps = Steps
field-size = Size
field-style = Style
field-subject = Subject
field-colour = Colour
field-model = Model
field-id = ID
field-sale = Token
size-upscaled = { $canvas }, upscaled to { $picture }
steps-plateau = { $taken } of { $asked }: no further progress

## Buttons

button-again = Again
button-vary = Vary
button-master = Full size
button-sell = Allow sale
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
button-next = Next
button-show-me = Show me paintings
button-enter = Enter the round
button-link = Yes, both are mine
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
prompt-unread = Left out, because it can’t be read: { $words }
queued-title = Waiting: { $position } of { $of }
queued-soon = An engine is free; painting starts any moment.
queued-eta = Painting starts in about { $duration }.
queued-unknown = An engine is working; there is no estimate of the wait yet.
queued-no-engine = No engine is running; your painting waits until one starts.
queued-again = The engine that was painting it is gone; it waits for another one.
running-title = Painting: step { $step } of { $steps }
running-begins = Painting: an engine has started
running-upscaling = Painted; now upscaling
running-left = About { $duration } left.
running-plateau = No further progress: it ends after { $steps } of { $asked } steps.
running-cancelling = Cancelling it.
done-title = Painted
done-alt = Painting: { $prompt }
frame-alt = Step { $step } of { $steps }: { $prompt }
dead-title = Not painted
dead-text = This painting failed: { $reason }
dead-unknown = This painting failed.
cancelled-title = Cancelled
deleted-title = Deleted
deleted-text = This painting was deleted.
hidden-title = Withheld
hidden-text = The finished picture is not shown: { $reason }
place-gone = I can no longer write where you asked for this, so I am sending it here.
picture-missing = The picture can’t be fetched right now; press “{ button-master }” again later.

## Queue, gallery, one's own

queue-title = Your paintings
queue-none = You have no paintings waiting. Start with /paint or /random.
queue-queued = { $position } of { $of } · { $prompt }
queue-running = step { $step } of { $steps } · { $prompt }
queue-all =
    { $queued ->
        [one] One painting is waiting
       *[other] { $queued } paintings are waiting
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
gallery-long = This search is too long to page through; use fewer words.
mine-title = Your paintings
mine-none = You have no paintings yet. Start with /paint or /random.
gallery-end = There are no older paintings.
master-title = Full size
cancel-done = Cancelled.
cancel-over = It has already ended.
refusal-cancel-none = You have no painting to cancel.
delete-sure = Delete this painting for good? It disappears from the gallery and from this chat.
delete-done = The painting was deleted.
report-done = Thank you; the admins will look at it.
report-again = You have already reported this painting; the admins know.
reports-title = Reported
reports-none = No reports are waiting for you.
reports-by = { $count ->
        [0] Nobody has reported this painting, or its reports are closed.
        [one] One person has reported this painting.
       *[other] { $count } people have reported this painting.
    }
reports-more = { $count ->
        [one] One more painting is waiting.
       *[other] { $count } more paintings are waiting.
    }
reports-how = To hide it, press the button, or type /reports { $artwork } hide where it was asked for.
report-hidden = The painting is now hidden.
report-kept = The painting stays, and its reports are closed.
notes-title = Moderation log
notes-none = The log is empty.
field-person = Requested by
field-place = Where

## Votes and rounds

vote-counted =
    { $count ->
        [one] You voted for it; it now has one vote.
       *[other] You voted for it; it now has { $count } votes.
    }
vote-withdrawn =
    { $count ->
        [0] Your vote is withdrawn; it now has no votes.
        [one] Your vote is withdrawn; it now has one vote.
       *[other] Your vote is withdrawn; it now has { $count } votes.
    }
vote-young = Your vote is saved, but does not count in this round: accounts must be at least { $age } old.
vote-held = Your vote is saved, but on hold until an admin has looked at it: many votes came at once.
vote-uncounted = Your vote is saved, but does not count.
deal-title = Do you like it?
deal-none = You have seen every painting in this round for now. Thank you!
deal-no-round = No round is open now; /vote with a painting’s ID works at any time.
deal-over-title = All seen
round-plain = The round
round-title = The round “{ $title }”
round-none = No round is open here; a curator opens one with /round open.
refusal-round-none = { round-none }
round-ranking = Each painting is shown to { $views } people and ranked by the share of them who vote for it, with a margin for chance, so neither early nor popular paintings have an advantage.
round-min-age = Votes from accounts younger than { $age } do not count.
round-weighted = Share holders’ votes carry more weight.
round-more =
    { $count ->
        [one] and one more
       *[other] and { $count } more
    }
round-field-left = Ends in
round-field-opens = Starts in
round-field-pool = Paintings
round-field-votes = Votes
round-field-views = Shown
round-field-quorum = Needed to win
round-field-winners = Winners at most
round-counting = counting the votes
round-of = { $count } of { $of }
round-votes =
    { $voters ->
        [one] { $votes } by one person
       *[other] { $votes } by { $voters } people
    }
round-quorum =
    { $count ->
        [one] at least one voter
       *[other] at least { $count } voters
    }
round-opened = The round is open for { $duration } and takes at most { $pool } paintings.
round-closed =
    { $winners ->
        [0] The round has ended; no painting had enough voters.
        [one] The round has ended; one painting has won.
       *[other] The round has ended; { $winners } paintings have won.
    }
round-begins-title = { $title ->
        [none] A round of votes starts
       *[other] A round of votes starts: { $title }
    }
round-begins-how = Enter your paintings with /curate or the button below them, and vote for others with /vote. The round ends in { $duration }.
round-painting-title = In the round
round-over-title = { $title ->
        [none] The winners
       *[other] The winners of “{ $title }”
    }
round-over-none-title = The round has ended
round-over-text =
    { $voters ->
        [one] One person voted on { $entries } paintings.
       *[other] { $voters } people voted on { $entries } paintings.
    }
round-over-none = Nothing won: no painting had enough voters.
round-over-sell = If one of these is yours, use /sell to allow or forbid its sale; it is never sold without your consent.
round-next = New paintings can enter the next round.
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
        [none] The winners are minted
       *[other] The winners of “{ $title }” are minted
    }
sales-listed-title = { $title ->
        [none] The winners are for sale
       *[other] The winners of “{ $title }” are for sale
    }
sales-looks = 🔍 shows a painting.
sales-tokens = 🪙 opens its token.
sales-listings = 🛒 opens the page where you can buy it.
digest-title = The week in paintings
digest-text =
    Paintings finished: { $paintings }. Votes: { $votes }, by { $voters ->
        [one] one person.
       *[other] { $voters } people.
    }
digest-trait-style = Winning styles
digest-trait-subject = Winning subjects
digest-trait-colour = Winning colours
entered = The painting is in the round. Good luck!
left = The painting has left the round.
left-none = The painting is not in a round.
sell-question = May “{ $prompt }” be sold as a token? { $promise } You can change your mind until it is planned for minting.
sell-share = The owner promises you { $share } % of the proceeds.
sell-no-share = The owner promises you no share of the proceeds.
sell-yes = It may be sold. { $promise } Until it is planned for minting, you can take this back with /sell ID no.
sell-no = It will not be sold.
sell-none = None of your paintings is waiting for an answer.
sell-by-asking = If a painting that you ask for here wins, it may be sold as a token. { $promise } Forbid it with /sell ID no.
approved = The painting is in the curated set.
vetoed = The painting is excluded, and your reason is in the log.
decision-undone = The decision is undone; the painting is waiting for a new one.
curate-how = Name a painting: type /curate and the ID shown below it, or press the button there.
curate-title = Winners to decide on
curate-decide = Approve with /curate ID approve, or exclude with /curate ID veto and a reason; /curate ID undo reverses either.
curate-enter = Which of your paintings should enter the round?
curate-none = There is nothing to decide.
muse-chance = Picked at random from all the lists, to explore what nobody has tried.
muse-why = Picked because { $reasons }.
muse-won = { $value } was in the top quarter { $best } of { $painted } times
muse-new = { $value } has not been in a round yet
muse-other = Picked by: { $source }.

## Help

help-title = GANshare paints what you describe
help-intro = Everyone takes turns. Your painting appears where you asked for it and takes shape while you watch.
help-paint = Separate the parts of a prompt with |. To weight a part, end it with a colon and a number: “a castle | stormy sea:0.5 | people:-0.3”. The colon must follow a letter, so “a castle 16:9” and “dinner at 19:30” have no weights. Options may stand in the prompt, too: --ar 16:9, --no people, --preset draft, --seed 7, --size portrait (or 320x256), --steps 200. Text in quotes is painted as it is, and so is a | or : after a backslash.
help-example = For example: { $example }
help-required = required
help-number = { $lowest } to { $highest }
help-choices = one of { $choices }
help-picture = an attached picture

## Accounts

link-title = One person, several accounts
link-code = On your other account, type /link { $code } within ten minutes. Anyone who types it is linked with this account, so show it to nobody.
link-sign-in = Or open this address to sign in to the web page; it works once, within ten minutes: { $url }
link-sure = Are this account and { $account } the same person? From then on, their paintings and limits count together.
link-done = Done: { $accounts } are now one person.
shares-title = Today
shares-used = You asked for { $used } of { $quota } paintings in the last 24 hours.
shares-free =
    { $used ->
        [0] You asked for no paintings in the last 24 hours; there is no limit here.
        [one] You asked for one painting in the last 24 hours; there is no limit here.
       *[other] You asked for { $used } paintings in the last 24 hours; there is no limit here.
    }
shares-metered = Engines worked { $duration } for you.
shares-none = This community has no shares.

## Administration

settings-title = Settings here
settings-changed = Changed: { $setting } is now { $value }.
settings-title-server = Settings of the whole server
settings-how = Change one with /settings NAME VALUE; “default” resets it.
setting-allowed = Painting allowed
setting-max-side = Longest side
setting-max-steps = Maximum steps
setting-daily-quota = Paintings per day
setting-language = Language
setting-curation-place = Where rounds are held
setting-automatic-entry = Paintings enter rounds automatically
setting-consent-by-asking = Asking here means consent to a sale
setting-guests-per-day = Guest paintings per day
value-on = on
value-off = off
value-any = general limit
value-no-limit = no limit
value-own = each member’s own
value-here = here
value-as-round = as set for the round
block-done = { $person } is blocked.
unblock-done = { $person } may ask again.
unblock-none = { $person } was not blocked.

## What is not done, in one sentence that says what is allowed. Those that the rest of GANshare
## says, too, are in ganshare/sentences.py; other catalogues have them here.

refusal-other = { $sentence }
refusal-missing = /{ $command } needs { $parameter }; /help { $command } shows how.
refusal-twice = The option --{ $parameter } is given twice; give it once.
refusal-no-value = The option --{ $parameter } needs a value after it.
refusal-too-much = /{ $command } does not understand { $given }; /help { $command } says what it takes.
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
refusal-rank-member = Only members who have signed in may use /{ $command }; get a sign-in link with /link in the chat.
refusal-rank-curator = Only curators may use /{ $command } in this way.
refusal-round-private = A round needs a place that others can see; type this in a channel or group.
refusal-round-elsewhere = Rounds for this place are held in { $place }; only curators there may do that.
refusal-enter-from-elsewhere = This painting was asked for elsewhere; only the member who asked for it, or a curator named by the owner, may enter it here.
refusal-decide-from-elsewhere = This painting was asked for elsewhere; only curators named by the owner may decide on it.
refusal-rank-admin = Only admins may use /{ $command }.
refusal-rank-owner = /{ $command } applies everywhere, so only those named in BOT_ADMINS may use it.
refusal-reports-there = This painting was asked for elsewhere; the admins there decide, with /reports { $artwork } hide.
refusal-place = Painting is not allowed here; an admin can allow it with /settings allowed on.
refusal-side = The longer side may have at most { $allowed } pixels here (got { $given }).
refusal-steps = At most { $allowed } steps are allowed here (got { $given }).
refusal-quota = You have asked for { $given ->
        [one] one painting
       *[other] { $given } paintings
    } in the last 24 hours, and { $allowed } per day are allowed here; please come back later.
refusal-guest = Guests cannot paint here; sign in with the link from /link in the chat.
refusal-guest-quota = Guests may ask for { $allowed } paintings per day here, and you have used them; sign in with the link from /link in the chat.
refusal-moderation-place = The page shows reports at /moderation but sends no notifications; name a channel or group, such as discord:42 or telegram:-100, or “default”.
refusal-no-server = Only channels of a Discord server have server-wide settings; leave out “where”.
refusal-blocked-quietly = You may not ask for paintings here; the admins decided this.
refusal-init-gone = The picture that this started from is no longer stored; use /paint with a new one.
refusal-person = No person is called { $given }; give a platform and a number, such as discord:42.
refusal-passkey-unknown = This passkey is no longer valid here; sign in another way.
refusal-passkey-bad = The passkey could not be checked; load the page again and try once more.
refusal-passkey-address = Passkeys need a page at an https address with a name (BOT_WEB_URL); on the same machine, http://localhost will do, too.
refusal-passkey-member = Sign in first, then add a passkey.
refusal-picture-large = The picture has { $given } MB; at most { $allowed } MB are allowed.
refusal-picture-pixels = The picture has { $given } pixels; at most { $allowed } are allowed.
refusal-picture-broken = The attachment cannot be read as a picture; use PNG, JPEG, WebP or GIF.
world-away-other = This does not work right now; please try again in a moment.
internal-error = Sorry, something went wrong on our side; its number in the log is { $id }.

## The terminal

terminal-welcome = Type a prompt to have it painted, /help for more, /quit to leave.
terminal-engine = No engine is running; one is starting, which takes a few seconds.
terminal-engine-failed = The engine stopped: { $reason }
terminal-frame = Frame { $step }: { $path }
terminal-saved = Saved as { $path }
terminal-bye = Good-bye.
