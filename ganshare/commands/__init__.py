"""Commands that `ganshare` runs itself; their imports wait until they run."""
