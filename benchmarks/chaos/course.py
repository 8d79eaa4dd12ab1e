"""One chaos run on one database: processes, faults and the final judgement."""

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.crew import Crew
from benchmarks.chaos.evidence import collect
from benchmarks.chaos.history import install
from benchmarks.chaos.invariants import judge
from benchmarks.chaos.plan import Scene, origin_of
from benchmarks.chaos.report import Report
from benchmarks.chaos.storm import Storm
from ganshare.domain.queue_limits import QueueLimits
from ganshare.errors import StoreError
from ganshare.store import Store, open_store
from ganshare.testing import PostgresServer, postgres_server

__all__ = ["DATABASES", "Options", "run"]

DATABASES = ("sqlite", "postgresql")
LIMITS = QueueLimits(lease_seconds=1.5, max_attempts=6, per_person_active=12)
LOOK_SECONDS = 0.1
DRAIN_SECONDS = 20.0


@dataclass(frozen=True)
class Options:
    """How wild a run shall be.

    Args:
        pause: least and greatest seconds between two strikes.
        crashes: of the database, spread over the run.
        minutes: after which every unfinished job is a failure.
    """

    jobs: int = 500
    engines: int = 4
    bots: int = 4
    seed: int = 0
    pause: tuple[float, float] = (0.2, 0.8)
    crashes: int = 4
    minutes: float = 10.0


def run(database: str, options: Options, keep: Path | None = None) -> Report:
    """Do one run.

    Args:
        database: "sqlite" or "postgresql".
        keep: folder for logs, journals, blobs and an SQLite; a temporary one if left out.

    Raises:
        LookupError: PostgreSQL is not installed.
    """
    with contextlib.ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        folder = folder / database
        folder.mkdir(parents=True)
        server = stack.enter_context(postgres_server()) if database == "postgresql" else None
        url = f"sqlite+aiosqlite:///{folder}/store.db"
        if server is not None:
            url = server.create_database("chaos")
        blobs = f"file://{folder}/blobs"
        scene = Scene(url, blobs, folder, options.seed, options.jobs, LIMITS)
        return asyncio.run(Course(database, scene, options, server).run())


class Course:
    """One run, from empty tables to its report."""

    def __init__(
        self, database: str, scene: Scene, options: Options, server: PostgresServer | None
    ) -> None:
        self._database, self._scene = database, scene
        self._options, self._server = options, server
        self._crew = Crew.of(scene, options.engines, options.bots)
        chance = scene.chance("storm")
        self._storm = Storm(self._crew, chance, scene.limits.lease_seconds, options.pause)

    async def run(self) -> Report:
        """Do all of it."""
        began = time.monotonic()
        async with open_store(self._scene.url, self._scene.limits, migrate=True) as store:
            await install(self._scene.url)
            try:
                await self._watch(store)
                self._crew.drain(DRAIN_SECONDS)
            finally:
                self._crew.kill(self._crew.seats)
        seconds = time.monotonic() - began
        starts = sum(seat.starts for seat in self._crew.seats)
        errors = self._crew.crashes + self._crew.unseen_errors()
        evidence = await collect(self._scene, errors, starts)
        return Report.of(self._database, evidence, judge(evidence), self._storm.strikes, seconds)

    async def _watch(self, store: Store) -> None:
        """Keep the crew going until all is done and shown, or the time is up."""
        jobs, crashes = self._options.jobs, self._options.crashes
        crash_at = [jobs * (number + 1) // (crashes + 1) for number in range(crashes)]
        deadline = time.monotonic() + 60 * self._options.minutes
        weather = asyncio.create_task(self._storm.rage())
        try:
            while time.monotonic() < deadline and not await self._all_shown(store):
                self._crew.revive()
                self._storm.busy = await self._busy(store)
                over = await self._over(store)
                if crash_at and over >= crash_at[0]:
                    await self._storm.strike_database(self._server)
                    crash_at.pop(0)
                if over == jobs:
                    weather.cancel()  # a calm in which the bots show what is left
                elif weather.done():
                    weather.result()  # raises what nobody foresaw
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            weather.cancel()
            await asyncio.gather(weather, return_exceptions=True)

    async def _over(self, store: Store) -> int:
        with contextlib.suppress(StoreError):
            counts = await store.queue.counts()
            return sum(number for state, number in counts.items() if state.over)
        return 0

    async def _busy(self, store: Store) -> frozenset[str]:
        with contextlib.suppress(StoreError):
            first = await store.queue.jobs(limit=100)
            return frozenset(
                job.worker.rpartition("-")[0] for job in first if job.lease_until and job.worker
            )
        return frozenset()

    async def _all_shown(self, store: Store) -> bool:
        if await self._over(store) < self._options.jobs:
            return False
        origins = {origin_of(number) for number in range(self._options.bots)}
        with contextlib.suppress(StoreError):
            return not any([await store.queue.inbox(origin, limit=1) for origin in origins])
        return False
