"""Rendering: jobs, artworks and errors become replies in the reader's language."""
