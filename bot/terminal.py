"""The same commands in a terminal, for trying them without tokens: `ganshare chat`."""
