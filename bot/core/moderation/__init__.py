"""Moderation of prompts and of uploaded images."""
