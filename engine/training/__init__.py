"""Training of the embedded models; imports the engine's core, never the reverse."""
