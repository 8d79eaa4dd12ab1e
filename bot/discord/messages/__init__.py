"""Replies as Discord's messages: embeds, markdown, attachments, edit budgets."""
