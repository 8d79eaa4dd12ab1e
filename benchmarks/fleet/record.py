"""The measurements of one process, which are sent between processes and summed."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from ganshare.errors import AdmissionError, WorldError

__all__ = ["Record", "percentile"]


@dataclass
class Record:
    """Seconds by what was timed, counts by what was counted, and errors.

    Attributes:
        promised: seconds until its turn that were promised for a job, by its id.
        waited: seconds from submit to claim, by its id.
        asked: requests by person; also `admitted` jobs and `finished` paintings.
        told: the last message of each kind of refusal.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    promised: dict[str, float] = field(default_factory=dict)
    waited: dict[str, float] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    admitted: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    told: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Measure the block; an error of the store is counted and swallowed, and nothing timed."""
        began = time.perf_counter()
        try:
            yield
        except WorldError as error:
            self.errors[f"{what}: {error}"] += 1
        else:
            self.add(what, time.perf_counter() - began)

    def count_statements(self) -> None:
        """From now on, count what this process asks of the database."""

        def count(*_: object) -> None:
            self.counts["statements"] += 1

        sa.event.listen(sa.Engine, "before_cursor_execute", count)

    def refuse(self, error: AdmissionError, *, full: bool) -> None:
        """Note that the store refused a job, and the message."""
        reason = "the queue is full" if full else "too many of their own"
        self.counts[f"refused: {reason}"] += 1
        self.told[reason] = str(error)

    def add(self, what: str, seconds: float) -> None:
        """Note a measurement."""
        self.seconds.setdefault(what, []).append(seconds)

    @classmethod
    def sum(cls, records: Iterable["Record"]) -> "Record":
        """Everything that any of them measured."""
        total = cls()
        for record in records:
            for what, seconds in record.seconds.items():
                total.seconds.setdefault(what, []).extend(seconds)
            total.promised |= record.promised
            total.waited |= record.waited
            total.told |= record.told
            for name in ("counts", "errors", "asked", "admitted", "finished"):
                getattr(total, name).update(getattr(record, name))
        return total


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that `percent` of them don't exceed; not a number if there are none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
