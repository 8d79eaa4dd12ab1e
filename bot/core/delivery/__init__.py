"""Delivery: what the store reports becomes edits of messages."""
