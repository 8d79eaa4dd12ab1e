"""The worker on a real queue: jobs become artworks, whatever else happens around them."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from engine.imaging.codecs import decode_image
from engine.synthesis.canvas import Canvas
from engine.synthesis.manifest import read_manifest
from engine.testing import SMALL_MODEL, Scene, alone, small_request
from engine.worker.job_runner import Pace
from engine.worker.options import Until
from engine.worker.worker import Worker
from ganshare.domain.jobs import Job, JobState
from ganshare.errors import InternalError
from ganshare.sentences import sentence
from ganshare.store.db.tables_queue import jobs
from ganshare.testing import TIMEOUT


async def test_a_job_becomes_the_picture_that_the_paint_command_makes(scene: Scene) -> None:
    job = await scene.submit(height=80)
    await scene.worker().run()
    artwork = await scene.artwork(job)
    png = await scene.png(job)
    assert png == alone(scene.warm, job.request, scene.folder)
    assert (artwork.width, artwork.height, artwork.attempt) == (64, 80, 1)
    assert artwork.attributes["Colour"] == "Teal"
    assert artwork.may_sell
    (scene.folder / "published.png").write_bytes(png)
    assert read_manifest(scene.folder / "published.png").seed == artwork.manifest["seed"] == 1
    thumbnail = decode_image(await scene.blobs.get(artwork.preview), "thumbnail")
    assert thumbnail.shape == (3, 80, 64)
    assert await scene.keys() == set(artwork.blobs)


@pytest.mark.heavy
async def test_a_picture_does_not_depend_on_its_company(scene: Scene) -> None:
    requests = [
        small_request(seed=1, steps=6), small_request(seed=2, steps=3, width=96),
        small_request(seed=3, num_cutouts=5), small_request(seed=4, prompt="a red sun | fog:0.5"),
    ]  # fmt: skip
    jobs = [
        (await scene.store.queue.submit(f"p{n}", "test", each, key=str(n))).job
        for n, each in enumerate(requests)
    ]
    worker = scene.worker(batch=3, parallel_steps=2)
    await worker.run()
    for job in jobs:
        assert await scene.png(job) == alone(scene.warm, job.request, scene.folder)


@pytest.mark.heavy
async def test_a_place_is_filled_as_soon_as_it_is_free(scene: Scene) -> None:
    long = await scene.submit(steps=24)
    short = [await scene.submit(steps=1) for _ in range(3)]
    await scene.worker(batch=2).run()
    done = await scene.job(long)
    assert done.finished is not None
    for job in short:
        finished = (await scene.job(job)).finished
        assert finished is not None
        assert finished < done.finished


async def test_previews_are_shown_on_the_way(scene: Scene) -> None:
    job = await scene.submit(steps=12)
    shown: dict[str, bytes] = {}
    async with scene.at_work(scene.worker(pace=Pace(preview=0.0, save=1000.0))):

        async def fetched() -> bool:
            current = await scene.job(job)
            if current.preview is not None and current.preview not in shown:
                try:
                    shown[current.preview] = await scene.blobs.get(current.preview)
                except Exception:  # cleared away just now
                    return current.state.over
            return current.state.over

        await scene.until(fetched)
    assert len(shown) >= 2
    assert all(len(data) < 80_000 for data in shown.values())
    assert all(decode_image(data, "preview").shape == (3, 64, 64) for data in shown.values())
    frames = await scene.store.queue.frames(job.id)
    assert [frame.step for frame in frames] == sorted({frame.step for frame in frames})
    done = await scene.job(job)
    assert (done.step, done.steps) == (12, 12)
    assert done.loss is not None


async def test_one_job_may_be_enough(scene: Scene) -> None:
    first, second = [await scene.submit() for _ in range(2)]
    await scene.worker(until=Until.ONE_DONE).run()
    assert (await scene.job(first)).state is JobState.DONE
    assert (await scene.job(second)).state is JobState.QUEUED


async def test_a_new_job_wakes_an_idle_engine(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.worker.IDLE_SECONDS", 3600.0)
    worker = scene.worker(until=Until.STOPPED)
    async with scene.at_work(worker):
        await asyncio.sleep(0.3)
        job = await scene.submit(steps=1)
        await scene.until(lambda: _is(scene, job, JobState.DONE))
        worker.stop()


async def test_an_engine_reports_itself_and_says_goodbye(scene: Scene) -> None:
    job = await scene.submit(steps=12)
    worker = scene.worker(name="engine-7", batch=3)
    async with scene.at_work(worker):
        await scene.until_step(job, 1)
        await scene.until(scene.store.queue.engines)
        (report,) = await scene.store.queue.engines()
        assert (report.id, report.batch, report.rate) == ("engine-7", 3, None)
        assert report.models[0] == SMALL_MODEL
    assert await scene.store.queue.engines() == []
    rate = worker.report().rate
    assert rate is not None
    assert 0 < rate < 10 * job.cost


# --- cancelled, lost --------------------------------------------------------------------------


async def test_a_cancelled_job_stops_and_its_company_goes_on(scene: Scene) -> None:
    unwanted = await scene.submit(person="she", steps=2000)
    other = await scene.submit(steps=8)
    async with scene.at_work(scene.worker()):
        await scene.until_step(unwanted, 1)
        await scene.store.queue.cancel(unwanted.id, by="she")
    cancelled = await scene.job(unwanted)
    assert cancelled.state is JobState.CANCELLED
    assert cancelled.step < 2000
    artwork = await scene.artwork(other)
    assert await scene.keys() == set(artwork.blobs)


async def test_a_job_that_another_engine_took_is_thrown_away(scene: Scene) -> None:
    job = await scene.submit(steps=2000)
    worker = scene.worker()
    async with scene.at_work(worker):
        await scene.until_step(job, 2)
        # what a reap and a claim do between two of our beats
        await scene.execute("UPDATE jobs SET worker = 'other', attempt = 2")
        await scene.until(lambda: _gone(worker))
        current = await scene.job(job)
        assert (current.worker, current.attempt) == ("other", 2)
        assert current.state is JobState.RUNNING
        assert worker.metrics.registry.get_sample_value("ganshare_lease_losses_total") == 1
        assert not [key for key in await scene.keys() if "/1-" in key or "/1." in key]
        worker.stop()


# --- what goes wrong --------------------------------------------------------------------------


async def test_a_damaged_init_image_is_the_askers_to_put_right(scene: Scene) -> None:
    await scene.blobs.put("uploads/bad.png", b"no picture")
    bad = await scene.submit(init_image="uploads/bad.png")
    good = await scene.submit()
    await scene.worker().run()
    dead = await scene.job(bad)
    assert (dead.state, dead.attempt) == (JobState.DEAD, 1)
    assert dead.error is not None
    assert "is not an image" in dead.error
    assert (await scene.job(good)).state is JobState.DONE


async def test_a_picture_to_start_from_is_fetched(scene: Scene) -> None:
    plain = await scene.submit(steps=1)
    await scene.worker().run()
    await scene.blobs.put("uploads/start.png", await scene.png(plain))
    job = await scene.submit(steps=1, init_image="uploads/start.png", seed=9)
    await scene.worker().run()
    artwork = await scene.artwork(job)
    assert artwork.manifest["init_image_sha256"] == (await scene.artwork(plain)).sha256


async def test_our_own_mistake_is_tried_again_and_then_apologised_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = Canvas.advance

    def fail_for_seed_7(canvas: Canvas) -> None:
        if canvas.request.seed == 7:
            raise InternalError("The loss is not finite at step 0.")
        advance(canvas)

    monkeypatch.setattr(Canvas, "advance", fail_for_seed_7)
    doomed, fine = await scene.submit(seed=7), await scene.submit(seed=8)
    worker = scene.worker()
    await worker.run()
    dead = await scene.job(doomed)
    assert (dead.state, dead.attempt) == (JobState.DEAD, 3)
    assert dead.error is not None
    assert dead.error.startswith("Sorry, something went wrong inside GANshare (id ")
    assert (await scene.job(fine)).state is JobState.DONE
    sample = worker.metrics.registry.get_sample_value
    assert (sample("ganshare_retries_total"), sample("ganshare_dead_letters_total")) == (2, 1)


async def test_a_row_that_makes_no_sense_harms_nobody(scene: Scene) -> None:
    broken, fine = await scene.submit(), await scene.submit(seed=8)
    with closing(sqlite3.connect(scene.folder / "store.db", timeout=60)) as database, database:
        database.execute("UPDATE jobs SET request = '{\"seed\": 1' WHERE id = ?", (broken.id,))
    await scene.worker().run()
    assert (await scene.job(fine)).state is JobState.DONE
    with closing(sqlite3.connect(scene.folder / "store.db", timeout=60)) as database, database:
        states = dict(database.execute("SELECT id, state FROM jobs").fetchall())
    assert states[broken.id] == "dead"


async def test_a_lack_of_memory_narrows_the_pool_and_changes_no_picture(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([False, True, True])  # one of them in either thread
    advance = Canvas.advance

    def run_out(canvas: Canvas) -> None:
        if canvas.step == 2 and next(failures, False):
            raise MemoryError
        advance(canvas)

    jobs = [await scene.submit(seed=seed) for seed in (1, 2)]
    expected = [alone(scene.warm, job.request, scene.folder) for job in jobs]
    monkeypatch.setattr(Canvas, "advance", run_out)
    worker = scene.worker(parallel_steps=3)
    await worker.run()
    assert [await scene.png(job) for job in jobs] == expected
    assert [(await scene.job(job)).attempt for job in jobs] == [1, 1]


async def test_a_canvas_too_large_for_the_memory_is_left_to_other_engines(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = Canvas.advance

    def run_out(canvas: Canvas) -> None:
        if canvas.request.width > 64:
            raise MemoryError
        advance(canvas)

    monkeypatch.setattr(Canvas, "advance", run_out)
    large, small = await scene.submit(width=96), await scene.submit()
    worker = scene.worker()
    await worker.run()
    assert worker.offered.area == 96 * 64 - 1
    left = await scene.job(large)
    assert left.state is JobState.QUEUED
    assert left.error == sentence(
        "engine-memory-size", given="96x64", cutouts=str(large.request.num_cutouts), nearest="80x64"
    )
    assert (await scene.job(small)).state is JobState.DONE


@pytest.mark.parametrize(("side", "offered"), [(320, 320 * 64 - 1), (64, 64 * 64)])
async def test_an_engine_without_memory_for_the_default_size_ends_so_that_it_is_started_anew(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, side: int, offered: int
) -> None:
    def run_out(canvas: Canvas) -> None:
        raise MemoryError

    monkeypatch.setattr(Canvas, "advance", run_out)
    await scene.submit(width=side)
    worker = scene.worker(until=Until.STOPPED, batch=1, parallel_steps=1)
    async with asyncio.timeout(TIMEOUT), scene.at_work(worker):
        pass
    assert (worker.offered.is_starved, worker.offered.area) == (True, offered)


async def _is(scene: Scene, job: Job, state: JobState) -> bool:
    return (await scene.job(job)).state is state


async def _gone(worker: Worker) -> bool:
    return not worker.hands


@pytest.mark.heavy
async def test_a_suspect_is_painted_alone(scene: Scene) -> None:
    suspect = await scene.submit(person="she")
    await scene.store.queue.claim("killed", models=[SMALL_MODEL], max_area=10**6)
    await scene.expire_leases()
    await scene.store.queue.reap()
    await asyncio.gather(*(scene.submit(steps=6) for _ in range(3)))
    company: list[int] = []
    worker = scene.worker()
    take = worker._take

    def note(job: Job) -> None:
        take(job)
        if any(active_job.job.id == suspect.id for active_job in worker.hands):
            company.append(len(worker.hands))

    worker._take = note  # type: ignore[method-assign]
    async with scene.at_work(worker):
        pass
    assert company == [1]
    assert (await scene.job(suspect)).state is JobState.DONE


@pytest.mark.heavy
async def test_a_busy_engine_makes_room_for_a_suspect(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.maintenance.REPORT_SECONDS", 0.05)
    worker = scene.worker(batch=2, until=Until.STOPPED)
    stream = [await scene.submit(steps=15) for _ in range(2)]
    async with scene.at_work(worker):

        async def busy() -> bool:
            return len(worker.hands) == 2

        await scene.until(busy)
        suspect = await scene.submit()
        late = jobs.update().where(jobs.c.id == suspect.id).values(suspect=True)
        await scene.store.database.write(late)

        async def painted() -> bool:
            for job in await scene.store.queue.jobs():  # there is always something else to paint
                if job.state is JobState.QUEUED and job.id != suspect.id:
                    break
            else:
                stream.append(await scene.submit(steps=6))
            return (await scene.job(suspect)).state is JobState.DONE

        await scene.until(painted)
        worker.stop()
        worker.stop()
