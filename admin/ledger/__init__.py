"""The ledger: what was planned, sent, minted, signed and posted, written before it is done."""

from admin.ledger.ledger import Ledger
from admin.ledger.lock import LedgerBusy
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

__all__ = [
    "Attempt",
    "Collection",
    "Ledger",
    "LedgerBusy",
    "Listing",
    "ListingState",
    "LogEntry",
    "Token",
    "TokenState",
    "Transaction",
    "TransactionState",
]
