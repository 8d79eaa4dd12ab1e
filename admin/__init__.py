"""The admin: what the community chose becomes tokens, listed for sale."""
