"""The ledger: a write-ahead log of tokens, transactions and orders."""

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
