"""The attributes of a whole prompt, each with the share of its part."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ganshare.prompts.attributes import Attributes, find_attributes
from ganshare.prompts.parts import WeightedPrompt

__all__ = ["PromptShare", "attributes_of", "shares_of"]


@dataclass(frozen=True, slots=True)
class PromptShare:
    """A part with a weight above zero.

    Args:
        text: of the part.
        attributes: found in it.
        share: of all weights above zero, which add up to 1.
    """

    text: str
    attributes: Attributes
    share: float


def shares_of(prompts: Iterable[WeightedPrompt]) -> tuple[PromptShare, ...]:
    """Give the parts with weights above zero, the heaviest first.

    Parts of the same weight come in the order of their texts, so that "a | b" and "b | a" are the
    same.
    """
    positive = [prompt for prompt in prompts if prompt.weight > 0]
    total = sum(sorted(prompt.weight for prompt in positive))
    return tuple(
        PromptShare(prompt.text, find_attributes(prompt.text), prompt.weight / total)
        for prompt in sorted(positive, key=lambda prompt: (-prompt.weight, prompt.text))
    )


def attributes_of(prompts: Iterable[WeightedPrompt]) -> Attributes:
    """Give the style, the subject and the colour of the heaviest part that has one.

    Among parts of the same weight the first one counts; those with a weight below zero don't.
    """
    positive = [prompt for prompt in prompts if prompt.weight > 0]
    heaviest = sorted(positive, key=lambda prompt: -prompt.weight)
    found = Attributes()
    for attributes in (find_attributes(prompt.text) for prompt in heaviest):
        if found.style is None:
            found = replace(found, style=attributes.style)
        if found.subject is None:
            found = replace(found, subject=attributes.subject, category=attributes.category)
        if found.colour is None:
            found = replace(found, colour=attributes.colour, hex=attributes.hex)
    return found
