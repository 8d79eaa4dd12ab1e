"""The contracts that the bot, the engine and the admin share: no torch, no chat, no chain."""

__all__ = ["__version__"]

__version__ = "0.1.0"
