"""The end of an engine: what it cannot finish goes on elsewhere, bit for bit."""

import asyncio

import pytest

from engine.testing import SMALL_MODEL, Scene, alone
from engine.worker import maintenance
from engine.worker.job_runner import Pace
from engine.worker.options import Until
from engine.worker.worker import Worker
from ganshare.domain.jobs import Job, JobState

LONG = 18  # steps


async def begun(scene: Scene, worker: Worker, steps: int = LONG) -> Job:
    job = await scene.submit(steps=steps)
    await scene.until_step(job, 3)
    return job


@pytest.mark.heavy
async def test_a_drain_finishes_what_it_can(scene: Scene) -> None:
    worker = scene.worker(until=Until.STOPPED)
    async with scene.at_work(worker):
        job = await begun(scene, worker, 16)
        waiting = await scene.submit(person="late")
        worker.stop()
        late = await scene.submit()
    assert (await scene.job(job)).state is JobState.DONE
    assert (await scene.job(late)).state is JobState.QUEUED
    assert (await scene.job(waiting)).state in (JobState.QUEUED, JobState.DONE)
    assert await scene.store.queue.engines() == []


@pytest.mark.heavy
async def test_what_takes_too_long_is_saved_and_goes_on_elsewhere(scene: Scene) -> None:
    worker = scene.worker(until=Until.STOPPED, drain_seconds=0.0)
    async with scene.at_work(worker):
        job = await begun(scene, worker)
        worker.stop()
    handed_back = await scene.job(job)
    assert handed_back.state is JobState.QUEUED
    assert handed_back.saved_state is not None
    assert handed_back.max_attempts - handed_back.attempt == job.max_attempts  # it did not count
    other = scene.worker()
    async with scene.at_work(other):
        await scene.until(lambda: _in_hand(other))
        (active_job,) = other.hands
        await scene.until(lambda: _has_begun(other, job))
        assert active_job.resumed_step >= 3
    assert await scene.png(job) == alone(scene.warm, job.request, scene.folder)
    artwork = await scene.artwork(job)
    assert await scene.keys() == set(artwork.blobs)


async def test_what_is_drained_by_command_is_handed_back_and_the_rest_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "REPORT_SECONDS", 0.1)
    worker = scene.worker(until=Until.STOPPED, drain_seconds=0.0)
    async with scene.at_work(worker):
        job = await begun(scene, worker, 2000)
        await scene.store.queue.pause(f"engine:{worker.id}x", drains=True)
        await asyncio.sleep(0.5)
        assert (await scene.job(job)).state is JobState.RUNNING
        await scene.store.queue.pause(f"model:{SMALL_MODEL}", drains=True)

        async def handed_back() -> bool:
            return (await scene.job(job)).state is JobState.QUEUED

        await scene.until(handed_back)
        assert await scene.store.queue.running_of("all") == 0
        assert (await scene.job(job)).saved_state is not None
        assert await scene.store.queue.resume(f"model:{SMALL_MODEL}")
        await scene.until(lambda: _in_hand(worker))  # the engine lives on
        worker.stop()
        worker.stop()


async def test_the_end_at_once_waits_for_no_step(scene: Scene) -> None:
    worker = scene.worker(until=Until.STOPPED, pace=Pace(preview=0.1, save=0.0))
    async with scene.at_work(worker):
        job = await begun(scene, worker, 2000)
        worker.stop()
        assert not worker.overdue
        worker.stop()
    handed_back = await scene.job(job)
    assert handed_back.state is JobState.QUEUED
    assert handed_back.saved_state is not None
    assert worker.idle


async def test_the_grace_ends(scene: Scene) -> None:
    """What seemed to be done in time, and is not, is handed back."""
    worker = scene.worker(until=Until.STOPPED, drain_seconds=0.5)
    async with scene.at_work(worker):
        job = await begun(scene, worker, 2000)
        (active_job,) = worker.hands
        active_job.seconds_left = lambda upscaling: 0.1  # type: ignore[method-assign]
        worker.stop()
    handed_back = await scene.job(job)
    assert handed_back.state is JobState.QUEUED
    assert handed_back.saved_state is not None


@pytest.mark.heavy
async def test_an_engine_that_vanished_is_followed_from_its_last_state(scene: Scene) -> None:
    worker = scene.worker(until=Until.STOPPED, pace=Pace(preview=1000.0, save=0.0))
    task = asyncio.create_task(worker.run())
    job = await begun(scene, worker)
    await scene.until(lambda: _saved(scene, job))
    worker._say_goodbye = _vanish  # type: ignore[method-assign]
    worker.hurry()
    await task
    worker._pool.close(5.0)
    assert (await scene.job(job)).state is JobState.RUNNING  # nobody was told
    await scene.expire_leases()
    await scene.store.queue.reap()
    await scene.worker().run()
    done = await scene.job(job)
    assert (done.state, done.attempt) == (JobState.DONE, 2)
    assert await scene.png(job) == alone(scene.warm, job.request, scene.folder)
    assert len(await scene.store.gallery.recent()) == 1


@pytest.mark.heavy
async def test_without_its_saved_state_a_painting_begins_anew(scene: Scene) -> None:
    worker = scene.worker(until=Until.STOPPED, drain_seconds=0.0)
    async with scene.at_work(worker):
        job = await begun(scene, worker)
        worker.stop()
    handed_back = await scene.job(job)
    await scene.blobs.delete([handed_back.saved_state or ""])
    await scene.worker().run()
    assert await scene.png(job) == alone(scene.warm, job.request, scene.folder)


async def test_a_damaged_saved_state_is_left_alone(scene: Scene) -> None:
    job = await scene.submit()
    (claimed,) = await scene.store.queue.claim("other", models=[SMALL_MODEL], max_area=10**6)
    await scene.blobs.put("states/x/1-0002.safetensors", b"damaged")
    await scene.store.queue.beat(claimed, saved_state="states/x/1-0002.safetensors")
    await scene.store.queue.release(claimed)
    await scene.worker().run()
    assert await scene.png(job) == alone(scene.warm, job.request, scene.folder)


async def _in_hand(worker: Worker) -> bool:
    return bool(worker.hands)


async def _has_begun(worker: Worker, job: Job) -> bool:
    return all(each.progress.step > 0 for each in worker.hands if each.job.id == job.id)


async def _saved(scene: Scene, job: Job) -> bool:
    return (await scene.job(job)).saved_state is not None


async def _vanish() -> None:
    """Say nothing to anybody."""
