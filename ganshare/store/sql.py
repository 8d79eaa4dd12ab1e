"""Tables and transactions for what keeps its own records in the store's database: the ledger."""

from ganshare.store.database import Conflict, Database, Row
from ganshare.store.dialect import insert, made_id, now
from ganshare.store.ledger_tables import attempts, locks, log, orders, tokens, transactions
from ganshare.store.migrate import check_schema
from ganshare.store.rows import as_text

__all__ = [
    "Conflict",
    "Database",
    "Row",
    "as_text",
    "attempts",
    "check_schema",
    "insert",
    "locks",
    "log",
    "made_id",
    "now",
    "orders",
    "tokens",
    "transactions",
]
