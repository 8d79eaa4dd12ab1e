"""Tables of the ledger, as the newest migration leaves them; for building statements."""

from typing import Any

import sqlalchemy as sa

__all__ = ["attempts", "consents", "locks", "log", "orders", "tokens", "transactions"]

_metadata = sa.MetaData()


def _table(name: str, *columns: str) -> sa.Table:
    """Build a table; a column is a text unless its name is one of the numbers."""
    return sa.Table(
        name, _metadata, *(sa.Column(each, _NUMBERS.get(each, sa.Text())) for each in columns)
    )


_NUMBERS: dict[str, sa.types.TypeEngine[Any]] = {
    "chain_id": sa.BigInteger(),
    "nonce": sa.BigInteger(),
    "gas": sa.BigInteger(),
    "block": sa.BigInteger(),
    "ends": sa.BigInteger(),
    "fence": sa.BigInteger(),
    "serial": sa.Integer(),
    "decimals": sa.Integer(),
    "created": sa.Float(),
    "updated": sa.Float(),
    "until": sa.Float(),
}

_TOKEN = ("chain_id", "collection", "token")
_NONCE = ("chain_id", "sender", "nonce")

consents = sa.Table(
    "consents",
    _metadata,
    *(sa.Column(each, sa.Text) for each in ("job", "person", "share")),
    sa.Column("agreed", sa.Boolean),
    sa.Column("given", sa.Float),
)
tokens = _table(
    "ledger_tokens",
    *_TOKEN,
    *(
        "artwork",
        "state",
        "item",
        "image_cid",
        "metadata_cid",
        "metadata",
        "owner",
        "page",
        "updated",
    ),
)
transactions = _table(
    "ledger_transactions",
    *_NONCE,
    *("kind", "subject", "recipient", "data", "value", "gas", "state", "cost", "hash", "block"),
    "created",
)
attempts = _table("ledger_attempts", "hash", *_NONCE, "raw", "max_fee", "priority", "created")
orders = _table(
    "ledger_orders",
    "hash",
    *_TOKEN,
    *("serial", "terms", "signature", "price", "currency", "decimals", "ends", "state", "reason"),
    *("page", "created", "updated"),
)
log = _table("ledger_log", "id", "kind", "subject", "data", "done_by", "created")
locks = _table("ledger_locks", "name", "holder", "fence", "until")
