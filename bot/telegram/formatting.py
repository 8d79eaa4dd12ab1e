"""Formats a `Reply` as text with entities and a keyboard, within Telegram's lengths.

Bold is an entity beside the text, never markup within it: user text is shown literally.
"""

import unicodedata
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity

from bot.core.messages import Reply

__all__ = [
    "LONGEST_CAPTION",
    "LONGEST_TEXT",
    "Composed",
    "compose",
    "is_below",
    "keyboard",
    "plain",
    "shorten",
    "units",
]

LONGEST_TEXT = 4096  # UTF-16 code units, as all lengths of Telegram's
LONGEST_CAPTION = 1024
LONGEST_LABEL = 60
_MOST_LINES = 60
_WORD_JOINER = "\u2060"
_KEPT = "\n\u200c\u200d\ufe0f"  # joiners within letters and emoji
_TAGS = range(0xE0020, 0xE0080)  # of the flags of England, Scotland and Wales


@dataclass(frozen=True, slots=True)
class Composed:
    """The words of a message."""

    text: str
    entities: tuple[MessageEntity, ...]
    keyboard: InlineKeyboardMarkup | None


def compose(reply: Reply, limit: int = LONGEST_TEXT) -> Composed:
    """Lay a reply out; what is too long is cut in the text first, then in the title.

    Args:
        limit: in UTF-16 code units, of text and caption differently.
    """
    rest = "\n".join(f"{_line(name)}: {_line(value)}" for name, value in reply.fields)
    rest = shorten(rest, limit // 2)
    title, text = plain(reply.title), plain(reply.text)
    room = limit - units(rest) - 4  # for the line ends between
    title = shorten(title, max(room // 2, room - units(text)))
    text = shorten(text, room - units(title))
    body = "\n\n".join(part for part in (text, rest) if part)
    whole = f"{title}\n{body}" if title and body else title or body
    return Composed(whole, tuple(_bold(whole, title, rest)), keyboard(reply))


def keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    """The buttons in their rows; None if there are none."""
    rows = [
        [
            InlineKeyboardButton(
                shorten(f"{each.emoji} {plain(each.label)}".strip(), LONGEST_LABEL),
                url=each.url or None,
                callback_data=None if each.url else each.data,
            )
            for each in row
        ]
        for row in reply.buttons
        if row
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def is_below(message: Message, data: str | None) -> bool:
    """Whether a message really has such a button; presses of others are forged."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    return data is not None and any(each.callback_data == data for row in rows for each in row)


def plain(text: str) -> str:
    """Take away what would act on its own: mentions, overrides of direction, invisible letters."""
    shown = []
    for place, letter in enumerate(text):
        hidden = unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn")
        if not hidden or letter in _KEPT or ord(letter) in _TAGS:
            shown.append(letter)
        elif letter == "\t":
            shown.append(" ")
        following = text[place + 1 : place + 2]
        if letter == "@" and (following.isalnum() or following == "_"):
            shown.append(_WORD_JOINER)
    lines = "".join(shown).strip().split("\n")
    return "\n".join(lines[:_MOST_LINES])


def _line(text: str) -> str:
    return " ".join(plain(text).split())


def shorten(text: str, limit: int) -> str:
    """Cut a text to so many UTF-16 code units; an ellipsis shows that it goes on."""
    if units(text) <= limit:
        return text
    if limit < 2:
        return ""
    kept = text.encode("utf-16-le")[: (limit - 1) * 2].decode("utf-16-le", "ignore")
    return kept.rstrip() + "…"


def units(text: str) -> int:
    """The length of a text as Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _bold(whole: str, title: str, rest: str) -> list[MessageEntity]:
    """The title and the names of the fields."""
    entities = [MessageEntity(MessageEntity.BOLD, 0, units(title))] if title else []
    start = units(whole) - units(rest)
    for line in rest.split("\n"):
        name, colon, _ = line.partition(":")
        if name and colon:
            entities.append(MessageEntity(MessageEntity.BOLD, start, units(name) + 1))
        start += units(line) + 1
    return entities
