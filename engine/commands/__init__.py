"""The engine's commands: check the options, call the core, print."""
