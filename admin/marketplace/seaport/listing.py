"""Builds the order that offers a token at a price."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.marketplace.seaport.amounts import Currency, Fee, split
from admin.marketplace.seaport.order import (
    NATIVE,
    NO_KEY,
    ConsiderationItem,
    ItemType,
    OfferItem,
    Order,
    OrderType,
)
from ganshare.errors import ParameterError

__all__ = ["LONGEST_DURATION", "Terms", "duration_of", "listing"]

LONGEST_DURATION = 180 * 86_400  # OpenSea takes listings of up to about six months


_FULL = (OrderType.FULL_OPEN, OrderType.FULL_RESTRICTED)
_PARTIAL = (OrderType.PARTIAL_OPEN, OrderType.PARTIAL_RESTRICTED)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the listings of one run have in common.

    Args:
        seller: who owns the tokens and signs.
        collection: the tokens' contract.
        fees: of the marketplace and the creators, read from the collection in each run.
        zone: that the marketplace requires; None for none.
        start: seconds since 1970; `duration` in seconds.
        counter: the seller's at Seaport.
    """

    seller: str
    collection: str
    currency: Currency
    fees: tuple[Fee, ...]
    zone: str | None
    conduit_key: str
    start: int
    duration: int
    counter: int

    def __post_init__(self) -> None:
        """Check the duration."""
        duration_of(self.duration / 86_400)


def duration_of(days: float) -> int:
    """Give a listing's duration in seconds.

    Raises:
        ParameterError: it is shorter or longer than marketplaces take.
    """
    if not 600 <= days * 86_400 <= LONGEST_DURATION:  # neither is what is no number
        message = f"A listing lasts ten minutes to 180 days, not {days:g} days."
        raise ParameterError(message, given=days, allowed=(600, LONGEST_DURATION))
    return round(days * 86_400)


def listing(
    terms: Terms,
    token: int,
    price: int,
    salt: int = 0,
    *,
    quantity: int = 1,
    item_type: ItemType = ItemType.ERC721,
) -> Order:
    """Build the order that offers a token for a price; several of an ERC-1155 may be sold singly.

    Args:
        price: of one, in the currency's smallest units, fees included.
        salt: drawn at random. One signature holds for all orders of a tree, and whoever has one
            of them has the hashes of its neighbours: what can be guessed of those can be bought.
    """
    amounts = split(price, terms.fees)
    # Whatever is bought of several pays its part to everyone: the amounts are multiples of one's.
    shares = [(terms.seller, amounts.seller * quantity)]
    shares += [
        (fee.recipient, part * quantity) for fee, part in zip(terms.fees, amounts.fees, strict=True)
    ]
    kinds = _PARTIAL if quantity > 1 else _FULL
    return Order(
        offerer=terms.seller,
        zone=terms.zone or NATIVE,
        offer=(OfferItem(item_type, terms.collection, token, quantity),),
        consideration=_paid(terms.currency, shares),
        order_type=kinds[terms.zone is not None],
        start=terms.start,
        end=terms.start + terms.duration,
        zone_hash=NO_KEY,
        salt=salt,
        conduit_key=terms.conduit_key,
        counter=terms.counter,
    )


def _paid(currency: Currency, shares: Sequence[tuple[str, int]]) -> tuple[ConsiderationItem, ...]:
    kind = ItemType.NATIVE if currency.address == NATIVE else ItemType.ERC20
    return tuple(
        ConsiderationItem(kind, currency.address, 0, amount, recipient)
        for recipient, amount in shares
        if amount
    )
