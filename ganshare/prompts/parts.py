"""Weighted parts of a prompt, and the limits of every grammar."""

import math
import unicodedata
from dataclasses import dataclass

from ganshare.errors import PromptError, quoted

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
                f"The prompt contains the control character U+{ord(character):04X} at position "
                f"{position}; only visible characters, spaces and line breaks are allowed.",
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
            f"The prompt has {length:,} characters; at most {MAX_CHARACTERS:,} are allowed in all.",
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
            f"The weight {quoted(written)} of part {number} is out of range; allowed are numbers "
            f"from -{MAX_WEIGHT:g} to {MAX_WEIGHT:g}, and quotes around words with a colon keep "
            "them as text.",
            given=weight,
            allowed=(-MAX_WEIGHT, MAX_WEIGHT),
        )


def check_parts(prompts: tuple[WeightedPrompt, ...]) -> None:
    """Raise PromptError if there are no parts, too many, or none with a weight above zero."""
    if not prompts:
        raise PromptError("The prompt is empty; it needs some text.", given="")
    if len(prompts) > MAX_PARTS:
        raise PromptError(
            f"The prompt has {len(prompts)} parts; at most {MAX_PARTS} are allowed, and quotes "
            "around words with a | keep them as text.",
            given=len(prompts),
            allowed=MAX_PARTS,
        )
    if all(prompt.weight <= 0 for prompt in prompts):
        raise PromptError(
            "All weights of the prompt are zero or negative; at least one above zero is needed, "
            "and quotes around words with a colon keep them as text.",
            given=tuple(prompt.weight for prompt in prompts),
        )
