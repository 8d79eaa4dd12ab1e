"""Decides what of a prompt a perceptor can read: Chinese via English, the rest by its script.

A perceptor's model.json says which scripts it reads ("reads": ["Latin"]). Everything here works on
text alone, so that bots and page know before a job is queued.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from ganshare.errors import PromptError, SettingsError, quoted
from ganshare.extras import check_extra
from ganshare.prompts.chinese.cedict import is_installed
from ganshare.prompts.chinese.syntax import english_of
from ganshare.prompts.chinese.tokens import Token, tokens_of
from ganshare.prompts.parts import MAX_CHARACTERS, WeightedPrompt
from ganshare.sentences import sentence

__all__ = ["LATIN", "PromptReading", "UnreadablePromptError", "list_words", "read_languages"]

LATIN: tuple[str, ...] = ("Latin",)
"""What every perceptor reads that says nothing else."""

MOST_UNREAD = 0.5
_NAMED = 5  # words, in a message
_HAN, _EMOJI = "Han", "emoji"
_NOT_CHINESE = frozenset({"Hiragana", "Katakana", "Hangul"})
_NO_SPACES = frozenset({_HAN, "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"})


class UnreadablePromptError(PromptError):
    """A prompt of which a perceptor could read less than half.

    Args:
        words: that it cannot read.
        scripts: that it reads.
        hint: a sentence that says how more could be read on this machine; may be empty.
    """

    def __init__(self, words: Sequence[str], scripts: Sequence[str], hint: str = "") -> None:
        named = list_words(words)
        message = sentence("prompt-script", given=named, allowed=", ".join(scripts))
        if tuple(scripts) == LATIN:
            message = sentence("prompt-unread", given=named)
        super().__init__(message, given=named, allowed=tuple(scripts))
        self.hint = hint


@dataclass(frozen=True, slots=True)
class PromptReading:
    """How the parts of a prompt are read.

    Args:
        prompts: what is painted; parts of which nothing can be read are not there.
        unread: words that are left out.
        is_changed: whether `prompts` differ from what was asked for.
        hint: a sentence that says how more could be read on this machine; may be empty.
    """

    prompts: tuple[WeightedPrompt, ...]
    unread: tuple[str, ...]
    is_changed: bool
    hint: str = ""


def read_languages(
    prompts: Sequence[WeightedPrompt], scripts: Sequence[str] = LATIN
) -> PromptReading:
    """Read Chinese as English, and leave out what a perceptor does not read.

    Han characters are Chinese unless kana or Hangul stand in the prompt. A word counts as one, and
    so do two characters of a script without spaces; numbers and punctuation don't count.

    Raises:
        UnreadablePromptError: more than half of the words are unread, or nothing is left to paint.
        PromptError: the reading is too long.
    """
    found = {script for prompt in prompts for _, script in _words(prompt.text)}
    is_chinese = _HAN in found and _HAN not in scripts and not found & _NOT_CHINESE
    parts = [_read_part(prompt.text, tuple(scripts), is_chinese) for prompt in prompts]
    unread = tuple(dict.fromkeys(word for part in parts for word in part.unread))
    count, missing = (sum(getattr(part, name) for part in parts) for name in ("count", "missing"))
    read = tuple(
        replace(prompt, text=part.text)
        for prompt, part in zip(prompts, parts, strict=True)
        if part.text
    )
    hint = _hint(unread, is_chinese)
    if unread and (missing > MOST_UNREAD * count or not any(each.weight > 0 for each in read)):
        raise UnreadablePromptError(unread, scripts, hint)
    is_changed = read != tuple(prompts)
    if is_changed and (length := len(" | ".join(part.text for part in read))) > MAX_CHARACTERS:
        raise PromptError(
            sentence("prompt-reading-long", given=length, allowed=MAX_CHARACTERS),
            given=length,
            allowed=MAX_CHARACTERS,
        )
    return PromptReading(read, unread, is_changed, hint)


def list_words(words: Sequence[str]) -> str:
    """Write the first words for a message, each in quotes."""
    more = ", …" if len(words) > _NAMED else ""
    return ", ".join(quoted(word) for word in words[:_NAMED]) + more


# --- one part ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    unread: tuple[str, ...]
    count: float
    missing: float


def _read_part(text: str, scripts: tuple[str, ...], is_chinese: bool) -> _Part:
    words = _words(text)
    if is_chinese and any(script == _HAN for _, script in words):
        return _read_chinese(text, scripts)
    unread = [(word, script) for word, script in words if script not in scripts]
    if not unread:
        return _Part(text, (), _size(words), 0)
    return _Part(
        _left(text, scripts), tuple(word for word, _ in unread), _size(words), _size(unread)
    )


def _read_chinese(text: str, scripts: tuple[str, ...]) -> _Part:
    tokens = tokens_of(text)
    unread: list[tuple[str, str]] = []
    read: list[Token] = []
    count = 0.0
    for is_unread, group in groupby(tokens, key=lambda token: token.kind == "unread"):
        same = list(group)
        if is_unread:
            unread.append(("".join(token.source for token in same), _HAN))
            continue
        for token in same:
            words = _words(token.source)
            if token.kind in {"text", "mark"}:
                foreign = [each for each in words if each[1] not in scripts]
                unread += foreign
                count += _size(words) - _size(foreign)
                if foreign:
                    token = replace(token, english=_left(token.english, scripts))
            elif words:
                count += 1
            if token.english or token.kind not in {"text", "mark"}:
                read.append(token)
    missing = _size(unread)
    left_out = tuple(word for word, _ in unread)
    if not (english := english_of(read)):  # nothing but words such as 的
        return _Part("", left_out or (text,), count + missing, count + missing)
    return _Part(english, left_out, count + missing, missing)


def _hint(unread: Iterable[str], is_chinese: bool) -> str:
    """How Chinese could be read, where the dictionary is missing."""
    if not is_chinese or is_installed() or not any(_script(c) == _HAN for c in "".join(unread)):
        return ""
    try:
        check_extra("chinese")
    except SettingsError as error:
        return error.message
    return ""


def _left(text: str, scripts: Sequence[str]) -> str:
    """A text without what is in other scripts; empty if no word is left."""
    kept, is_kept = "", True
    for character in text:
        category = unicodedata.category(character)
        if category[0] != "M" and category != "Cf":  # which go with the letter before
            is_kept = _script(character) in {None, *scripts}
        kept += character if is_kept else " "
    left = re.sub(r"\s+(?=[,.;!?])", "", " ".join(kept.split())).strip(" ,;-")
    return left if _words(left) else ""


# --- words and scripts ------------------------------------------------------------------------


def _words(text: str) -> list[tuple[str, str]]:
    """The words of a text with their scripts; what has none divides nothing but by spaces."""
    words: list[tuple[str, str]] = []
    for chunk in text.split():
        of_chunk: list[tuple[str, str]] = []
        for character in chunk:
            script = _script(character)
            word, before = of_chunk[-1] if of_chunk else ("", "")
            if of_chunk and (script == before or unicodedata.category(character)[0] == "M"):
                of_chunk[-1] = (word + character, before)
            elif script is not None:
                of_chunk.append((character, script))
        words += of_chunk
    return words


def _size(words: Iterable[tuple[str, str]]) -> float:
    return sum(max(1.0, len(word) / 2) if script in _NO_SPACES else 1.0 for word, script in words)


@cache
def _script(character: str) -> str | None:
    """The script of a letter by its Unicode name, "emoji" for a picture, None for the rest."""
    category = unicodedata.category(character)
    if category == "So" and character >= "\u2300":
        return _EMOJI
    if category[0] != "L" or category == "Lm":
        return None
    letter = unicodedata.normalize("NFKC", character)[0]
    word = unicodedata.name(letter, "UNKNOWN").partition(" ")[0].title()
    return _HAN if word in {"Cjk", "Kangxi"} or letter in "々〇" else word
