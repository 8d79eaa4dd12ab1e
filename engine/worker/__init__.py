"""The worker: claims jobs, runs them, uploads results, reports to the store."""
