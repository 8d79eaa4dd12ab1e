"""`ganshare admin shares`: the shares of a community's engines."""
