"""Chinese prompts read as English: tokens, a dictionary, word order."""
