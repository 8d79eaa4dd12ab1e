"""A process's journal: one line per event, whole even after kill -9."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["Event", "Journal", "Note", "read_notes"]


class Event(StrEnum):
    """What can be noted."""

    SUBMITTED = "submitted"  # the store said that it has the job
    REFUSED = "refused"  # the store didn't admit the job for now
    SHOWN = "shown"  # a bot showed this revision to whoever asked; the ack follows
    CANCELLING = "cancelling"  # the store is about to be asked
    CANCELLED = "cancelled"  # the store's answer, in `state`
    FENCED = "fenced"  # an engine learned that a job was no longer its own
    DYING = "dying"  # in the middle of a write
    STARTED = "started"  # a process, of this version or the "newer" one
    ENDED = "ended"  # an engine by itself, since a step hung or memory ran out
    POISON = "poison"  # a job does what it does in every attempt
    OUT_OF_MEMORY = "out of memory"  # a step, for once


@dataclass(frozen=True, slots=True)
class Note:
    """One line."""

    event: Event
    key: str = ""
    job: str = ""
    revision: int = 0
    state: str = ""


class Journal:
    """Appends notes to a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(
        self, event: Event, *, key: str = "", job: str = "", revision: int = 0, state: str = ""
    ) -> None:
        """Write a line, at once."""
        line = json.dumps(asdict(Note(event, key, job, revision, state))) + "\n"
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode())


def read_notes(*paths: Path) -> Iterator[Note]:
    """Read journals; one that was never begun is empty."""
    for path in paths:
        for line in path.read_text().splitlines() if path.exists() else ():
            values = json.loads(line)
            yield Note(**{**values, "event": Event(values["event"])})
