"""`ganshare admin` commands about votes, rounds and what was chosen."""
