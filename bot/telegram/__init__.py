"""Telegram: python-telegram-bot around the core; it translates and decides nothing."""
