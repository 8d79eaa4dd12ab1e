"""Collects pictures to train on: from WikiArt or a folder, reduced, without doubles, in shards."""
