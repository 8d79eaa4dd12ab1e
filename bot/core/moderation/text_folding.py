"""Cleans texts from users, and folds look-alike letters for comparison.

`clean_text` is for every text that is kept or shown; `readings` are for comparing with words, and
are never shown. Look-alike letters are those of Unicode's list (UTS 39).
"""

import re
import unicodedata
from functools import cache

from confusable_homoglyphs import confusables

from ganshare.prompts.hidden import clean_text

__all__ = ["clean_text", "fold", "packed", "readings"]

_LATIN_NAME = re.compile(
    r"LATIN (?:\w+ )*?LETTER (?:SMALL CAPITAL |STRETCHED )?([A-Z])(?: WITH.*)?"
)
_BOXED_NAME = re.compile(
    r"(?:NEGATIVE |CROSSED )?(?:SQUARED|CIRCLED|REGIONAL INDICATOR SYMBOL)"
    r"(?: LATIN CAPITAL)?(?: LETTER)? ([A-Z])"
)
_LEET = str.maketrans("034578@$€+!1|", "oeastbasetiii")
_LEET_WITH_L = str.maketrans("034578@$€+!1|", "oeastbasetlll")
_LEET_WORD = re.compile(r"[\w@$€+!|]*[^\W\d_][\w@$€+!|]*")  # a letter at least
_WORD = re.compile(r"[^\W_]+")
_SPELT_OUT = re.compile(r"(?<= )[^\W_](?: [^\W_]){2,}(?= )")
_APOSTROPHES = re.compile(r"(?<=\w)['`\u2019](?=\w)")


def fold(text: str) -> str:
    """Drop case, accents, widths and styles; what looks like a Latin letter becomes one."""
    # Folded before, too: the accents of capital look-alikes are lost by it.
    folded = unicodedata.normalize("NFKD", clean_text(text))
    letters = (_look_alike(letter) for letter in folded if not unicodedata.combining(letter))
    return _APOSTROPHES.sub("", "".join(letters)).casefold()


def readings(text: str) -> list[str]:
    """Give the possible readings of a text: folded words, each between spaces.

    Digits and signs for letters are read as such, and letters that stand alone as one word.
    """
    folded = fold(text)
    joined = _SPELT_OUT.sub(lambda run: run[0].replace(" ", ""), _spaced(folded))
    found = [
        reading
        for each in (folded, joined)
        for reading in (each, _unleet(each, _LEET), _unleet(each, _LEET_WITH_L))
    ]
    return list(dict.fromkeys(map(_spaced, found)))


def _unleet(text: str, table: dict[int, int]) -> str:
    return _LEET_WORD.sub(lambda word: word[0].translate(table), text)


def packed(text: str) -> str:
    """Drop all that is no letter or digit: for scripts that know no spaces."""
    plain = unicodedata.normalize("NFKC", clean_text(text)).casefold()
    return "".join(_WORD.findall(plain))


def _spaced(text: str) -> str:
    return f" {' '.join(_WORD.findall(text))} "


@cache
def _look_alike(letter: str) -> str:
    """The Latin letter that a letter looks like, or itself."""
    if letter.isascii():
        return letter
    name = unicodedata.name(letter, "")
    if found := (_LATIN_NAME.fullmatch(name) or _BOXED_NAME.fullmatch(name)):
        return found[1].lower()
    if name.startswith("CJK"):
        return letter
    alike = [each["c"] for each in confusables.confusables_data.get(letter, ())]
    return next((each.lower() for each in alike if each.isascii() and each.isalpha()), letter)
