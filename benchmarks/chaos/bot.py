"""A bot of a chaos run: resubmits each job until it is acknowledged, and shows its news.

Two processes serve each origin, and each asks for everything: chat platforms repeat themselves, and
a killed bot doesn't know what the store has got.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import ParamSpec, TypeVar

from benchmarks.chaos.dying import begin, die_in_writes
from benchmarks.chaos.journal import Event, Journal, read_notes
from benchmarks.chaos.plan import PAUSE_SECONDS, PlannedRequest, Scene, enter_store, origin_of
from ganshare.domain.jobs import Job
from ganshare.errors import AdmissionError, StoreError
from ganshare.store import Store, Topic

__all__ = ["serve"]

P = ParamSpec("P")
T = TypeVar("T")

REPEATED_SHARE = 0.2
INBOX_SECONDS = 1.0


def serve(scene: Scene, index: int, start: int) -> None:
    """Run one bot in this process, for the `start`-th time, until it is killed."""
    name = f"bot-{index}"
    begin(scene, name)
    asyncio.run(_serve(scene, name, origin_of(index), start))


async def _serve(scene: Scene, name: str, origin: str, start: int) -> None:
    journal = Journal(scene.journal(name))
    chance = scene.chance(f"{name} {start}")
    die_in_writes(chance, journal)
    async with AsyncExitStack() as stack:
        bot = Bot(scene, name, origin, await enter_store(stack, scene), journal, start)
        await asyncio.gather(bot.ask(), bot.show())


class Bot:
    """One process of an origin."""

    def __init__(
        self, scene: Scene, name: str, origin: str, store: Store, journal: Journal, start: int
    ) -> None:
        self._store, self._journal, self._origin = store, journal, origin
        self._chance = scene.chance(f"{name} {start} asks")
        notes = list(read_notes(scene.journal(name)))
        known = {note.key for note in notes if note.event is Event.SUBMITTED}
        answered = {note.key for note in notes if note.event is Event.CANCELLED}
        self._requests = [
            request
            for request in scene.requests
            if request.origin == origin
            and (
                request.key not in known
                or (request.cancel_after is not None and request.key not in answered)
            )
        ]

    async def ask(self) -> None:
        """Ask for all that this bot doesn't know to have arrived."""
        self._chance.shuffle(self._requests)
        waiting = deque(self._requests)
        async with asyncio.TaskGroup() as cancels:
            while waiting:
                request = waiting.popleft()
                job = await self._patiently(self._submit, request)
                if job is None:
                    waiting.append(request)
                elif request.cancel_after is not None:
                    cancels.create_task(self._cancel(request, job, request.cancel_after))
                await asyncio.sleep(self._chance.uniform(0, PAUSE_SECONDS))

    async def show(self) -> None:
        """Show all news, then say so to the store; for ever."""
        while True:
            news = await self._patiently(self._store.queue.inbox, self._origin, limit=50)
            for job in news:
                self._journal.note(
                    Event.SHOWN, job=job.id, revision=job.revision, state=str(job.state)
                )
            await asyncio.sleep(self._chance.uniform(0, 0.02))  # a platform takes its time
            await self._patiently(self._store.queue.ack, news)
            if not news:
                await self._store.wait(INBOX_SECONDS, Topic.NEWS)

    async def _submit(self, request: PlannedRequest) -> Job | None:
        times = 2 if self._chance.random() < REPEATED_SHARE else 1
        tries = (self._submit_once(request) for _ in range(times))
        answers = await asyncio.gather(*tries, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, AdmissionError):
                raise answer
        jobs = [answer for answer in answers if isinstance(answer, Job)]
        if not jobs:
            self._journal.note(Event.REFUSED, key=request.key)
        return jobs[0] if jobs else None

    async def _submit_once(self, request: PlannedRequest) -> Job:
        submitted = await self._store.queue.submit(
            request.person,
            request.origin,
            request.request,
            key=request.key,
            reply_to={"message": request.key},
        )
        self._journal.note(Event.SUBMITTED, key=request.key, job=submitted.job.id)
        return submitted.job

    async def _cancel(self, request: PlannedRequest, job: Job, after: float) -> None:
        await asyncio.sleep(after)
        self._journal.note(Event.CANCELLING, key=request.key, job=job.id)
        answer = await self._patiently(self._store.queue.cancel, job.id, by=request.person)
        self._journal.note(Event.CANCELLED, key=request.key, job=job.id, state=str(answer.state))

    async def _patiently(
        self, verb: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do it again until the database is there."""
        while True:
            try:
                return await verb(*args, **kwargs)
            except StoreError:
                await asyncio.sleep(PAUSE_SECONDS)
