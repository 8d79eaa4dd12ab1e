"""Marks the characters of a prompt that are literal text: in quotes or after a backslash.

The scan comes first; every other rule of the grammar looks at `MarkedText.syntax`, where literal
characters are blanked out, and so never sees them.
"""

import re
from dataclasses import dataclass

__all__ = ["CLOSE", "LITERAL", "MarkedText", "escaped", "has_stray_quote", "mark"]

# Control characters, which no prompt holds.
LITERAL, ESCAPE, OPEN, CLOSE = "\x00", "\x01", "\x02", "\x03"

_CLOSING = {'"': '"', "“": "”", "„": "“”", "「": "」", "『": "』", "«": "»"}
_SPECIAL = frozenset("|:\\()[]-\u2014") | frozenset(_CLOSING)
# Full-width signs and digits as the ASCII ones, and the other signs for minus as "-".
_FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2013: "-", 0x2212: "-"}
_WHOLE = re.compile(f"{OPEN}{LITERAL}*{CLOSE}")
_EMPTY = re.compile(f"{OPEN}{CLOSE}")


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text, and what each of its characters means.

    Args:
        raw: as it was typed.
        syntax: as long as `raw`, with marks in place of quotes, backslashes and what they protect,
            and ASCII signs in place of full-width ones.
    """

    raw: str
    syntax: str

    def cut(self, start: int, end: int | None = None) -> "MarkedText":
        """Give the characters from `start` to `end`, without spaces around them."""
        raw, syntax = self.raw[start:end], self.syntax[start:end]
        left = len(syntax) - len(syntax.lstrip(" "))
        right = len(syntax.rstrip(" "))
        return MarkedText(raw[left:right], syntax[left:right])

    @property
    def text(self) -> str:
        """What is to be painted: without backslashes, and without quotes around all of it."""
        whole = _WHOLE.fullmatch(self.syntax) is not None
        empty = {i for each in _EMPTY.finditer(self.syntax) for i in range(*each.span())}
        kept = (
            raw
            for position, (raw, mark) in enumerate(zip(self.raw, self.syntax, strict=True))
            if mark != ESCAPE and not (whole and mark in (OPEN, CLOSE)) and position not in empty
        )
        return " ".join("".join(kept).split())


def mark(text: str) -> MarkedText:
    """Find what is literal in a text.

    A backslash protects one special character and is plain text before any other. Quotes protect
    everything up to the next closing quote; one that is never closed is plain text, and so is a
    straight one after a digit or a cased letter (5" disk).
    """
    folded, syntax = text.translate(_FOLDED), list[str]()
    while (position := len(syntax)) < len(text):
        if folded[position] == "\\" and folded[position + 1 : position + 2] in _SPECIAL:
            syntax += [ESCAPE, LITERAL]
        elif (length := _quoted_length(folded, position)) > 0:
            syntax += [OPEN, *[LITERAL] * (length - 2), CLOSE]
        else:
            syntax.append(folded[position])
    return MarkedText(text, "".join(syntax))


def _quoted_length(text: str, position: int) -> int:
    """Characters from an opening quote to its closing one; 0 if none opens here."""
    if not _opens(text, position):
        return 0
    ends = (text.find(each, position + 1) for each in _CLOSING[text[position]])
    return min((end for end in ends if end > 0), default=position - 1) - position + 1


def _opens(text: str, position: int) -> bool:
    character, before = text[position], text[position - 1 : position]
    is_inch = character == '"' and (before.isdecimal() or before.lower() != before.upper())
    return character in _CLOSING and not is_inch


def has_stray_quote(text: str) -> bool:
    """Whether there is an opening quote that no other one closes."""
    syntax = mark(text).syntax
    return any(_opens(syntax, position) for position in range(len(syntax)))


def escaped(text: str) -> str:
    """Put a backslash before everything that could be read as syntax."""
    folded = text.translate(_FOLDED)
    return "".join(
        f"\\{raw}" if each in _SPECIAL else raw for raw, each in zip(text, folded, strict=True)
    )
