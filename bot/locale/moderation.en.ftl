# What the moderation answers; { $found } is what a rule's `says` calls it.

refusal-blocked-prompt = This prompt is not painted here: { $found } is not allowed; please ask for something else.

setting-moderation-place = Where moderators hear of reports and refused prompts
value-nowhere = nowhere
alert-title = For moderators
alert-how = { $more ->
    [0] /reports lists all reports, /notes shows the log.
   *[other] And { $more } more: /reports lists all reports, /notes shows the log.
    }
alert-report = { $number } · A painting was reported
alert-prompt-refused = { $number } · A prompt was refused ({ $rules })
alert-prompt-flagged = { $number } · A prompt was flagged ({ $rules })
alert-where = by { $person } in { $place }

## Blocked in one server

command-block-where = here, in this server or group; for the owner’s admins also everywhere.
block-done-here = { $person } is blocked in this server and cannot paint, vote or curate.
block-list = Blocked
block-list-none = Nobody is blocked here.
refusal-banned = The admins of this server have blocked you here.
refusal-block-everywhere = Only those named in BOT_ADMINS can block everywhere; leave out “where” to block someone in this server.
