# What the moderation answers; { $found } is what a rule's `says` calls it.

refusal-blocked-prompt = This prompt is not painted here: { $found } is not allowed; please ask for something else.
