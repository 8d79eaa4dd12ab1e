"""Escapes user text so Discord shows it literally.

Embeds never ping; what is escaped here would format, link or hide text.
"""

import re

__all__ = ["escaped", "literal"]

# Marks that reorder or hide what follows, and what cannot be printed. The joiners stay: emoji and
# several scripts are written with them.
_HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_MARKUP = re.compile(
    r"[\\*_~|`<>\[\]]"  # emphasis, spoilers, code, mentions, emoji, times, links
    r"|://"  # bare links
    r"|(?m:^[ ]*(?:[#+-]|\d+(?=[.)])))"  # headings, lists
)
_CALLS = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")


def literal(text: str) -> str:
    """Remove what would hide or reorder text, or ping @everyone; for places without markup."""
    seen = _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\t", " "))
    return _CALLS.sub("@\u200b", _BLANK_LINES.sub("\n\n", seen)).strip()


def escaped(text: str, longest: int) -> str:
    """Escape a text for a place of at most `longest` characters, cut with an ellipsis."""
    parts: list[str] = []
    text = literal(text)
    length = position = 0
    while position < len(text):
        found = _MARKUP.match(text, position)
        source = found[0] if found else text[position]
        part = _escape(source) if found else source
        # Discord counts UTF-16 units in some places and characters in others: the larger number.
        width = len(part.encode("utf-16-le")) // 2
        if length + width > longest - (position + len(source) < len(text)):
            return "".join(parts).rstrip() + "…"
        parts.append(part)
        length, position = length + width, position + len(source)
    return "".join(parts)


def _escape(source: str) -> str:
    if source == "://":
        return "\\://"
    head = source[: len(source) - len(source.lstrip(" "))]
    rest = source[len(head) :]
    if rest[:1].isdigit():  # "1." begins a list, "1\." doesn't; the dot itself comes next
        return source + "\u200b"
    return f"{head}\\{rest}"
