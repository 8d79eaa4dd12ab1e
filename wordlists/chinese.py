"""The word lists in Chinese, and the words that free Chinese prompts are made of."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["ChineseName", "ChineseWord", "chinese_names", "chinese_words"]


@dataclass(frozen=True, slots=True)
class ChineseName:
    """What one entry of the word lists is called in Chinese.

    Args:
        list: "styles", "shapes", "places", "things" or "colours".
        name: the entry, as its list has it.
        chinese: its names in simplified characters, the most usual one first.
    """

    list: str
    name: str
    chinese: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChineseWord:
    """A word whose meaning or place in a sentence a dictionary does not tell.

    Args:
        kind: its part of speech, see README.md.
        chinese: in simplified characters.
        english: what it reads as; empty if it adds nothing in English.
    """

    kind: str
    chinese: str
    english: str


@cache
def chinese_names() -> tuple[ChineseName, ...]:
    """Read the names of all entries, once per process."""
    return tuple(
        ChineseName(row["list"], row["name"], tuple(row["chinese"].split("|")))
        for row in _rows("chinese.csv")
    )


@cache
def chinese_words() -> tuple[ChineseWord, ...]:
    """Read the words of free prompts, once per process."""
    return tuple(
        ChineseWord(row["kind"], row["chinese"], row["english"])
        for row in _rows("chinese_words.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("wordlists").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
