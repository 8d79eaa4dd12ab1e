"""Removes invisible characters from texts of users before they are read, kept or shown."""

import unicodedata

__all__ = ["clean_text"]

MOST_MARKS = 3  # on one letter; more is "zalgo"

# Letters by their category, and yet blank: Hangul fillers, Braille's empty pattern.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u180b\u180c\u180d")
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_JOINERS = "\u200c\u200d"  # within Persian and Indic words, and emoji of several


def clean_text(text: str, *, keep_joiners: bool = False) -> str:
    """Take out what is not seen: controls, zero-width and bidirectional characters, heaps of marks.

    Line breaks and tabs become spaces; the rest stays as it is, in NFC.

    Args:
        keep_joiners: that stand within words of scripts other than Latin, and within emoji.
    """
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text):
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if letter in "\t\n\r\v\f\x85\u2028\u2029":
            kept.append(" ")
        elif letter in _JOINERS and keep_joiners:
            kept += letter if kept and not kept[-1].isascii() else ""
        elif marks <= MOST_MARKS and not _is_hidden(letter):
            kept.append(letter)
    return " ".join("".join(kept).split())


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in _HIDDEN or letter in _BLANK
