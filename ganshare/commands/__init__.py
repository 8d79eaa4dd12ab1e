"""Commands that `ganshare` runs itself; each imports what it needs when it runs."""
