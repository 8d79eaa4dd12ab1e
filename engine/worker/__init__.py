"""The worker: claims jobs, paints them, uploads results, reports to the store."""
