"""`Ping`: when a person gets an extra message about a finished painting."""

from enum import StrEnum

__all__ = ["LATE_SECONDS", "Ping"]

LATE_SECONDS = 120.0  # after which nobody is taken to be still looking


class Ping(StrEnum):
    """A person's choice; an edited message, as all results are, notifies nobody."""

    LATE = "late"  # if it took longer than `LATE_SECONDS`
    ALWAYS = "always"
    NEVER = "never"
