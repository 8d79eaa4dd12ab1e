"""`Sale`: the state of a painting's token, as chats and web page show it. No I/O."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from ganshare.domain.votes import Round

__all__ = ["Consent", "Sale", "SaleNews", "SaleState", "shown_amount"]


class SaleState(StrEnum):
    """How far a painting is on its way to a collector."""

    MINTED = "minted"
    LISTED = "listed"  # for sale
    SOLD = "sold"


@dataclass(frozen=True, slots=True)
class Sale:
    """A painting that is a token.

    Args:
        price: with its currency, such as "0.05 WETH"; "" if it was not for sale.
        token_page: where the chain's explorer shows the token; None if that is not known.
        listing_page: where it can be bought.
    """

    artwork: str
    state: SaleState
    price: str = ""
    token_page: str | None = None
    listing_page: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a requester says about the sale of a painting.

    Args:
        share: of the proceeds that the owner promised then, in percent, such as "10".
        given: when, in seconds since 1970.
    """

    person: str
    agreed: bool
    share: str
    given: float


@dataclass(frozen=True, slots=True)
class SaleNews:
    """News about the winners of a round that its place has not seen yet.

    Args:
        kind: MINTED or LISTED.
        winners: (place in the round, sale), best first; a few of them.
    """

    round: Round
    kind: SaleState
    winners: tuple[tuple[int, Sale], ...]

    @property
    def name(self) -> str:
        """Names exactly this news, the same in every process."""
        artworks = ",".join(sale.artwork for _, sale in self.winners)
        return f"{self.kind}:{self.round.id}:{hashlib.sha256(artworks.encode()).hexdigest()[:16]}"


def shown_amount(units: int, decimals: int, symbol: str) -> str:
    """Write smallest units as a number with the currency's symbol, exactly."""
    sign, digits = "-" * (units < 0), f"{abs(units):0{decimals + 1}d}"
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    part = part.rstrip("0")
    return f"{sign}{whole}{'.' * bool(part)}{part} {symbol}"
