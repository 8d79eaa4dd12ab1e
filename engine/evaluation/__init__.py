"""Metrics of VQGANs and perceptors: what `models evaluate` prints."""
