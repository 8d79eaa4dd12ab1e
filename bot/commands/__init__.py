"""The commands of `python -m bot`; what they need is imported when they run."""
