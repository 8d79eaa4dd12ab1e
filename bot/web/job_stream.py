"""Streams job news to open pages; one look at the store serves all of them.

The job's row is the truth. A page that reconnects, to this process or another, gets the current
state; missed events are not replayed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from bot.core.rendering.job_view import JobView, load_job_view
from ganshare.blobs import Blobs
from ganshare.domain.jobs import Job, JobState
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store, Topic

__all__ = ["Follower"]

LOOK_SECONDS = 1.0  # between two looks, should no notification come
PAUSE_SECONDS = 0.2  # after a look, however many notifications come
PLACE_SECONDS = 2.0  # between two looks at the place of a queued job
ORIGIN = "web"

_log = get_logger(__name__)


class _Watcher:
    """One open page; it only ever wants the latest."""

    def __init__(self) -> None:
        self._latest: JobView | None = None
        self._told = asyncio.Event()

    def tell(self, news: JobView | None) -> None:
        self._latest = news
        self._told.set()

    async def next(self, seconds: float) -> JobView | None:
        """What is new, or None if nothing is within this time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()
        self._told.clear()
        news, self._latest = self._latest, None
        return news


class Follower:
    """Follows the jobs that open pages show, while there are any."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store, self._blobs = store, blobs
        self._watchers: dict[str, set[_Watcher]] = {}
        self._known: dict[str, JobView] = {}
        self._looked: dict[str, float] = {}  # at places, by the loop's clock
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    @property
    def watched(self) -> int:
        """How many pages are open."""
        return sum(len(watchers) for watchers in self._watchers.values())

    def close(self) -> None:
        """Let every page go, so that the process can end; they come back by themselves."""
        self._closing.set()
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.tell(None)

    async def follow(
        self, first: Job, seen: int = -1, quiet_seconds: float = 15.0
    ) -> AsyncIterator[JobView | None]:
        """Give what is new about a job until it is over; None after a quiet time.

        Args:
            first: the job as it was just read.
            seen: revision that the page shows already.
        """
        watcher = _Watcher()
        self._watchers.setdefault(first.id, set()).add(watcher)
        self._begin()
        try:
            shown = await self._view(first)
            if first.revision != seen or first.state is not JobState.RUNNING:
                yield shown
            while not shown.job.state.over and not self._closing.is_set():
                news = await watcher.next(quiet_seconds)
                if news is not None and not _is_older(news, shown):
                    shown = news
                    yield news
                elif news is None and not self._closing.is_set():
                    yield None
            if shown.job.state.over:
                await self._acknowledge(shown.job)
        finally:
            self._leave(first.id, watcher)

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_again_and_again())

    def _leave(self, job: str, watcher: _Watcher) -> None:
        watchers = self._watchers.get(job, set())
        watchers.discard(watcher)
        if not watchers:
            for each in (self._watchers, self._known, self._looked):
                each.pop(job, None)

    async def _look_again_and_again(self) -> None:
        while self._watchers and not self._closing.is_set():
            try:
                await self._look()
                await self._store.wait(LOOK_SECONDS, Topic.NEWS)
            except WorldError as error:
                _log.warning("pages wait for the store", reason=str(error))
                await asyncio.sleep(LOOK_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self) -> None:
        for job in await self._store.queue.several(list(self._watchers)):
            known = self._known.get(job.id)
            view = await self._view(job, known)
            if view != known:
                self._known[job.id] = view
                self._tell(self._watchers.get(job.id, ()), view)

    @staticmethod
    def _tell(watchers: Iterable[_Watcher], news: JobView) -> None:
        for watcher in watchers:
            watcher.tell(news)

    async def _view(self, job: Job, known: JobView | None = None) -> JobView:
        """The job with its place while it is queued, which changes without the job."""
        if job.state is not JobState.QUEUED:
            return JobView(job)
        now = asyncio.get_running_loop().time()
        if known and known.place and now - self._looked.get(job.id, 0.0) < PLACE_SECONDS:
            return replace(known, job=job)
        self._looked[job.id] = now
        return await load_job_view(self._store, self._blobs, job)

    async def _acknowledge(self, job: Job) -> None:
        """Acknowledge news of the page's own jobs; other frontends acknowledge theirs."""
        if job.origin == ORIGIN and job.seen < job.revision:
            try:
                await self._store.queue.ack([job])
            except WorldError as error:
                _log.warning("an acknowledgement waits", reason=str(error))


def _is_older(news: JobView, shown: JobView) -> bool:
    """Whether a look that began earlier says less than what is shown; or just the same.

    A crash of the database may take revisions back, but never an end.
    """
    if news.job.state.over != shown.job.state.over:
        return shown.job.state.over
    return news.job.revision < shown.job.revision or news == shown
