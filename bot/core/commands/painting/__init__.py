"""Commands that queue jobs: /paint, /random, /describe, and the buttons below their messages."""
