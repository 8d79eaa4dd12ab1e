"""Discord's app commands: definitions, synchronisation, translations."""
