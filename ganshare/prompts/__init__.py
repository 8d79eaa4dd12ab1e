"""The text of prompts: read into weighted parts, drawn from the word lists, searched for traits."""

from ganshare.prompts.attributes import Attributes, find_attributes
from ganshare.prompts.parse import (
    CATEGORIES,
    MAX_CHARACTERS,
    MAX_PARTS,
    MAX_SEED,
    MAX_WEIGHT,
    DrawnPrompt,
    WeightedPrompt,
    draw_prompt,
    format_prompts,
    parse_prompts,
)
from ganshare.prompts.shares import PromptShare, attributes_of, shares_of

__all__ = [
    "CATEGORIES",
    "MAX_CHARACTERS",
    "MAX_PARTS",
    "MAX_SEED",
    "MAX_WEIGHT",
    "Attributes",
    "DrawnPrompt",
    "PromptShare",
    "WeightedPrompt",
    "attributes_of",
    "draw_prompt",
    "find_attributes",
    "format_prompts",
    "parse_prompts",
    "shares_of",
]
