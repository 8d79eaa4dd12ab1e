"""The collection's contract: source, compiled artifact, calls."""
