"""Time and quality of painting: `python -m benchmarks.synthesis`."""
