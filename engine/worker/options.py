"""Options of an engine's work, and when it stops automatically."""

from dataclasses import dataclass, field
from enum import Enum, auto

from engine.worker.job_runner import Pace
from engine.worker.step_deadlines import FLOOR_SECONDS

__all__ = ["Until", "WorkerOptions"]


class Until(Enum):
    """When a worker ends by itself."""

    STOPPED = auto()
    ONE_DONE = auto()
    NONE_LEFT = auto()


@dataclass(frozen=True)
class WorkerOptions:
    """How an engine works.

    Args:
        batch: jobs that it paints at once, in turns.
        parallel_steps: how many of them are computed at the same moment; None: what suits the
            device.
        max_area: pixels of the largest canvas; None: what fits the memory.
        min_area: pixels below which canvases are left to engines that are meant for them.
        pace: of previews and saved states.
        drain_seconds: for what can be finished before the end.
        step_seconds: that every step may take; see `engine.worker.step_deadlines`.
        job_seconds: that an attempt may take.
        publish_seconds: for which a finished picture waits for a blob store that is away.
        keep_seconds: for which the store remembers previews, and jobs that came to nothing.
        until: when to end without a call of `stop`.
    """

    batch: int = 4
    parallel_steps: int | None = None
    max_area: int | None = None
    min_area: int = 0
    pace: Pace = field(default_factory=Pace)
    drain_seconds: float = 60.0
    step_seconds: float = FLOOR_SECONDS
    job_seconds: float = 6 * 3600.0
    publish_seconds: float = 600.0
    keep_seconds: float = 90 * 86_400.0
    until: Until = Until.STOPPED
