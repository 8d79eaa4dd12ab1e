"""Benchmark of the queue: `python -m benchmarks.queue`."""
