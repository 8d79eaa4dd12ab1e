"""A lease: beats go on through trouble, and say when the job is lost or unwanted."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.testing import SMALL_MODEL, Scene
from engine.worker.active_job import Progress
from engine.worker.lease import Lease
from ganshare.domain.jobs import Job
from ganshare.errors import StoreError
from ganshare.monitoring.metrics import Metrics
from ganshare.store import Beat, Queue, Store, open_store
from ganshare.testing import TIMEOUT

PROGRESS = Progress(step=3, steps=9, loss=0.5)


class AwayQueue(Queue):
    """A queue whose database is away whenever the test says so."""

    away = False

    async def beat(self, job: Job, **news: Any) -> Beat:
        if self.away:
            raise StoreError("The database is away.")
        return await super().beat(job, **news)


@pytest.fixture
async def job(scene: Scene) -> Job:
    await scene.submit(person="she")
    (claimed,) = await scene.store.queue.claim("me", models=[SMALL_MODEL], max_area=10**6)
    return claimed


def lease_of(
    store: Store, job: Job, seconds: float = 1.0, on_end: Callable[[], None] = lambda: None
) -> Lease:
    return Lease(store, job, seconds, lambda: PROGRESS, on_end, Metrics("test"))


async def test_beats_hold_the_job_for_as_long_as_it_takes(scene: Scene) -> None:
    await scene.submit()
    (job,) = await scene.store.queue.claim("me", models=[SMALL_MODEL], max_area=10**6)

    async def renewed() -> bool:
        current = await scene.job(job)
        return (current.lease_until or 0.0) > (job.lease_until or 0.0) + 1.0

    async with lease_of(scene.store, job, seconds=0.3) as lease:
        await scene.until(renewed)
        assert lease.held
    current = await scene.job(job)
    assert (current.attempt, current.worker) == (1, "me")


async def test_beats_arrive_while_a_thread_computes(scene: Scene, job: Job) -> None:
    """A long step in another thread, which even holds on to the interpreter now and then."""

    enough = threading.Event()

    def compute() -> None:
        while not enough.is_set():
            sum(range(1000))

    async with lease_of(scene.store, job, seconds=0.4):
        before = (await scene.job(job)).revision
        computing = asyncio.create_task(asyncio.to_thread(compute))
        try:
            await scene.until(lambda: _revised(scene, job, before + 3))
            assert not computing.done()
        finally:
            enough.set()
        await computing


async def test_a_beat_tells_how_far_the_job_is(scene: Scene, job: Job) -> None:
    async with lease_of(scene.store, job) as lease:
        lease.tell(preview="previews/1.jpg", saved_state="states/1.safetensors")
        await lease.beat_now()
        told = await scene.job(job)
    assert (told.step, told.loss, told.preview) == (3, 0.5, "previews/1.jpg")
    assert told.saved_state == lease.recorded_state == "states/1.safetensors"


async def test_news_are_told_at_once(scene: Scene, job: Job) -> None:
    async with lease_of(scene.store, job, seconds=1000.0) as lease:
        await asyncio.sleep(0.1)
        lease.tell(preview="previews/2.jpg")

        async def arrived() -> bool:
            return (await scene.job(job)).preview == "previews/2.jpg"

        await scene.until(arrived)


@pytest.mark.parametrize("turns", range(5))
async def test_news_just_before_the_end_do_not_hold_it_up(
    scene: Scene, job: Job, turns: int
) -> None:
    async with lease_of(scene.store, job, seconds=1000.0) as lease:
        beaten = (await scene.job(job)).revision
        lease.tell(preview="previews/1.jpg")
        await scene.until(lambda: _revised(scene, job, beaten))
        await asyncio.sleep(0.05)  # it waits for news again
        beats = lease._task
        assert beats is not None
        lease.tell(preview="previews/2.jpg")
        for _ in range(turns):  # of the loop
            await asyncio.sleep(0)
        beats.cancel()
        await asyncio.wait([beats], timeout=TIMEOUT)
        assert beats.done()


async def _revised(scene: Scene, job: Job, beaten: int) -> bool:
    return (await scene.job(job)).revision > beaten


async def test_a_cancellation_is_learned_and_the_job_stays_ours(scene: Scene, job: Job) -> None:
    ended = asyncio.Event()
    async with lease_of(scene.store, job, 0.4, ended.set) as lease:
        await scene.store.queue.cancel(job.id, by="she")
        async with asyncio.timeout(TIMEOUT):
            await ended.wait()
        assert (lease.cancelled, lease.lost, lease.held) == (True, False, True)


async def test_a_lost_job_is_noticed(scene: Scene, job: Job) -> None:
    ended = asyncio.Event()
    async with lease_of(scene.store, job, 0.4, ended.set) as lease:
        await scene.store.queue.release(job)
        async with asyncio.timeout(TIMEOUT):
            await ended.wait()
        assert lease.lost
        assert not lease.held


async def test_a_database_that_comes_back_finds_the_lease_and_all_the_news(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(scene.url)
    store.queue.__class__ = AwayQueue
    async with store:
        await scene.submit()
        (job,) = await store.queue.claim("me", models=[SMALL_MODEL], max_area=10**6)
        monkeypatch.setattr(AwayQueue, "away", True)
        async with lease_of(store, job, 0.4) as lease:
            lease.tell(preview="previews/1.jpg")
            await asyncio.sleep(0.3)
            lease.tell(saved_state="states/1.safetensors")
            await asyncio.sleep(0.8)
            assert lease.held
            assert (await scene.job(job)).preview is None
            monkeypatch.setattr(AwayQueue, "away", False)

            async def arrived() -> bool:
                told = await scene.job(job)
                return (told.preview, told.saved_state) == (
                    "previews/1.jpg",
                    "states/1.safetensors",
                )

            await scene.until(arrived)
            assert lease.held


async def test_a_database_that_does_not_answer_is_given_up_on(scene: Scene, job: Job) -> None:
    class Silent(AwayQueue):
        async def beat(self, job: Job, **news: Any) -> Beat:
            await asyncio.sleep(60)
            return Beat(mine=True, cancel=False)

    store = open_store(scene.url)
    store.queue.__class__ = Silent
    async with store:
        with pytest.raises(StoreError, match="does not answer"):
            await lease_of(store, job, 0.1).beat_now()


async def test_an_engine_that_is_stuck_does_not_keep_its_jobs(scene: Scene, job: Job) -> None:
    is_alive = False
    lease = Lease(
        scene.store, job, 0.3, lambda: PROGRESS, lambda: None, Metrics("test"), lambda: is_alive
    )
    async with lease:
        await asyncio.sleep(0.3)
        assert (await scene.job(job)).lease_until == job.lease_until
        is_alive = True

        async def renewed() -> bool:
            return (await scene.job(job)).lease_until != job.lease_until

        await scene.until(renewed)
