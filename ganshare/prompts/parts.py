"""Weighted parts of a prompt, and the limits of every grammar."""

import math
import unicodedata
from dataclasses import dataclass

from ganshare.errors import PromptError, quoted
from ganshare.sentences import sentence

__all__ = [
    "MAX_CHARACTERS",
    "MAX_PARTS",
    "MAX_WEIGHT",
    "WeightedPrompt",
    "check_length",
    "check_parts",
    "check_weight",
    "clean",
    "is_visible",
]

MAX_CHARACTERS = 1_000
MAX_PARTS = 16
MAX_WEIGHT = 10.0

_BIDIRECTIONAL_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class WeightedPrompt:
    """One part of a prompt; a negative weight pushes the painting away from its text."""

    text: str
    weight: float


def clean(text: str) -> str:
    """Bring to NFC and single spaces; refuse what would garble a terminal, a chat or a file.

    Raises:
        PromptError: it holds control characters, or nothing.
    """
    for position, character in enumerate(text, 1):
        if _is_refused(character):
            raise PromptError(
                sentence("prompt-control", given=f"U+{ord(character):04X}", position=str(position)),
                given=character,
            )
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is_refused(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cc":
        return character not in "\t\n\r"
    # Lone surrogates are not text; the bidirectional controls reorder the text around them.
    return category == "Cs" or character in _BIDIRECTIONAL_CONTROLS


def is_visible(text: str) -> bool:
    """Whether anything in it can be seen."""
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)


def check_length(length: int) -> None:
    """Raise PromptError if a prompt of so many characters is too long."""
    if length > MAX_CHARACTERS:
        raise PromptError(
            sentence("prompt-long", given=length, allowed=MAX_CHARACTERS),
            given=length,
            allowed=MAX_CHARACTERS,
        )


def check_weight(weight: float, written: str, number: int) -> None:
    """Raise PromptError unless a part's weight is in range.

    Args:
        written: as the asker wrote it.
        number: of the part, from 1.
    """
    if not (math.isfinite(weight) and abs(weight) <= MAX_WEIGHT):
        raise PromptError(
            sentence(
                "prompt-weight",
                given=quoted(written),
                number=number,
                lowest=f"-{MAX_WEIGHT:g}",
                highest=f"{MAX_WEIGHT:g}",
            ),
            given=weight,
            allowed=(-MAX_WEIGHT, MAX_WEIGHT),
        )


def check_parts(prompts: tuple[WeightedPrompt, ...]) -> None:
    """Raise PromptError if there are no parts, too many, or none with a weight above zero."""
    if not prompts:
        raise PromptError(sentence("prompt-empty"), given="")
    if len(prompts) > MAX_PARTS:
        raise PromptError(
            sentence("prompt-parts", given=len(prompts), allowed=MAX_PARTS),
            given=len(prompts),
            allowed=MAX_PARTS,
        )
    if all(prompt.weight <= 0 for prompt in prompts):
        raise PromptError(
            sentence("prompt-weights"),
            given=tuple(prompt.weight for prompt in prompts),
        )
