"""The engine's commands: they check what was given, call the core and print."""
