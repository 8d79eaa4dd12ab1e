"""Speed of the queue: `python -m benchmarks.queue`."""
