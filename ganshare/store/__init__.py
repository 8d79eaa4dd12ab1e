"""The store: SQLite or PostgreSQL, chosen by URL, behind one class and its parts."""

from ganshare.store.db.topics import Topic
from ganshare.store.queue.queue import Queue
from ganshare.store.queue.values import Beat, NewArtwork, Pruned, Reaped, Submitted, Throughput
from ganshare.store.store import Store, open_store
from ganshare.store.votes.audit import Audit

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
