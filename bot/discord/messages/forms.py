"""Forms that Discord opens over the chat; what they are about is in their custom_id."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.core.messages import Reply
from bot.core.rendering.catalogue import Catalogue

__all__ = ["modal_of", "typed_in"]

LONGEST_TITLE, LONGEST_TEXT = 45, 4000
SECONDS = 900.0  # for which discord.py keeps it in mind; a press is good for no longer
FIELD = "text"


def modal_of(reply: Reply, data: str, words: Catalogue) -> discord.ui.Modal:
    """Make the form that a reply asks to be filled in.

    Args:
        data: that comes back with what was typed.
    """
    modal = discord.ui.Modal(title=reply.title[:LONGEST_TITLE], custom_id=data, timeout=SECONDS)
    typed = reply.form.text if reply.form else ""
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        style=discord.TextStyle.paragraph,
        custom_id=FIELD,
        default=typed[:LONGEST_TEXT],
        max_length=LONGEST_TEXT,
    )
    label = words.say(reply.locale, "edit-label")
    modal.add_item(discord.ui.TextDisplay(reply.text))
    modal.add_item(discord.ui.Label(text=label, component=field))
    return modal


def typed_in(data: Mapping[str, Any]) -> str:
    """Read what was typed into the form; "" if there is none."""
    return next((each["value"] for each in _fields(data) if each.get("custom_id") == FIELD), "")


def _fields(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for each in data.get("components", ()):
        if "component" in each:
            yield each["component"]
        else:  # rows, as older apps send them
            yield from each.get("components", ())
