"""Imports models: downloads, verifies and converts them to model folders."""
