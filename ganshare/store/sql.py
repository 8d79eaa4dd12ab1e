"""Public SQL interface for code with its own tables in the store's database: the ledger."""

from ganshare.store.db.database import Conflict, Database, Row
from ganshare.store.db.dialect import insert, made_id, now
from ganshare.store.db.rows_queue import as_text, to_value
from ganshare.store.db.tables_ledger import attempts, locks, log, orders, tokens, transactions
from ganshare.store.maintenance.migrate import check_schema

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
    "to_value",
    "tokens",
    "transactions",
]
