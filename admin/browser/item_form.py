"""The form's values for a painting, and the mark by which its item is found again."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.ledger import Token
from admin.minting.metadata import attributes
from ganshare.errors import ParameterError, quoted

__all__ = ["Item", "check_marks", "make_item", "mark_of"]

_MARK = 10  # hexadecimal digits: two of a million paintings share them with a chance of 1 : 2
_LONGEST_NAME = 100


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
    short = prompt if len(prompt) <= _LONGEST_NAME else prompt[: _LONGEST_NAME - 1] + "…"
    facts = (
        f"Painted from the prompt “{prompt}” and chosen by {painting['votes']} votes. SHA-256 of "
        f"the picture: {token.token:064x}."
    )
    return Item(
        mark=mark,
        name=f"{short} #{mark}",
        description=f"{description}\n\n{facts}" if description else facts,
        external_link=f"{site.rstrip('/')}/paintings/{painting['id']}" if site else None,
        properties=tuple((each["trait_type"], str(each["value"])) for each in attributes(painting)),
    )


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
