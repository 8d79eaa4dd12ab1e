"""Publishing: the latest preview wins, a picture waits for its blobs, nothing is there twice."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
import torch

from engine.synthesis.canvas import Frame
from engine.synthesis.manifest import Manifest
from engine.testing import SMALL_MODEL, Scene, alone
from engine.worker.active_job import ActiveJob, FinishedPainting, LatestValue, Progress, SavedState
from engine.worker.lease import Lease
from engine.worker.options import Until
from engine.worker.publish import clear_away, publish, withdraw
from engine.worker.retry import retry_while
from engine.worker.uploads import ProgressUploader
from ganshare.blobs import (
    Blobs,
    open_blobs,
    picture_key,
    preview_key,
    state_key,
    thumbnail_key,
)
from ganshare.domain.jobs import Job, JobState
from ganshare.errors import BlobError, BlobExists, StoreError
from ganshare.monitoring.metrics import Metrics
from ganshare.testing import small_disk


class SlowBlobs(Blobs):
    """Blobs whose `put` does first what the test asks for."""

    before: Callable[[str], Any] | None = None

    async def put(self, key: str, data: bytes, content_type: str | None = None) -> None:
        if self.before is not None:
            await self.before(key)
        await super().put(key, data, content_type)


def slow_blobs(scene: Scene) -> SlowBlobs:
    blobs = open_blobs(f"file://{scene.folder}/blobs")
    blobs.__class__ = SlowBlobs
    return cast(SlowBlobs, blobs)


@pytest.fixture
async def job(scene: Scene) -> Job:
    await scene.submit()
    (claimed,) = await scene.store.queue.claim("me", models=[SMALL_MODEL], max_area=10**6)
    return claimed


@pytest.fixture
async def picture(scene: Scene) -> FinishedPainting:
    other = await scene.submit(seed=2)
    await scene.worker().run()
    artwork = await scene.artwork(other)
    manifest = Manifest.from_json(artwork.manifest)
    return FinishedPainting(await scene.png(other), b"thumbnail", manifest)


def frame(step: int) -> Frame:
    return Frame(step, 9, torch.full((3, 64, 64), step / 10), 0.1, {})


# --- previews and states ----------------------------------------------------------------------


async def test_what_is_overtaken_is_counted_and_gone() -> None:
    overtaken: list[None] = []
    box = LatestValue[int](asyncio.get_running_loop(), lambda: overtaken.append(None))
    for value in (1, 2, 3):
        box.put(value)
    assert await box.get() == 3
    await asyncio.to_thread(box.put, 4)
    assert await box.get() == 4
    assert len(overtaken) == 2


async def test_a_letterbox_of_an_ended_loop_takes_nothing() -> None:
    loop = asyncio.new_event_loop()
    box = LatestValue[int](loop, lambda: None)
    loop.close()
    box.put(1)


async def test_slow_blobs_drop_previews_and_never_the_latest(scene: Scene, job: Job) -> None:
    blobs, gate, begun = slow_blobs(scene), asyncio.Event(), asyncio.Event()

    async def wait(key: str) -> None:
        begun.set()
        await gate.wait()

    blobs.before = wait
    metrics = Metrics("test")
    active_job = ActiveJob.of(job, metrics.frames_dropped.inc)
    lease = Lease(scene.store, job, 30.0, Progress, lambda: None, metrics)
    async with lease, ProgressUploader(blobs, active_job, lease, metrics).at_work():
        active_job.frames.put(frame(1))
        await begun.wait()
        for step in (2, 3, 4):
            active_job.frames.put(frame(step))
        gate.set()

        async def latest() -> bool:
            shown = (await scene.job(job)).preview
            return shown is not None and shown.endswith("-0004.jpg")

        await scene.until(latest)
    assert [key[-8:] for key in sorted(await scene.keys())] == ["0001.jpg", "0004.jpg"]
    sample = metrics.registry.get_sample_value
    assert sample("ganshare_frames_dropped_total") == 2
    assert sample("ganshare_frames_published_total") == 2


async def test_a_preview_that_cannot_be_stored_is_dropped(scene: Scene, job: Job) -> None:
    blobs = slow_blobs(scene)

    async def fail(key: str) -> None:
        if "0001" in key:
            raise BlobError("The disk is full.")

    blobs.before = fail
    metrics = Metrics("test")
    active_job = ActiveJob.of(job, metrics.frames_dropped.inc)
    lease = Lease(scene.store, job, 30.0, Progress, lambda: None, metrics)
    async with lease, ProgressUploader(blobs, active_job, lease, metrics).at_work():
        for step in (1, 2):
            active_job.frames.put(frame(step))

            async def counted(count: int = step) -> bool:
                sample = metrics.registry.get_sample_value
                names = ("ganshare_frames_dropped_total", "ganshare_frames_published_total")
                return sum(sample(name) or 0 for name in names) == count

            await scene.until(counted)
    assert metrics.registry.get_sample_value("ganshare_frames_dropped_total") == 1


async def test_what_a_lost_attempt_saved_stays_for_its_successor(scene: Scene, job: Job) -> None:
    saved, others = state_key(job.id, 1, 8), state_key(job.id, 2, 9)
    shown, painted = preview_key(job.id, 1, 8), picture_key(job.id, 1)
    for key in (saved, others, shown, painted, thumbnail_key(job.id, 1)):
        await scene.blobs.put(key, b"data")
    await withdraw(scene.blobs, job)
    assert await scene.keys() == {saved, others}
    await clear_away(scene.blobs, job)
    assert await scene.keys() == set()


async def test_only_the_last_states_are_kept(scene: Scene, job: Job) -> None:
    metrics = Metrics("test")
    active_job = ActiveJob.of(job, lambda: None)
    lease = Lease(scene.store, job, 30.0, Progress, lambda: None, metrics)
    async with lease, ProgressUploader(scene.blobs, active_job, lease, metrics).at_work():
        for step in range(1, 5):
            active_job.states.put(SavedState(step, b"state"))

            async def recorded(name: str = f"1-{step:04}.safetensors") -> bool:
                return ((await scene.job(job)).saved_state or "").endswith(name)

            await scene.until(recorded)
    kept = sorted(key[-16:-12] for key in await scene.keys())
    assert kept in (["0003", "0004"], ["0004"])


# --- the picture ------------------------------------------------------------------------------


async def test_publishing_twice_gives_one_artwork(
    scene: Scene, picture: FinishedPainting, job: Job
) -> None:
    first = await publish(scene.store, scene.blobs, job, picture)
    second = await publish(scene.store, scene.blobs, job, picture)
    assert first == second
    assert len(await scene.store.gallery.recent()) == 2  # with the one that the picture came from


async def test_a_picture_never_overwrites_another(
    scene: Scene, picture: FinishedPainting, job: Job
) -> None:
    await scene.blobs.put(picture_key(job.id, job.attempt), b"something else")
    with pytest.raises(BlobExists):
        await publish(scene.store, scene.blobs, job, picture)
    assert (await scene.job(job)).state is JobState.RUNNING


async def test_pictures_newer_than_the_database_cost_neither_time_nor_attempts(
    scene: Scene,
) -> None:
    job = await scene.submit(steps=1)
    for attempt in (1, 2, 3):
        await scene.blobs.put(picture_key(job.id, attempt), b"of a history that is forgotten")
    # With the engine's own patience, 10 minutes for each.
    await scene.worker(publish_seconds=600.0).run()
    done = await scene.job(job)
    assert (done.state, done.attempt, done.max_attempts) == (JobState.DONE, 4, 6)
    assert await scene.blobs.get(picture_key(job.id, 1)) == b"of a history that is forgotten"


async def test_a_finished_picture_waits_for_blobs_that_are_away(scene: Scene) -> None:
    blobs, failures = slow_blobs(scene), 3

    async def fail(key: str) -> None:
        nonlocal failures
        if key.startswith("pictures/") and failures:
            failures -= 1
            raise BlobError("The disk is read-only.")

    blobs.before = fail
    job = await scene.submit()
    await scene.worker(blobs=blobs).run()
    assert await scene.png(job) == alone(scene.warm, job.request, scene.folder)
    assert (await scene.artwork(job)).attempt == 1


async def test_a_picture_that_cannot_be_published_says_why(scene: Scene) -> None:
    blobs = slow_blobs(scene)

    async def fail(key: str) -> None:
        if key.startswith("pictures/"):
            raise BlobError("The disk is full: the folder takes no more blobs.")

    blobs.before = fail
    job = await scene.submit()
    await scene.worker(blobs=blobs, publish_seconds=0.1).run()
    dead = await scene.job(job)
    assert (dead.state, dead.attempt) == (JobState.DEAD, 3)
    assert dead.error == "The disk is full: the folder takes no more blobs."


async def test_pictures_that_wait_do_not_pile_up(scene: Scene) -> None:
    blobs, gate = slow_blobs(scene), asyncio.Event()

    async def wait(key: str) -> None:
        if key.startswith("pictures/"):
            await gate.wait()

    blobs.before = wait
    for _ in range(4):
        await scene.submit(steps=1)
    worker = scene.worker(blobs=blobs, batch=1, until=Until.STOPPED)
    async with scene.at_work(worker):

        async def two_wait() -> bool:
            return sum(each.outcome.done() for each in worker.hands) == 2

        await scene.until(two_wait)
        await asyncio.sleep(0.5)
        assert len(worker.hands) == 2
        gate.set()
        worker.stop()


async def test_a_full_disk_loses_nothing_once_there_is_room(scene: Scene) -> None:
    """A real disk of 300 kB, of which something takes all but a few."""
    folder = scene.folder / "disk"
    folder.mkdir()
    job = await scene.submit(width=256, height=256, steps=1, num_cutouts=1)
    with small_disk(folder, "300k"):
        (folder / "ballast").write_bytes(bytes(270_000))
        worker = scene.worker(blobs=open_blobs(f"file://{folder}"))
        async with scene.at_work(worker):

            async def failed() -> bool:
                sample = worker.metrics.registry.get_sample_value
                return (sample("ganshare_store_errors_total", {"part": "blobs"}) or 0) >= 2

            await scene.until(failed)
            (folder / "ballast").unlink()
        assert (await scene.job(job)).state is JobState.DONE
        blobs = open_blobs(f"file://{folder}")
        png = await blobs.get((await scene.artwork(job)).blob)
        assert png == alone(scene.warm, job.request, scene.folder)


# --- trying again -----------------------------------------------------------------------------


async def test_trying_again_ends_when_it_is_pointless() -> None:
    calls = 0

    async def fail() -> None:
        nonlocal calls
        calls += 1
        raise StoreError("The database is away.")

    metrics = Metrics("test")
    options = {"seconds": 60.0, "metrics": metrics}
    with pytest.raises(StoreError):
        await retry_while("this", fail, still=lambda: calls < 2, **options)  # type: ignore[arg-type]
    assert calls == 2
    sample = metrics.registry.get_sample_value("ganshare_store_errors_total", {"part": "store"})
    assert sample == 2
    calls = -1

    async def taken() -> None:
        nonlocal calls
        calls += 1
        raise BlobExists("The blob is there already.")

    with pytest.raises(BlobExists):
        await retry_while("this", taken, still=lambda: calls < 2, **options)  # type: ignore[arg-type]
    assert calls == 0
