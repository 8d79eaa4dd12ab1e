"""Frame -> image: the painter's small frame becomes a 1024 px master by super-resolution."""
