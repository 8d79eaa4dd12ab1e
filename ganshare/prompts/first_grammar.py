"""The first grammar of prompts, kept for stored prompts only.

A part's last colon is followed by its weight if any number follows; nothing keeps text literal.
"""

import re

from ganshare.errors import PromptError
from ganshare.prompts.parts import (
    WeightedPrompt,
    check_length,
    check_parts,
    check_weight,
    clean,
    is_visible,
)
from ganshare.sentences import sentence

__all__ = ["parse_first_grammar"]

_NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:inf|infinity|nan))"
)


def parse_first_grammar(text: str) -> tuple[WeightedPrompt, ...]:
    """Read `a castle | stormy sea:0.5`, where "ratio 3:4" means "ratio 3" with weight 4.

    Raises:
        PromptError: as for `parse_prompts`, and for a part without text.
    """
    cleaned = clean(text)
    check_length(len(cleaned))
    if not cleaned:
        check_parts(())
    prompts = tuple(_read(part.strip(), n) for n, part in enumerate(cleaned.split("|"), 1))
    check_parts(prompts)
    return prompts


def _read(part: str, number: int) -> WeightedPrompt:
    text, colon, tail = (piece.strip() for piece in part.rpartition(":"))
    if not colon or not _NUMBER.fullmatch(tail):
        text, tail = part, "1"
    if not is_visible(text):
        raise PromptError(sentence("prompt-part", number=number), given=part)
    weight = float(tail)
    check_weight(weight, tail, number)
    return WeightedPrompt(text, weight)
