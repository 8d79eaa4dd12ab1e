"""Benchmarks of speed and quality, run by hand as `python -m benchmarks.NAME`."""
