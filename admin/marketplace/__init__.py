"""Marketplaces: orders, and where they are posted."""
