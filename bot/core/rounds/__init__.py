"""Curation rounds in the chats: scheduling, announcements, votes by reaction."""
