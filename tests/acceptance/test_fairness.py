"""Engines in several processes at once: nobody's backlog keeps a newcomer waiting, limits hold."""

import asyncio
import importlib
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pytest

from benchmarks.chaos.history import Line, install, most_at_once, read
from benchmarks.fleet.engines import run_engines
from benchmarks.fleet.load import Load
from benchmarks.fleet.record import Record
from ganshare.domain.jobs import Job, JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store import Store, open_store
from ganshare.testing import PostgresServer, make_request

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

# Engines by process.
SHIFTS = [[f"engine-{process}-{number}" for number in range(2)] for process in range(3)]
SECONDS = 300.0  # at most
_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/store.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create_database(f"fair{next(_numbers)}")


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(
        len(SHIFTS),
        mp_context=get_context("spawn"),
        initializer=importlib.import_module,
        initargs=["benchmarks.fleet.engines"],
    ) as pool:
        list(pool.map(time.sleep, [0.5] * len(SHIFTS)))  # so that all begin at the same time
        yield pool


async def ask(store: Store, person: str, count: int = 1) -> list[Job]:
    keys = [f"message-{next(_numbers)}" for _ in range(count)]
    asked = [await store.queue.submit(person, "bot", make_request(), key=key) for key in keys]
    return [submitted.job for submitted in asked]


async def until_done(store: Store, jobs: int) -> None:
    async with asyncio.timeout(SECONDS):
        while (await store.queue.counts())[JobState.DONE] < jobs:  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.01)


async def all_ended(shifts: list["asyncio.Future[Record]"]) -> None:
    assert not Record.sum(await asyncio.gather(*shifts)).errors


def claims(history: list[Line]) -> list[Line]:
    """Lines that tell of a claim."""
    by_job: dict[str, list[Line]] = {}
    for line in history:
        by_job.setdefault(line["job"], []).append(line)
    found = [
        after
        for lines in by_job.values()
        for before, after in pairwise(lines)
        if (before["state"], after["state"]) == (JobState.QUEUED, JobState.RUNNING)
    ]
    return sorted(found, key=lambda line: int(line["number"]))


async def test_a_hundred_jobs_delay_a_newcomer_by_one_job_per_engine_at_most(
    url: str, processes: ProcessPoolExecutor
) -> None:
    # The limit of running jobs alone would leave engines free for a newcomer.
    limits = QueueLimits(per_person_running=100, per_person_active=200)
    load = Load(url, SECONDS, paint_seconds=0.05, limits=limits, until_empty=True)
    async with open_store(url, limits, migrate=True) as store:
        await install(url)
        await ask(store, "flood", 100)
        loop = asyncio.get_running_loop()
        shifts = [loop.run_in_executor(processes, run_engines, load, names) for names in SHIFTS]
        newcomers = []
        for done in (5, 15, 25):
            await until_done(store, done)
            newcomers += await ask(store, f"newcomer-{done}")
        left = (await store.queue.counts())[JobState.QUEUED]
        await all_ended(shifts)
    assert left > 2 * 6  # there was a backlog all the time
    history = await read(url)
    claimed = claims(history)
    assert len({line["worker"] for line in claimed}) == 6
    for newcomer in newcomers:
        asked = next(line["number"] for line in history if line["job"] == newcomer.id)
        begun = next(line["number"] for line in claimed if line["job"] == newcomer.id)
        before = [line for line in claimed if asked < line["number"] < begun]
        ahead = Counter(line["worker"] for line in before if line["person"] == "flood")
        assert max(ahead.values(), default=0) <= 1


async def test_the_running_limit_is_never_exceeded_by_engines_that_claim_at_once(
    url: str, processes: ProcessPoolExecutor
) -> None:
    limits = QueueLimits(per_person_running=2, per_person_active=200)
    load = Load(url, SECONDS, paint_seconds=0.01, limits=limits, until_empty=True)
    async with open_store(url, limits, migrate=True) as store:
        await install(url)
        for person in ("ann", "bob"):
            await ask(store, person, 60)
        loop = asyncio.get_running_loop()
        await all_ended(
            [loop.run_in_executor(processes, run_engines, load, names) for names in SHIFTS]
        )
    history = await read(url)
    assert most_at_once(history, JobState.RUNNING) == {"ann": 2, "bob": 2}
    assert len(claims(history)) == 120
    assert {line["slot"] for line in history if line["state"] == JobState.RUNNING} == {0, 1}
