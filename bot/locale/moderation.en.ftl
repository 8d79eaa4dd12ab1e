# What the moderation answers; { $found } is what a rule's `says` calls it.

refusal-blocked-prompt = This prompt is not painted here: { $found } is not allowed; please ask for something else.
refusal-picture-unsafe = This picture is not accepted to begin from: { $reason }; please take another one.
