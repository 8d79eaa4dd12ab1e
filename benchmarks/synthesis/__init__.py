"""Benchmark of painting, time and quality: `python -m benchmarks.synthesis`."""
