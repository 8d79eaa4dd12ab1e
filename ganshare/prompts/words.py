"""The words of a prompt, folded: case, accents, hyphens and spelling make no difference."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

__all__ = ["Span", "Word", "fold", "split_words"]

_SPELLINGS = {
    "color": "colour", "colors": "colours", "gray": "grey", "ocher": "ochre",
    "vermillion": "vermilion",
}  # fmt: skip


class Span(NamedTuple):
    """Characters of a text, the end exclusive."""

    start: int
    end: int


class Word(NamedTuple):
    """A word and where it stands.

    Args:
        key: the word, folded.
        start: of its characters; `end` is exclusive.
        gap: what divides it from the word before, stripped.
        is_lower: it is written without capitals.
    """

    key: str
    start: int
    end: int
    gap: str
    is_lower: bool

    @property
    def joined(self) -> bool:
        """Nothing but a space or a hyphen before it."""
        return self.gap in ("", "-")


def split_words(text: str) -> list[Word]:
    """Split a text into its words, folded and in one spelling."""
    folded = fold(text)
    words: list[Word] = []
    end = 0
    for match in re.finditer(r"[^\W_]+(?:'[^\W_]+)*", folded):
        gap = folded[end : match.start()].strip()
        key = _SPELLINGS.get(match[0], match[0])
        words.append(Word(key, *match.span(), gap, text[slice(*match.span())].islower()))
        end = match.end()
    return words


def fold(text: str) -> str:
    """Drop case and accents and keep every character's place, so that spans stay valid."""
    return "".join(_fold_character(character) for character in text)


@cache
def _fold_character(character: str) -> str:
    if character == "’":  # noqa: RUF001 - the typographic apostrophe is the point
        return "'"
    folded = unicodedata.normalize("NFD", character)[0].lower()
    return folded if len(folded) == 1 else character
