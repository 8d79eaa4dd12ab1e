"""How fast it paints and how well: run by hand, each as `python -m benchmarks.NAME`."""
