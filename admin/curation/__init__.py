"""Curation: the critic, its scores, the curated manifest, share balances."""
