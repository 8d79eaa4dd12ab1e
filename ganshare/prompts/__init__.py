"""Prompts: parsing into weighted parts, drawing from word lists, finding attributes."""

from ganshare.prompts.attributes import Attributes, find_attributes
from ganshare.prompts.draw import MAX_SEED, DrawnPrompt, draw_prompt
from ganshare.prompts.parse import GRAMMAR, format_prompts, parse_prompts
from ganshare.prompts.parts import MAX_CHARACTERS, MAX_PARTS, MAX_WEIGHT, WeightedPrompt
from ganshare.prompts.shares import PromptShare, attributes_of, shares_of
from wordlists import CATEGORIES

__all__ = [
    "CATEGORIES",
    "GRAMMAR",
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
