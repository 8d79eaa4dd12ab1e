"""What engines do for all now and then: among others, they remove pictures that nobody has."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from engine.testing import SMALL_MODEL, Scene
from engine.worker.maintenance import keep_up
from ganshare.blobs import picture_key
from ganshare.domain.jobs import Job, JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.monitoring.metrics import Metrics
from ganshare.store import Store, open_store
from ganshare.store.db.tables_queue import jobs
from ganshare.store.db.tables_votes import rounds
from ganshare.testing import MODEL, make_report, make_request, postgres_server


async def left_behind(scene: Scene) -> str:
    """The picture that an engine uploaded two days ago, and then was killed."""
    await scene.submit()
    job: Job
    (job,) = await scene.store.queue.claim("killed", models=[SMALL_MODEL], max_area=10**6)
    key = picture_key(job.id, job.attempt)
    await scene.blobs.put(key, b"picture")
    path = scene.folder / "blobs" / key
    long_ago = path.stat().st_mtime - 2 * 86_400
    os.utime(path, (long_ago, long_ago))
    await scene.store.queue.fail(job, "killed", retry=False)
    return key


async def test_an_engine_ends_a_round_whose_own_bot_runs_no_more(scene: Scene) -> None:
    round_ = await scene.store.rounds.open("discord:9", "discord:1", 3_600.0)
    late = rounds.update().values(closes=rounds.c.closes - 8 * 3_600.0)
    await scene.store.database.write(late)
    upkeep = asyncio.create_task(
        keep_up(scene.store, scene.blobs, Metrics("engine"), lambda: make_report(), 90 * 86_400.0)
    )

    async def ended() -> bool:
        found = await scene.store.rounds.get(round_.id)
        return found is not None and found.closed is not None

    await scene.until(ended)
    upkeep.cancel()
    await asyncio.gather(upkeep, return_exceptions=True)


@pytest.mark.heavy
async def test_an_engine_removes_what_killed_attempts_and_deletions_left(scene: Scene) -> None:
    painted = await scene.submit()
    await scene.worker().run()
    artwork = await scene.artwork(painted)
    await scene.store.gallery.delete(artwork.id, painted.person)
    orphan = await left_behind(scene)
    assert {orphan, artwork.blob, artwork.preview} <= await scene.keys()
    upkeep = asyncio.create_task(
        keep_up(scene.store, scene.blobs, Metrics("engine"), lambda: make_report(), 90 * 86_400.0)
    )

    async def swept() -> bool:
        gone = not {orphan, artwork.blob, artwork.preview} & await scene.keys()
        return gone and await scene.store.gallery.forgotten_blobs() == []

    await scene.until(swept)
    upkeep.cancel()
    await asyncio.gather(upkeep, return_exceptions=True)


@asynccontextmanager
async def back_from_an_outage(
    scene: Scene, lease: float, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Store, Job]]:
    """A running job whose lease ran out while its database was away, and upkeep that saw it."""
    monkeypatch.setattr("engine.worker.maintenance.REPORT_SECONDS", 0.05)
    try:
        with postgres_server() as server:
            url = server.create_database("away")
            async with open_store(url, QueueLimits(lease_seconds=lease), migrate=True) as store:
                await store.queue.submit("ann", "bot", make_request(), key="1")
                (job,) = await store.queue.claim("engine", models=[MODEL], max_area=10**6)
                await store.database.write(jobs.update().values(lease_until=1.0))
                server.kill()
                with capture_logs() as logs:
                    upkeep = asyncio.create_task(
                        keep_up(store, scene.blobs, Metrics("engine"), make_report, 1e9)
                    )

                    async def has_failed() -> bool:
                        return [log["event"] for log in logs].count("upkeep failed") > 20

                    await scene.until(has_failed)
                server.start()
                yield store, job
                upkeep.cancel()
                await asyncio.gather(upkeep, return_exceptions=True)
    except LookupError as error:
        pytest.skip(str(error))


@pytest.mark.heavy
async def test_after_an_outage_the_engines_that_live_keep_their_jobs(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with back_from_an_outage(scene, 600.0, monkeypatch) as (store, job):
        reports: set[float] = set()

        async def goes_on() -> bool:
            reports.update(engine.reported for engine in await store.queue.engines())
            return len(reports) > 10

        await scene.until(goes_on)
        assert (await store.queue.beat(job)).mine


@pytest.mark.heavy
async def test_after_an_outage_the_jobs_of_those_that_died_are_queued_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with back_from_an_outage(scene, 0.1, monkeypatch) as (store, job):

        async def is_queued() -> bool:
            found = await store.queue.get(job.id)
            return found is not None and found.state is JobState.QUEUED

        await scene.until(is_queued)
