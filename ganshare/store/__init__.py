"""The store: SQLite or PostgreSQL, chosen by URL, behind one class and its parts."""

from ganshare.store.job_queue import Queue
from ganshare.store.store import Store, open_store
from ganshare.store.values import (
    Beat,
    NewArtwork,
    Pruned,
    Reaped,
    Submitted,
    Throughput,
    Topic,
)
from ganshare.store.votes_replay import Audit

__all__ = [
    "Audit",
    "Beat",
    "NewArtwork",
    "Pruned",
    "Queue",
    "Reaped",
    "Store",
    "Submitted",
    "Throughput",
    "Topic",
    "open_store",
]
