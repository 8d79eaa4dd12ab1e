"""Topics that processes are notified of through the database."""

from enum import StrEnum

__all__ = ["Topic"]


class Topic(StrEnum):
    """What the store can notify of."""

    WORK = "work"  # a job may be claimed: engines
    NEWS = "news"  # a job has a new revision: bots
