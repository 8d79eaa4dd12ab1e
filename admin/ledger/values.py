"""The ledger's values; docs/minting.md shows their states and transitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.order import Order

__all__ = [
    "Attempt",
    "Collection",
    "Listing",
    "ListingState",
    "LogEntry",
    "Token",
    "TokenState",
    "Transaction",
    "TransactionState",
]


class TokenState(StrEnum):
    """How far a painting is on its way to a token."""

    PLANNED = "planned"
    PINNED = "pinned"  # picture and metadata are on IPFS
    SENT = "sent"  # in a transaction that is recorded, and sent or about to be
    MINTED = "minted"  # the chain says so, and enough blocks agree
    # The browser route's own: from PLANNED, and never on to PINNED.
    CREATING = "creating"  # a page was told to save it; whether it did is not known yet
    CREATED = "created"  # the marketplace has it as an item
    OFFERING = "offering"  # a page was told to post a listing of it
    OFFERED = "offered"  # the marketplace shows it for sale


class TransactionState(StrEnum):
    """What became of a nonce."""

    SENT = "sent"
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    DISPLACED = "displaced"  # by a transaction that is not ours


class ListingState(StrEnum):
    """What became of an order."""

    SIGNED = "signed"
    POSTING = "posting"  # asked for; whether it arrived is not known yet
    POSTED = "posted"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FILLED = "filled"
    EXPIRED = "expired"
    REFUSED = "refused"  # by the marketplace; it has seen it all the same

    @property
    def is_live(self) -> bool:
        """Whether it may still be filled: only the chain or its expiry rules that out."""
        return self not in (self.CANCELLED, self.FILLED, self.EXPIRED)


@dataclass(frozen=True, slots=True)
class Collection:
    """A contract on a chain."""

    chain_id: int
    address: str


@dataclass(frozen=True, slots=True)
class Token:
    """A painting that becomes a token.

    Args:
        token: its id, the SHA-256 of the picture.
        artwork: the painting's id in the store.
        item: everything about the painting that metadata and prices are made from.
        metadata: the JSON text whose CID the token has; None before it was pinned.
        owner: as the chain said last.
        page: where it can be looked at once it is minted.
    """

    collection: Collection
    token: int
    artwork: str
    state: TokenState
    item: Mapping[str, Any]
    image_cid: str | None = None
    metadata_cid: str | None = None
    metadata: str | None = None
    owner: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A nonce and what it is used for.

    Args:
        kind: mint, deploy, approve or cancel.
        subject: token ids or order hashes that it is about.
        recipient: the contract called; None makes one.
        cost: the most that it may cost, in wei; what it cost once it is confirmed.
        hash: of the attempt that was included, with its `block`.
    """

    chain_id: int
    sender: str
    nonce: int
    kind: str
    subject: tuple[str, ...]
    recipient: str | None
    data: bytes
    value: int
    gas: int
    state: TransactionState
    cost: int
    created: float = 0.0
    hash: str | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A signed transaction; those with the same nonce differ in their fees."""

    hash: str
    raw: bytes
    max_fee: int
    priority: int
    created: float = 0.0


@dataclass(frozen=True, slots=True)
class Listing:
    """An order and what became of it.

    Args:
        currency: its symbol; the price has so many `decimals`.
        page: where it can be bought.
    """

    collection: Collection
    token: int
    serial: int
    hash: str
    order: Order
    signature: bytes
    state: ListingState
    currency: str
    decimals: int = 18
    reason: str = ""
    page: str | None = None
    created: float = 0.0

    @property
    def price(self) -> int:
        """What a buyer pays, in the currency's smallest units."""
        return self.order.price

    @property
    def shown_price(self) -> str:
        """The price for people, such as "0.05 WETH"."""
        return Currency(self.currency, "", self.decimals).show(self.price)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of the audit log."""

    id: str
    kind: str
    subject: str
    data: Mapping[str, Any]
    by: str
    created: float
