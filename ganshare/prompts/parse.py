"""Where every job begins: the prompt that someone typed, or one drawn from the word lists."""

import math
import random
import re
import unicodedata
from dataclasses import dataclass
from typing import TypeVar

from ganshare.errors import ParameterError, PromptError, must_be_one_of, quoted
from ganshare.prompts.attributes import Attributes, find_attributes
from wordlists import CATEGORIES, word_lists

__all__ = [
    "CATEGORIES",
    "MAX_CHARACTERS",
    "MAX_PARTS",
    "MAX_SEED",
    "MAX_WEIGHT",
    "Attributes",
    "DrawnPrompt",
    "WeightedPrompt",
    "draw_prompt",
    "find_attributes",
    "format_prompts",
    "parse_prompts",
]

MAX_CHARACTERS = 1_000
MAX_PARTS = 16
MAX_WEIGHT = 10.0
MAX_SEED = 2**63 - 1  # what a database's BIGINT and torch's generators both hold

T = TypeVar("T")

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BIDIRECTIONAL_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_FINITE = re.compile(r"[+-]?(?:inf|infinity|nan)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WeightedPrompt:
    """One part of a prompt; a negative weight pushes the painting away from its text."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class DrawnPrompt:
    """A prompt drawn from the word lists, with what it was drawn from."""

    text: str
    attributes: Attributes
    seed: int


def parse_prompts(text: str) -> tuple[WeightedPrompt, ...]:
    """Read `a castle | stormy sea:0.5 | blur:-0.3`.

    Parts are divided by `|`. What follows the last colon of a part is its weight if it is a
    decimal number, else the colon belongs to the text and the weight is 1: "a castle: at night"
    and "ratio 3:4 landscape" keep theirs, while "ratio 3:4" means "ratio 3" with weight 4 and
    "ratio 3:4:1" means "ratio 3:4" with weight 1. Text comes out NFC, with single spaces.

    Raises:
        PromptError: the prompt or a part is empty, it is too long, has too many parts, a weight
            is out of range, none is above zero, or it holds control characters.
    """
    clean = _clean(text)
    _check_length(len(clean))
    if not clean:
        raise PromptError("The prompt is empty; it needs some text.", given=text)
    parts = clean.split("|")
    if len(parts) > MAX_PARTS:
        raise PromptError(
            f"The prompt has {len(parts)} parts; at most {MAX_PARTS} are allowed.",
            given=len(parts),
            allowed=MAX_PARTS,
        )
    prompts = tuple(_parse_part(part.strip(), number) for number, part in enumerate(parts, 1))
    if all(prompt.weight <= 0 for prompt in prompts):
        raise PromptError(
            "All weights of the prompt are zero or negative; at least one above zero is needed.",
            given=tuple(prompt.weight for prompt in prompts),
        )
    # A stored prompt is parsed again later, so what it is stored as has to fit, too.
    _check_length(len(format_prompts(prompts)))
    return prompts


def format_prompts(prompts: tuple[WeightedPrompt, ...]) -> str:
    """Write parts so that `parse_prompts` reads the same ones again."""
    return " | ".join(_format_part(prompt) for prompt in prompts)


def draw_prompt(seed: int, category: str | None = None) -> DrawnPrompt:
    """Draw a random prompt: the same one for a seed on every machine, as long as the lists stay.

    Args:
        seed: 0 to `MAX_SEED`.
        category: one of `CATEGORIES`; left out, each is as likely. The style and the colour that
            a seed draws do not depend on it.

    Raises:
        PromptError: the category is unknown.
        ParameterError: the seed is out of range.
    """
    if not 0 <= seed <= MAX_SEED:
        raise ParameterError(
            f"The seed {seed} is out of range; allowed are 0 to {MAX_SEED}.",
            given=seed,
            allowed=(0, MAX_SEED),
        )
    if category is not None and category not in CATEGORIES:
        raise must_be_one_of(PromptError, "category", category, CATEGORIES)
    dice = random.Random(seed)
    lists = word_lists()
    style = _pick(dice, lists.styles)
    drawn_category = _pick(dice, CATEGORIES)
    category = category or drawn_category
    subject = _pick(dice, lists.subjects(category))
    colour = _pick(dice, lists.colours)
    connective = "with" if category == "shapes" else "of"
    return DrawnPrompt(
        text=f"{style} Painting {connective} {subject} in {colour.name}",
        attributes=Attributes(style, subject, category, colour.name, colour.hex),
        seed=seed,
    )


def _pick(dice: random.Random, choices: tuple[T, ...]) -> T:
    # Of all its methods Python promises only random() the same sequence in later versions.
    return choices[int(dice.random() * len(choices))]


def _clean(text: str) -> str:
    """Bring to NFC and single spaces; refuse what would garble a terminal, a chat or a file."""
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


def _check_length(length: int) -> None:
    if length > MAX_CHARACTERS:
        raise PromptError(
            f"The prompt has {length:,} characters; at most {MAX_CHARACTERS:,} are allowed in all.",
            given=length,
            allowed=MAX_CHARACTERS,
        )


def _parse_part(part: str, number: int) -> WeightedPrompt:
    text, colon, tail = (piece.strip() for piece in part.rpartition(":"))
    if not colon or not (_NUMBER.fullmatch(tail) or _NOT_FINITE.fullmatch(tail)):
        text, tail = part, "1"
    if not any(unicodedata.category(character)[0] not in "CZ" for character in text):
        raise PromptError(
            f"Part {number} of the prompt is empty; each part between | needs some text.",
            given=part,
        )
    weight = float(tail)
    if not (math.isfinite(weight) and abs(weight) <= MAX_WEIGHT):
        raise PromptError(
            f"The weight {quoted(tail)} of part {number} is out of range; allowed are numbers from "
            f"-{MAX_WEIGHT:g} to {MAX_WEIGHT:g}.",
            given=weight,
            allowed=(-MAX_WEIGHT, MAX_WEIGHT),
        )
    return WeightedPrompt(text, weight)


def _format_part(prompt: WeightedPrompt) -> str:
    tail = prompt.text.rpartition(":")[2].strip()
    reads_as_weight = ":" in prompt.text and (
        _NUMBER.fullmatch(tail) or _NOT_FINITE.fullmatch(tail)
    )
    if prompt.weight == 1 and not reads_as_weight:
        return prompt.text
    return f"{prompt.text}:{repr(prompt.weight).removesuffix('.0')}"
