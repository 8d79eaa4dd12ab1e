"""The protocol by which a change to the pictures is judged: eighty prompts, two seeds each."""
