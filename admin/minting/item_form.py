"""Fields of a marketplace's item form, and the mark that finds the item again."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.ledger import Token
from admin.minting.metadata import attributes, chosen_by, page_of, read_as
from ganshare.errors import ParameterError, quoted

__all__ = ["Item", "Outcome", "check_marks", "make_item", "mark_of"]

_MARK = 10  # hexadecimal digits: two of a million paintings share them with a chance of 1 : 2
LONGEST_NAME, LONGEST_DESCRIPTION = 100, 2_000  # characters that OpenSea takes


@dataclass(frozen=True, slots=True)
class Item:
    """One item as the form takes it.

    Args:
        mark: stands in the name and in no other item's.
    """

    mark: str
    name: str
    description: str
    external_link: str | None
    properties: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a painting in this run; `reason` says why it has no item, or no listing."""

    token: Token
    reason: str = ""


def mark_of(token: Token) -> str:
    """The beginning of the picture's SHA-256."""
    return f"{token.token:064x}"[:_MARK]


def make_item(token: Token, *, site: str | None = None, description: str | None = None) -> Item:
    """Describe a painting.

    Raises:
        ParameterError: the models' licences don't allow sale.
    """
    painting = token.item
    if painting["may_sell"] is not True:
        raise ParameterError(
            f"The painting {quoted(token.artwork)} was made with a model that may not be sold "
            f"({painting['model']}); it cannot become an item.",
            given=token.artwork,
        )
    mark = mark_of(token)
    prompt = " ".join(str(painting["prompt"]).split())
    before = f"{description}\n\n" if description else ""
    facts = (
        f"”{read_as(painting)}{chosen_by(painting)}. The picture was made with "
        f"a model, {painting['model']}. SHA-256 of the picture: {token.token:064x}."
    )
    begins = f"{before}Painted from the prompt “"
    return Item(
        mark=mark,
        name=f"{_shorten(prompt, LONGEST_NAME - len(mark) - 2)} #{mark}",
        description=begins + _shorten(prompt, LONGEST_DESCRIPTION - len(begins + facts)) + facts,
        external_link=page_of(painting, site),
        properties=tuple((each["trait_type"], str(each["value"])) for each in attributes(painting)),
    )


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: max(0, longest - 1)] + "…"


def check_marks(tokens: Sequence[Token]) -> None:
    """Raise ParameterError if two paintings would be found by the same mark."""
    seen: dict[str, str] = {}
    for each in tokens:
        mark = mark_of(each)
        if mark in seen:
            raise ParameterError(
                f"The paintings {seen[mark]} and {each.artwork} have the same mark {mark}; only "
                "one of them can be created in a browser.",
                given=each.artwork,
            )
        seen[mark] = each.artwork
