"""Draws random prompts from the word lists; a seed gives the same prompt on every machine."""

import random
from dataclasses import dataclass
from typing import TypeVar

from ganshare.errors import PromptError, must_be_between, must_be_one_of
from ganshare.prompts.attributes import Attributes
from wordlists import CATEGORIES, word_lists

__all__ = ["MAX_SEED", "DrawnPrompt", "draw_prompt"]

MAX_SEED = 2**63 - 1  # what a database's BIGINT and torch's generators both hold

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DrawnPrompt:
    """A prompt drawn from the word lists, with what it was drawn from."""

    text: str
    attributes: Attributes
    seed: int


def draw_prompt(seed: int, category: str | None = None) -> DrawnPrompt:
    """Draw a random prompt: the same one for a seed on every machine, as long as the lists stay.

    Args:
        seed: 0 to `MAX_SEED`.
        category: one of `CATEGORIES`; left out, each is as likely. A seed draws another style,
            subject and colour in each category, and others again without one.

    Raises:
        PromptError: the category is unknown.
        ParameterError: the seed is out of range.
    """
    if not 0 <= seed <= MAX_SEED:
        raise must_be_between("seed", seed, 0, MAX_SEED)
    if category is not None and category not in CATEGORIES:
        raise must_be_one_of(PromptError, "category", category, CATEGORIES)
    # Python promises that a text seeds the same sequence in later versions, as it does for numbers.
    dice = random.Random(seed if category is None else f"{category} {seed}")
    lists = word_lists()
    style = _pick(dice, lists.styles)
    category = category or _pick(dice, CATEGORIES)
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
