"""A claimed job, shared by its painting thread and the event loop.

The loop sets a signal, which the thread reads between two steps. The thread reports progress, hands
over frames and states to upload, and ends with one outcome.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, TypeVar

from engine.synthesis.canvas import Frame
from engine.synthesis.manifest import Manifest
from ganshare.domain.descriptions import Description
from ganshare.domain.jobs import Job

__all__ = [
    "ActiveJob",
    "Dropped",
    "Failed",
    "FinishedDescription",
    "FinishedPainting",
    "LatestValue",
    "Outcome",
    "Progress",
    "SavedState",
    "Signal",
    "Suspended",
]

T = TypeVar("T")


class Signal(Enum):
    """What the painting thread is to do after the present step."""

    CONTINUE = auto()
    SUSPEND = auto()  # stop here, so that another engine goes on
    DROP = auto()  # nobody wants it any more, or another engine has it


@dataclass(frozen=True)
class Progress:
    """A job's progress; replaced as a whole, so that any thread may read it."""

    step: int = 0
    steps: int = 0
    loss: float | None = None
    step_seconds: float | None = None  # wall clock from step to step, averaged
    upscaling: bool = False


@dataclass(frozen=True)
class SavedState:
    """A state that another engine can resume from, as bytes."""

    step: int
    data: bytes


@dataclass(frozen=True)
class FinishedPainting:
    """A finished painting, ready to publish; `hidden` says why nobody is to see it."""

    png: bytes
    thumbnail: bytes
    manifest: Manifest
    hidden: str | None = None


@dataclass(frozen=True)
class FinishedDescription:
    """What the job's picture shows."""

    description: Description


@dataclass(frozen=True)
class Suspended:
    """Stopped on request; without a state if nothing had been painted."""

    state: SavedState | None


@dataclass(frozen=True)
class Dropped:
    """Thrown away."""


@dataclass(frozen=True)
class Failed:
    """Something went wrong, see the error."""

    error: Exception


Outcome = FinishedPainting | FinishedDescription | Suspended | Dropped | Failed


class LatestValue(Generic[T]):
    """Holds one value: a new one replaces an old one that was not fetched."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_overtaken: Callable[[], None]) -> None:
        self._loop, self._on_overtaken = loop, on_overtaken
        self._value: T | None = None
        self._there = asyncio.Event()

    def put(self, value: T) -> None:
        """Set the value; from any thread, without waiting."""
        tell(self._loop, lambda: self._put(value))

    def _put(self, value: T) -> None:
        if self._value is not None:
            self._on_overtaken()
        self._value = value
        self._there.set()

    async def get(self) -> T:
        """Take the newest value, or wait for one."""
        while self._value is None:
            self._there.clear()
            await self._there.wait()
        value, self._value = self._value, None
        return value


@dataclass(eq=False)
class ActiveJob:
    """One claimed job; made on the event loop."""

    job: Job
    loop: asyncio.AbstractEventLoop
    frames: LatestValue[Frame]
    states: LatestValue[SavedState]
    signal: Signal = Signal.CONTINUE
    progress: Progress = field(default_factory=Progress)
    resumed_step: int = 0  # where this attempt began
    claimed: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """The outcome is awaited on the loop."""
        self.outcome: asyncio.Future[Outcome] = self.loop.create_future()

    @classmethod
    def of(cls, job: Job, on_frame_overtaken: Callable[[], None]) -> "ActiveJob":
        """For a job that was just claimed."""
        loop = asyncio.get_running_loop()
        return cls(
            job, loop, LatestValue(loop, on_frame_overtaken), LatestValue(loop, lambda: None)
        )

    def conclude(self, outcome: Outcome) -> None:
        """Set the outcome, from any thread; only the first one counts."""
        tell(self.loop, lambda: None if self.outcome.done() else self.outcome.set_result(outcome))

    def drop(self) -> None:
        """Drop the job, after the present step at the latest."""
        self.signal = Signal.DROP

    @property
    def seconds(self) -> float:
        """Since it was claimed."""
        return time.monotonic() - self.claimed

    def seconds_left(self, upscaling: float) -> float | None:
        """Estimated seconds until the image is finished; None before the second step."""
        progress = self.progress
        if progress.upscaling:
            return upscaling
        if progress.step_seconds is None:
            return None
        return (progress.steps - progress.step) * progress.step_seconds + upscaling


def tell(loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
    """Schedule a call on the loop from any thread; does nothing once the loop is closed."""
    try:
        loop.call_soon_threadsafe(callback)
    except RuntimeError:
        if not loop.is_closed():
            raise
