"""Renders a `Reply` as a Discord message: embed, attachments, rows of buttons."""

import asyncio
import io
import re
from dataclasses import dataclass

import discord

from bot.core.messages import File, Reply
from bot.discord.messages.attachments import LARGEST, fitting
from bot.discord.messages.buttons import rows_of
from bot.discord.messages.markdown import escaped, literal

__all__ = ["Sheet", "render"]

LONGEST_TITLE, LONGEST_TEXT, LONGEST_EMBED = 256, 4096, 6000
MOST_FIELDS, LONGEST_NAME, LONGEST_VALUE = 25, 256, 1024
LONGEST_DESCRIPTION = 1024
MOST_FILES = 10
_LONGEST_INLINE = 60
_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Sheet:
    """One message's parts, fresh for one request."""

    embeds: list[discord.Embed]
    files: list[discord.File]
    view: discord.ui.View | None


async def render(reply: Reply) -> Sheet:
    """Turn a reply into a message's parts; what is too long is cut."""
    pictures = await _fitting(reply.pictures)
    files = [*pictures, *await _fitting((reply.document,) if reply.document else ())]
    embed = _embed(reply)
    if len(pictures) == 1:
        embed.set_image(url=f"attachment://{_file_name(pictures[0], 0)}")
    attached = [
        discord.File(
            io.BytesIO(file.data),
            filename=_file_name(file, index),
            description=literal(file.description)[:LONGEST_DESCRIPTION] or None,
        )
        for index, file in enumerate(files[:MOST_FILES])
    ]
    return Sheet([embed], attached, rows_of(reply.buttons))


async def _fitting(files: tuple[File, ...]) -> list[File]:
    """Give those that can be attached; only a large one costs any time, in a thread."""
    found = [
        file if len(file.data) <= LARGEST else await asyncio.to_thread(fitting, file)
        for file in files
    ]
    return [file for file in found if file is not None]


def _embed(reply: Reply) -> discord.Embed:
    title, text = escaped(reply.title, LONGEST_TITLE), escaped(reply.text, LONGEST_TEXT)
    embed = discord.Embed(title=title or None, description=text or None, colour=reply.colour)
    for name, value in reply.fields[:MOST_FIELDS]:
        shown_name, shown = escaped(name, LONGEST_NAME) or "–", escaped(value, LONGEST_VALUE) or "–"
        if len(embed) + len(shown_name) + len(shown) > LONGEST_EMBED:
            break
        embed.add_field(name=shown_name, value=shown, inline=len(shown) <= _LONGEST_INLINE)
    if not embed and not reply.pictures and not reply.document:
        embed.description = "–"
    return embed


def _file_name(file: File, index: int) -> str:
    return _NAME.sub("-", file.name).strip("-.") or f"picture-{index}"
