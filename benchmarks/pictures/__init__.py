"""Paints many prompts and judges the images: `python -m benchmarks.pictures`."""
