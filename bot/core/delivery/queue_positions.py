"""Decides which waiting messages show a new queue position: few at a time, the front first.

Each job that begins moves all behind it. With two hundred people waiting, showing every step to
all would take more edits than any platform allows. A message is changed where its reader would
notice: near the front at each step, further back once its place is a good part smaller.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ganshare.domain.jobs import Job, JobState

__all__ = ["QueuePositions"]

FRONT = 3  # places whose every step counts, and whose time is told again
CLOSER, FURTHER = 0.75, 1.5  # times the place that is shown: worth an edit
LOOKS, LOOKS_IN_FRONT = 2, 6  # after which one message may change, or its time is told again


@dataclass(frozen=True, slots=True)
class _Shown:
    """The place that a message shows, and when it was last to be changed."""

    place: int
    at: float


class QueuePositions:
    """Tracks the positions that messages of one origin show, and chooses which to update now.

    Args:
        pace: seconds between two looks.
        most: messages at one look; of each channel or chat one at most.
    """

    def __init__(
        self, pace: float = 5.0, most: int = 4, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pace, self._most, self._clock = pace, most, clock
        self._shown: dict[str, _Shown] = {}

    def shows(self, job: str, place: int) -> None:
        """Take down what a job's message shows now."""
        self._shown[job] = _Shown(place, self._clock())

    def due(self, queue: Sequence[Job], origin: str) -> list[Job]:
        """Choose the messages to update now; those that find no room are chosen again later.

        Args:
            queue: in its order. Running jobs may be in it; those that are not are forgotten.
        """
        waiting = [job for job in queue if job.state is JobState.QUEUED]
        places = {job.id: place for place, job in enumerate(waiting, 1) if job.origin == origin}
        now = self._clock()
        # What has just been posted shows about where it stands.
        self._shown = {
            job: self._shown.get(job, _Shown(place, now)) for job, place in places.items()
        }
        chosen: dict[str, Job] = {}  # by channel or chat
        for job in waiting:
            if len(chosen) == self._most:
                break
            if job.id in places and self._is_due(job.id, places[job.id], now):
                chosen.setdefault(job.place, job)
        for job in chosen.values():
            self._shown[job.id] = replace(self._shown[job.id], at=now)
        return list(chosen.values())

    def _is_due(self, job: str, place: int, now: float) -> bool:
        shown = self._shown[job]
        looks = (now - shown.at) / self._pace
        if looks < LOOKS:
            return False
        if place <= FRONT:
            return place != shown.place or looks >= LOOKS_IN_FRONT
        return not CLOSER * shown.place < place < FURTHER * shown.place
