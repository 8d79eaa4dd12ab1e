"""Simulated bots and people: they ask at random, and get their position and news."""

import asyncio
import random
import time
from collections.abc import Iterable

from benchmarks.fleet.load import Load
from benchmarks.fleet.record import Record
from ganshare.domain.jobs import Job
from ganshare.errors import AdmissionError
from ganshare.store import Topic, open_store
from ganshare.testing import make_request

__all__ = ["run_bots"]

INBOX_LIMIT = 200
BELL_SECONDS = 5.0
PAUSE_SECONDS = 0.25  # between two looks: a chat platform allows no more anyway


def run_bots(load: Load, indices: Iterable[int]) -> Record:
    """Run some bots in this process until the time is up."""
    record = Record()
    record.count_statements()
    asyncio.run(_run(load, indices, record))
    return record


async def _run(load: Load, indices: Iterable[int], record: Record) -> None:
    async with asyncio.TaskGroup() as bots:
        for index in indices:
            bots.create_task(_Bot(load, index, record).run())


class _Bot:
    """One bot with a store of its own, and its share of the people."""

    def __init__(self, load: Load, index: int, record: Record) -> None:
        self._load, self._index, self._record = load, index, record
        self._origin = f"bot-{index}"
        self._chance = random.Random(f"{load.seed} {self._origin}")
        self._people = load.people_of(index)
        self._appetites = load.appetites(self._people)
        self._sent = 0

    async def run(self) -> None:
        """Submit and show until the time is up."""
        async with open_store(self._load.url, self._load.limits) as self._store:
            show = asyncio.create_task(self._show())
            try:
                async with asyncio.TaskGroup() as submits:
                    await self._ask(submits)
            finally:
                show.cancel()
                await asyncio.gather(show, return_exceptions=True)

    async def _ask(self, submits: asyncio.TaskGroup) -> None:
        """People ask independently of each other: the pauses are exponential."""
        loop = asyncio.get_running_loop()
        until, due = loop.time() + self._load.seconds, loop.time()
        rate = self._load.offered * len(self._people) / self._load.people
        while (due := due + self._chance.expovariate(rate)) < until:
            await asyncio.sleep(max(0.0, due - loop.time()))
            (person,) = self._chance.choices(self._people, self._appetites)
            submits.create_task(self._submit(person))

    async def _submit(self, person: str) -> None:
        self._sent += 1
        self._record.asked[person] += 1
        key, request = f"{self._origin}-{self._sent}", make_request(seed=self._sent)
        began, job = time.perf_counter(), None
        try:
            with self._record.timed("submit, accepted"):
                job = (await self._store.queue.submit(person, self._origin, request, key=key)).job
        except AdmissionError as error:
            self._record.add("submit, refused", time.perf_counter() - began)
            self._record.refuse(error, full=error.allowed == self._load.limits.queue_cap)
        if job is not None:
            self._record.admitted[person] += 1
            with self._record.timed("place"):
                place = await self._store.queue.position(job.id)
                if place is not None and place.eta_seconds is not None:
                    self._record.promised[job.id] = place.eta_seconds

    async def _show(self) -> None:
        while True:
            news: list[Job] = []
            with self._record.timed("inbox"):
                news = await self._store.queue.inbox(self._origin, INBOX_LIMIT)
            for job in news:
                if job.finished is not None:  # by the database's clock, which is this machine's
                    self._record.add("end to shown", time.time() - job.finished)
            if news:
                self._record.counts["revisions shown"] += len(news)
                with self._record.timed("ack"):
                    await self._store.queue.ack(news)
            await asyncio.sleep(PAUSE_SECONDS)
            await self._store.wait(BELL_SECONDS, Topic.NEWS)
