"""The durable, fair queue: SQLite or PostgreSQL, chosen by URL, behind one class."""

from ganshare.store.store import Store, open_store
from ganshare.store.values import (
    Beat,
    Limits,
    NewArtwork,
    Pruned,
    Reaped,
    Submitted,
    Throughput,
    Topic,
)

__all__ = [
    "Beat",
    "Limits",
    "NewArtwork",
    "Pruned",
    "Reaped",
    "Store",
    "Submitted",
    "Throughput",
    "Topic",
    "open_store",
]
