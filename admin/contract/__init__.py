"""The collection's contract: its source, what it compiles to, and how it is called."""
