"""The first message in a new server or group: how to begin, and what its admins may set."""

from bot.core.messages import Reply
from bot.core.rendering.catalogue import Catalogue

__all__ = ["welcome"]


def welcome(words: Catalogue, locale: str) -> Reply:
    """Write it in the language of the server, or of whoever invited the bot."""
    fields = tuple(
        (words.say(locale, f"welcome-{name}"), words.say(locale, f"welcome-{name}-how"))
        for name in ("paint", "vote", "admins")
    )
    title = words.say(locale, "welcome-title")
    return Reply(title=title, fields=fields, locale=locale)
