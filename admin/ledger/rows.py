"""Converts rows of the ledger to values, and back."""

import json
from dataclasses import fields
from typing import Any

from admin.ledger.values import (
    Attempt,
    Collection,
    Listing,
    ListingState,
    LogEntry,
    Token,
    TokenState,
    Transaction,
    TransactionState,
)
from admin.marketplace.seaport.order import Order
from ganshare.store.sql import Row, as_text, to_value

__all__ = [
    "from_listing",
    "from_token",
    "from_transaction",
    "to_attempt",
    "to_listing",
    "to_log_entry",
    "to_token",
    "to_transaction",
]


def from_token(token: Token) -> dict[str, Any]:
    """Write a token's row, except for its time."""
    return {
        "chain_id": token.collection.chain_id,
        "collection": token.collection.address,
        "token": str(token.token),
        "artwork": token.artwork,
        "state": str(token.state),
        "item": as_text(token.item),
        "image_cid": token.image_cid,
        "metadata_cid": token.metadata_cid,
        "metadata": token.metadata,
        "owner": token.owner,
        "page": token.page,
    }


def to_token(row: Row) -> Token:
    """Read a token."""
    return to_value(
        Token,
        row,
        collection=Collection(row["chain_id"], row["collection"]),
        token=int(row["token"]),
        state=TokenState(row["state"]),
        item=json.loads(row["item"]),
    )


def from_transaction(transaction: Transaction) -> dict[str, Any]:
    """Write a transaction's row, except for its time."""
    values = {
        item.name: getattr(transaction, item.name)
        for item in fields(Transaction)
        if item.name != "created"
    }
    texts = {name: str(values[name]) for name in ("state", "value", "cost")}
    subject = as_text(list(transaction.subject))
    return values | texts | {"subject": subject, "data": transaction.data.hex()}


def to_transaction(row: Row) -> Transaction:
    """Read a transaction."""
    return to_value(
        Transaction,
        row,
        subject=tuple(json.loads(row["subject"])),
        data=bytes.fromhex(row["data"]),
        value=int(row["value"]),
        cost=int(row["cost"]),
        state=TransactionState(row["state"]),
    )


def to_attempt(row: Row) -> Attempt:
    """Read a signed transaction."""
    fees = {name: int(row[name]) for name in ("max_fee", "priority")}
    return to_value(Attempt, row, raw=bytes.fromhex(row["raw"]), **fees)


def from_listing(listing: Listing) -> dict[str, Any]:
    """Write a listing's row, except for its times."""
    return {
        "hash": listing.hash,
        "chain_id": listing.collection.chain_id,
        "collection": listing.collection.address,
        "token": str(listing.token),
        "serial": listing.serial,
        "terms": as_text(listing.order.to_json()),
        "signature": listing.signature.hex(),
        "price": str(listing.price),
        "currency": listing.currency,
        "decimals": listing.decimals,
        "ends": listing.order.end,
        "state": str(listing.state),
        "reason": listing.reason,
        "page": listing.page,
    }


def to_listing(row: Row) -> Listing:
    """Read a listing."""
    return to_value(
        Listing,
        row,
        collection=Collection(row["chain_id"], row["collection"]),
        token=int(row["token"]),
        order=Order.from_json(json.loads(row["terms"])),
        signature=bytes.fromhex(row["signature"]),
        state=ListingState(row["state"]),
    )


def to_log_entry(row: Row) -> LogEntry:
    """Read a line of the audit log."""
    return to_value(LogEntry, row, data=json.loads(row["data"]), by=row["done_by"])
