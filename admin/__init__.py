"""The admin: turns the community's winners into tokens and lists them for sale."""
