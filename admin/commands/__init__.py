"""The commands of `ganshare admin`."""
