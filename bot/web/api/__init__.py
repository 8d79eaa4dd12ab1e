"""The deeds of the page as JSON under /api/v1, for programs with a token of their person."""
