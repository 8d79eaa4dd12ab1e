"""Votes: casting, counting, rate guards, and the log that proves them."""
