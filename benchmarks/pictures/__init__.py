"""Pictures from many prompts, judged: `python -m benchmarks.pictures`."""
