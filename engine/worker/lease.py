"""Keeps a claimed job's lease alive with heartbeats while it is painted.

The event loop that sends them computes nothing, so that a step of a minute loses no lease. While
the database is away the painting goes on, and the heartbeats are retried.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Self

from engine.worker.active_job import Progress
from ganshare.domain.jobs import Job
from ganshare.errors import StoreError
from ganshare.monitoring.log import get_logger
from ganshare.monitoring.metrics import Metrics
from ganshare.store import Store

__all__ = ["Lease"]

LONGEST_PAUSE = 5.0  # between two beats, however long the lease is: bots show what they tell
FIRST_RETRY = 0.5

_log = get_logger(__name__)


class Lease:
    """Sends heartbeats for one job inside `async with`.

    Args:
        seconds: how long the store waits for a heartbeat.
        progress: gives step and loss for each heartbeat.
        on_end: called once, when the job is lost or cancelled.
        is_alive: whether steps are taken. An engine that is stuck does not keep its jobs.

    Attributes:
        lost: another engine has the job, or it is over; nothing of it may be published.
        cancelled: it is still ours, but nobody wants it any more.
        recorded_state: blob key of the saved state that the store knows of.
    """

    def __init__(
        self,
        store: Store,
        job: Job,
        seconds: float,
        progress: Callable[[], Progress],
        on_end: Callable[[], None],
        metrics: Metrics,
        is_alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store, self._job, self._seconds = store, job, seconds
        self._is_alive = is_alive
        self._progress, self._on_end, self._metrics = progress, on_end, metrics
        self.lost = self.cancelled = False
        self.recorded_state = job.saved_state
        self._news: dict[str, str] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._beat_on(), name=f"lease {self._job.id}")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @property
    def held(self) -> bool:
        """Whether the job is still ours, as far as we know."""
        return not self.lost

    def tell(self, *, preview: str | None = None, saved_state: str | None = None) -> None:
        """Tell the store of a new blob, at once."""
        news = {"preview": preview, "saved_state": saved_state}
        self._news.update({name: key for name, key in news.items() if key is not None})
        self._wake.set()

    async def beat_now(self) -> None:
        """Beat now, with all news; raises StoreError."""
        news, self._news = self._news, {}
        progress = self._progress()
        try:
            async with asyncio.timeout(max(self._seconds / 2, 1.0)):
                beat = await self._store.queue.beat(
                    self._job,
                    step=progress.step or None,
                    steps=progress.steps or None,
                    loss=progress.loss,
                    preview=news.get("preview"),
                    saved_state=news.get("saved_state"),
                )
        except TimeoutError as error:
            self._news = news | self._news
            raise StoreError("The database does not answer.") from error
        except StoreError:
            self._news = news | self._news
            raise
        self.recorded_state = news.get("saved_state", self.recorded_state)
        self._learn(lost=not beat.mine, cancelled=beat.cancel)

    def _learn(self, *, lost: bool, cancelled: bool) -> None:
        ended = self.lost or self.cancelled
        self.lost, self.cancelled = self.lost or lost, self.cancelled or cancelled
        if not ended and (lost or cancelled):
            self._on_end()

    async def _beat_on(self) -> None:
        regular = min(self._seconds / 4, LONGEST_PAUSE)
        retry = FIRST_RETRY
        while not self.lost:
            self._wake.clear()
            if not self._is_alive():
                await asyncio.sleep(FIRST_RETRY)
                continue
            try:
                await self.beat_now()
            except StoreError as error:
                self._metrics.store_errors.labels("store").inc()
                if retry == FIRST_RETRY:
                    _log.warning("a beat failed; the painting goes on", reason=str(error))
                await asyncio.sleep(retry)
                retry = min(2 * retry, regular)
                continue
            if retry != FIRST_RETRY:
                _log.info("beats arrive again")
                retry = FIRST_RETRY
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(regular):  # 3.11's wait_for may lose a cancellation
                    await self._wake.wait()
