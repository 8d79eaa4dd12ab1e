"""Fits the second eye, and a map from texts to an image network's features."""
