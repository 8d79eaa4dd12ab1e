"""Pixels: codecs, colours, datasets, video. No model and no job."""
