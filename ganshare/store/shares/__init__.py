"""Shares: wallets, their holdings, what those pay for, and what they unlock."""
