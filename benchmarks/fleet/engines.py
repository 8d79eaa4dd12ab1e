"""Simulated engines: they claim, beat, finish and keep house, and sleep instead of painting."""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterable

from benchmarks.fleet.load import Load
from benchmarks.fleet.record import Record
from engine.worker.maintenance import keep_up
from ganshare.blobs import BlobInfo, Blobs, open_blobs, picture_key, preview_key, thumbnail_key
from ganshare.domain.engines import EngineReport
from ganshare.domain.jobs import Job, JobState
from ganshare.monitoring.metrics import Metrics
from ganshare.store import Topic, open_store
from ganshare.testing import MODEL, make_artwork, make_report

__all__ = ["run_engines"]

CONNECTIONS = 1  # and one that listens, as engines have them
KEEP_SECONDS = 90 * 86_400.0
IDLE_SECONDS = 5.0
MAX_AREA = 512 * 512


def run_engines(load: Load, names: Iterable[str]) -> Record:
    """Run some engines in this process until the time is up."""
    record = Record()
    record.count_statements()
    asyncio.run(_run(load, names, record))
    return record


class _CountedBlobs(Blobs):
    """Counts the LISTs: what a bucket is asked the more, the longer it is in use."""

    record: Record

    async def list(self, prefix: str = "", *, after: str | None = None) -> AsyncIterator[BlobInfo]:
        self.record.counts["LISTs"] += 1
        async for found in super().list(prefix, after=after):
            yield found


async def _run(load: Load, names: Iterable[str], record: Record) -> None:
    until = time.monotonic() + load.seconds
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
        blobs = open_blobs(f"file://{folder}")
        blobs.__class__ = _CountedBlobs
        blobs.record = record  # type: ignore[attr-defined]  # it is one now
        async with asyncio.TaskGroup() as engines:
            for name in names:
                engines.create_task(_Engine(load, name, record, until, blobs).run())


class _Engine:
    """One engine, with a store of its own as in a process of its own."""

    def __init__(self, load: Load, name: str, record: Record, until: float, blobs: Blobs) -> None:
        self._load, self._name, self._record, self._until = load, name, record, until
        self._chance = random.Random(f"{load.seed} {name}")
        self._running: tuple[str, ...] = ()
        self._blobs = blobs

    async def run(self) -> None:
        """Work until the time is up; what is unfinished then is handed back."""
        await asyncio.sleep(self._chance.uniform(0, self._load.start_seconds))
        async with open_store(
            self._load.url, self._load.limits, connections=CONNECTIONS
        ) as self._store:
            metrics = Metrics(self._name)
            upkeep = asyncio.create_task(
                keep_up(self._store, self._blobs, metrics, self._report, KEEP_SECONDS)
            )
            try:
                while self._left > 0:
                    await self._work()
            finally:
                upkeep.cancel()
                await asyncio.gather(upkeep, return_exceptions=True)

    @property
    def _left(self) -> float:
        return self._until - time.monotonic()

    async def _work(self) -> None:
        jobs: list[Job] = []
        with self._record.timed("claim"):
            jobs = await self._store.queue.claim(self._name, models=[MODEL], max_area=MAX_AREA)
        for job in jobs:
            self._record.waited[job.id] = (job.started or job.created) - job.created
            await self._paint(job)
        if not jobs:
            self._record.counts["claims for nothing"] += 1
            if self._load.until_empty and not (await self._store.queue.counts())[JobState.QUEUED]:
                self._until = 0.0
            await self._store.wait(min(IDLE_SECONDS, max(self._left, 0.0)), Topic.WORK)

    async def _paint(self, job: Job) -> None:
        self._running = (job.id,)
        loop = asyncio.get_running_loop()
        began = loop.time()
        seconds = self._load.paint_seconds * self._chance.uniform(0.8, 1.2)
        while (left := began + seconds - loop.time()) > 0:
            if self._left <= 0:
                with self._record.timed("release"):
                    await self._store.queue.release(job)
                return
            await asyncio.sleep(min(self._load.beat_seconds, left))
            if not await self._beat(job, min(1.0, (loop.time() - began) / seconds)):
                return
        await self._finish(job)

    async def _beat(self, job: Job, share: float) -> bool:
        step, mine = round(share * job.steps), True
        key = preview_key(job.id, job.attempt, step)
        with self._record.timed("beat"):
            beat = await self._store.queue.beat(job, step=step, loss=1.0 - share / 2, preview=key)
            mine = beat.mine
        if not mine:
            self._record.errors["a lease was lost"] += 1
        return mine

    async def _finish(self, job: Job) -> None:
        made = make_artwork(
            blob=picture_key(job.id, job.attempt),
            preview=thumbnail_key(job.id, job.attempt),
            manifest={"prompt": job.request.prompt, "losses": {"loss": 0.5}, "models": "x" * 1000},
        )
        with self._record.timed("finish"):
            if await self._store.queue.finish(job, made) is None:
                self._record.errors["a finished job was not ours"] += 1
            self._record.finished[job.person] += 1
        for prefix in ("previews", "states"):  # which an engine then clears away
            async for _ in self._blobs.list(f"{prefix}/{job.id}/"):
                pass

    def _report(self) -> EngineReport:
        rate = 1 / self._load.paint_seconds
        return make_report(id=self._name, rate=rate, running=self._running)
