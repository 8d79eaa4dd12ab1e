"""Discord: discord.py around the core; it translates and decides nothing."""
