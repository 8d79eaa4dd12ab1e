"""Shares: wallets, what they hold, what that pays for, and what it unlocks."""
