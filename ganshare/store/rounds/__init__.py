"""Curation rounds: entries, exposure, standings, results."""
