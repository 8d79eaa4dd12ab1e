"""Accounts, channels, posts, moderation and the gallery."""
