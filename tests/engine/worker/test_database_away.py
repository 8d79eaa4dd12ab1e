"""A database that is killed while an engine paints: the painting goes on, nothing is lost."""

import asyncio
from pathlib import Path

import pytest

from engine.model_cache import ModelCache
from engine.testing import Scene, alone
from ganshare.blobs import open_blobs
from ganshare.domain.jobs import JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store import open_store
from ganshare.testing import postgres_binaries, postgres_server

STEPS = 18


@pytest.mark.heavy
@pytest.mark.skipif(postgres_binaries() is None, reason="PostgreSQL's programs are not installed")
async def test_a_painting_goes_on_without_its_database(
    tmp_path: Path, warm: ModelCache, one_thread: None
) -> None:
    with postgres_server() as server:
        url = server.create_database("away")
        async with open_store(url, QueueLimits(), migrate=True) as store:
            blobs = open_blobs(f"file://{tmp_path}/blobs")
            scene = Scene(store, blobs, tmp_path, warm, url)
            job = await scene.submit(steps=STEPS)
            worker = scene.worker()
            async with scene.at_work(worker):
                await scene.until_step(job, 2)
                (active_job,) = worker.hands
                server.kill()
                before = active_job.progress.step

                async def goes_on() -> bool:
                    return active_job.progress.step >= min(before + 10, STEPS)

                await scene.until(goes_on)
                await asyncio.sleep(1.0)
                assert worker.hands == {active_job}
                server.start()
            done = await scene.job(job)
            assert (done.state, done.attempt) == (JobState.DONE, 1)
            assert len(await store.gallery.recent()) == 1
            assert await scene.png(job) == alone(warm, job.request, tmp_path)
            errors = worker.metrics.registry.get_sample_value(
                "ganshare_store_errors_total", {"part": "store"}
            )
            assert errors
