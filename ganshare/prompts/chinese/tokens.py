"""Splits Chinese text into words with English glosses: word lists first, then a dictionary.

Segmentation takes the fewest words that cover the text; see `chinese_syntax` for what follows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from ganshare.prompts.chinese.cedict import Gloss, dictionary, gloss_of
from wordlists.chinese import chinese_names, chinese_words

__all__ = ["HAN", "Token", "simplify", "tokens_of"]

HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_PIECES = re.compile(rf"[{HAN}]+|[^{HAN}]+")
_QUOTES = " \"'“”‘’「」『』《》〈〉"
_HUE = "红蓝绿黄紫橙橘灰白黑棕粉金银青褐"
_STRENGTHS = ("鲜艳", "明亮", "浓郁", "柔和")
_LONGEST = 12
_UNKNOWN = 5.0  # the cost of a character that no word covers; a word costs about 1


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a prompt.

    Args:
        kind: a part of speech of `wordlists/chinese_words.csv`; "style", "subject" or "colour"
            for an entry of the word lists; "text" for what is no Chinese, "mark" for punctuation,
            "unread" for what no list has.
        source: as it was written.
        english: what it reads as.
        name: the entry of the word lists.
    """

    kind: str
    source: str
    english: str
    name: str | None = None


def simplify(text: str) -> str:
    """Write traditional characters as simplified ones, if the converter is installed."""
    converter = _converter()
    return text if converter is None else str(converter.convert(text))


def tokens_of(text: str) -> list[Token]:
    """Split a text into words; what is not Chinese stays unchanged."""
    tokens: list[Token] = []
    for piece in _PIECES.findall(simplify(text)):
        if re.match(rf"[{HAN}]", piece):
            tokens += _segment(piece)
        else:
            tokens += _plain(piece)
    return _counted(tokens)


def _plain(piece: str) -> Iterator[Token]:
    for match in re.finditer(
        r"[，。；！？、：,;!?…\s]+|[^，。；！？、：,;!?…\s]+(?: +[^，。；！？、：,;!?…\s]+)*", piece
    ):
        text = match[0]
        if text.strip():
            is_mark = not re.search(r"\w", text)
            if is_mark and not set(text) - set(_QUOTES):
                continue
            yield Token("mark" if is_mark else "text", text, text.strip())


def _counted(tokens: list[Token]) -> list[Token]:
    """Tell measure words from nouns: they follow a number."""
    found: list[Token] = []
    for token in tokens:
        after_number = bool(found) and (found[-1].kind == "num" or found[-1].source[-1].isdigit())
        if token.kind == "mw" and not after_number:
            token = _noun(token.source) or replace(token, kind="unread")
        found.append(token)
    return found


def _segment(text: str) -> list[Token]:
    """The cheapest way to cover a text with words."""
    best: list[tuple[float, list[Token]]] = [(0.0, [])]
    for end in range(1, len(text) + 1):
        ways = (
            (best[start][0] + cost, start, token)
            for start in range(max(0, end - _LONGEST), end)
            for cost, token in _words(text[start:end])
        )
        cost, start, token = min(ways, key=lambda way: (way[0], way[1]))
        best.append((cost, [*best[start][1], token]))
    return best[-1][1]


def _words(text: str) -> Iterator[tuple[float, Token]]:
    if (known := _lexicon().get(text)) is not None:
        # 火山|上 rather than 火|山上
        yield 1.0 - 0.01 * len(text) ** 2 + 0.12 * (known.kind == "place"), known
    elif _is_word(text) and (gloss := gloss_of(text)) is not None:
        cost = 1.1 - 0.01 * len(text) ** 2 + 0.2 * (len(text) == 1) + 1.0 * gloss.is_name
        yield cost, _translated(text, gloss)
    elif len(text) == 1:
        yield _UNKNOWN, Token("unread", text, "")


def _is_word(text: str) -> bool:
    """Whether the dictionary has it, and it is no part of two phrases: 中的, 一条龙."""
    if text not in dictionary():
        return False
    kinds = [_lexicon()[each].kind if each in _lexicon() else "" for each in text[:2]]
    return len(text) == 1 or not (
        kinds == ["num", "mw"] or (kinds[0] == "loc" and kinds[1] == "de" and len(text) == 2)
    )


def _noun(text: str) -> Token | None:
    if (name := _names().get(text)) is not None:
        return name
    gloss = gloss_of(text)
    return None if gloss is None else _translated(text, gloss)


def _translated(text: str, gloss: Gloss) -> Token:
    return Token("verb" if gloss.is_verb else "noun", text, gloss.english)


@cache
def _lexicon() -> Mapping[str, Token]:
    words = {word.chinese: Token(word.kind, word.chinese, word.english) for word in chinese_words()}
    return {**_names(), **words}


@cache
def _names() -> Mapping[str, Token]:
    """The word lists' names; with and without "colour" and "of", where that is as usual."""
    names: dict[str, Token] = {}
    further: dict[str, Token] = {}
    for entry in chinese_names():
        kind = {"styles": "style", "colours": "colour"}.get(entry.list, "subject")
        english = re.sub("^an? ", "", entry.name).lower()
        for chinese in entry.chinese:
            is_small = chinese[0] == "小" and chinese[1:] in entry.chinese
            said = f"little {english}" if is_small else english
            token = Token(kind, chinese, said, entry.name)
            names[chinese] = token
            if kind == "colour":
                further |= dict.fromkeys(_spellings(chinese), token)
    return {**further, **names}


def _spellings(colour: str) -> Iterator[str]:
    forms = [colour]
    if colour.endswith("色") and len(colour) > 2 and colour[-2] in _HUE:
        forms.append(colour[:-1])
    elif colour[-1] in _HUE:
        forms.append(f"{colour}色")
    yield from forms[1:]
    for strength in _STRENGTHS:
        if colour.startswith(strength):
            yield from (f"{strength}的{form[len(strength) :]}" for form in forms)


@cache
def _converter():  # type: ignore[no-untyped-def]  # of a package without types
    try:
        from opencc import OpenCC
    except ModuleNotFoundError:
        return None
    return OpenCC("tw2s")
