"""Arguments and results of the store's calls, beside jobs and artworks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganshare.domain.jobs import Job

__all__ = ["Beat", "NewArtwork", "Pruned", "Reaped", "Submitted", "Throughput"]


@dataclass(frozen=True, slots=True)
class Submitted:
    """A job in the queue; not new if its key was there already."""

    job: Job
    is_new: bool


@dataclass(frozen=True, slots=True)
class Beat:
    """What an engine learns when it beats: whether the job is still its own, and still wanted."""

    mine: bool
    cancel: bool


@dataclass(frozen=True, slots=True)
class Reaped:
    """What became of the jobs whose engines fell silent."""

    requeued: int = 0
    dead: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows were removed."""

    frames: int = 0
    jobs: int = 0


@dataclass(frozen=True, slots=True)
class NewArtwork:
    """What an engine publishes; the store adds id, job, person, prompt, seed, model and time.

    The fields are those of `ganshare.domain.jobs.Artwork`.
    """

    blob: str
    preview: str
    width: int
    height: int
    sha256: str
    attributes: Mapping[str, str]
    manifest: Mapping[str, Any]
    may_sell: bool
    hidden: str | None = None
    film: str | None = None


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was done in the last `window` seconds.

    Args:
        window: in seconds.
        done: paintings finished; `dead` jobs given up; `cancelled` jobs.
        work: work units of the paintings finished.
        wait_seconds: mean from submit to the last claim, of the paintings finished; None if none.
        paint_seconds: mean from the last claim to the end; None if none.
        rate: work units per second that the live engines report together.
    """

    window: float
    done: int
    dead: int
    cancelled: int
    work: float
    wait_seconds: float | None
    paint_seconds: float | None
    rate: float
