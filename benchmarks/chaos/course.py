"""One chaos run on one database: processes, faults and the final judgement."""

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.cluster import Cluster, cluster
from benchmarks.chaos.crew import Crew
from benchmarks.chaos.evidence import collect
from benchmarks.chaos.history import install
from benchmarks.chaos.invariants import judge
from benchmarks.chaos.plan import Scene, origin_of
from benchmarks.chaos.report import Report
from benchmarks.chaos.storm import Storm, Strike
from benchmarks.chaos.upgrade import roll
from ganshare.domain.queue_limits import QueueLimits
from ganshare.errors import StoreError
from ganshare.store import Store, open_store

__all__ = ["DATABASES", "Options", "run"]

DATABASES = ("sqlite", "postgresql", "pgbouncer")
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
        database: "sqlite", "postgresql", or "pgbouncer", which is PostgreSQL behind one.
        keep: folder for logs, journals, blobs and an SQLite; a temporary one if left out.

    Raises:
        LookupError: PostgreSQL or PgBouncer is not installed.
    """
    with contextlib.ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        folder = folder / database
        folder.mkdir(parents=True)
        servers, url = None, f"sqlite+aiosqlite:///{folder}/store.db"
        if database != "sqlite":
            servers = stack.enter_context(cluster(pooled=database == "pgbouncer"))
            url = servers.url
        blobs = f"file://{folder}/blobs"
        scene = Scene(url, blobs, folder, options.seed, options.jobs, LIMITS)
        return asyncio.run(Course(database, scene, options, servers).run())


class Course:
    """One run, from empty tables to its report."""

    def __init__(
        self, database: str, scene: Scene, options: Options, servers: Cluster | None
    ) -> None:
        self._database, self._scene = database, scene
        self._options, self._servers = options, servers
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
        upgrade_at, fail_over_at = jobs // 4, jobs // 2
        upgrading: asyncio.Task[None] | None = None
        deadline = time.monotonic() + 60 * self._options.minutes
        weather = asyncio.create_task(self._storm.rage())
        try:
            while time.monotonic() < deadline and not await self._all_shown(store):
                self._crew.revive()
                self._storm.busy = await self._busy(store)
                over = await self._over(store)
                if crash_at and over >= crash_at[0]:
                    first = None if self._servers is None else self._servers.first
                    await self._storm.strike_database(first)
                    crash_at.pop(0)
                elif upgrading is None and over >= upgrade_at:
                    upgrading = asyncio.create_task(roll(self._scene, self._crew))
                    self._storm.strikes[Strike.UPGRADED] += 1
                elif self._servers and self._servers.second and over >= fail_over_at:
                    await asyncio.to_thread(self._servers.fail_over)
                    self._storm.strikes[Strike.FAILED_OVER] += 1
                if over == jobs:
                    weather.cancel()  # a calm in which the bots show what is left
                elif weather.done():
                    weather.result()  # raises what nobody foresaw
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            weather.cancel()
            await asyncio.gather(weather, return_exceptions=True)
        if upgrading is not None:
            await upgrading

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
