"""A step that never returns: its job fails, the others are handed back, the engine ends."""

import asyncio
import threading

import pytest

from engine.testing import Scene
from engine.worker.active_job import ActiveJob
from engine.worker.job_runner import JobRunner, Materials
from engine.worker.options import Until
from engine.worker.step_pool import Work
from engine.worker.worker import Worker
from ganshare.domain.jobs import JobState
from ganshare.errors import WorldError
from ganshare.testing import TIMEOUT

FOR_EVER = threading.Event()


class Hangs(JobRunner):
    """Its fourth step waits for what never comes."""

    steps = 0

    def step(self) -> bool:
        self.steps += 1
        if self.steps == 4:
            FOR_EVER.wait(TIMEOUT)
        return super().step()


def hanging(worker: Worker, prompt: str) -> None:
    """Have jobs with this prompt hang."""
    usual = worker.make_runner

    def make_runner(active_job: ActiveJob, materials: Materials) -> Work:
        if active_job.job.request.prompt != prompt:
            return usual(active_job, materials)
        pace = worker.options.pace
        return Hangs(active_job, materials, worker.models, pace, worker.metrics)

    worker.make_runner = make_runner  # type: ignore[method-assign]


@pytest.mark.heavy
@pytest.mark.parametrize("lanes", [1, 2])
async def test_an_engine_whose_step_hangs_hands_back_and_ends(scene: Scene, lanes: int) -> None:
    worker = scene.worker(until=Until.STOPPED, parallel_steps=lanes, step_seconds=1.0)
    hanging(worker, "it hangs")
    hangs = await scene.submit(prompt="it hangs")
    other = await scene.submit(steps=2000)
    async with asyncio.timeout(TIMEOUT), scene.at_work(worker):
        pass
    assert (worker.hung, worker.idle) == (True, False)
    failed, handed_back = await scene.job(hangs), await scene.job(other)
    assert (failed.state, failed.attempt, failed.max_attempts) == (JobState.QUEUED, 1, 3)
    assert failed.error == "A step of this painting hung, so the engine had to stop."
    assert handed_back.state is JobState.QUEUED
    assert handed_back.max_attempts - handed_back.attempt == 3  # it did not count
    assert await scene.store.queue.engines() == []


async def test_a_painting_that_takes_hours_is_given_up(
    scene: Scene,
) -> None:
    worker = scene.worker(job_seconds=1.0)
    slow = await scene.submit(steps=2000)
    async with asyncio.timeout(TIMEOUT), scene.at_work(worker):
        pass
    assert not worker.hung
    given_up = await scene.job(slow)
    assert given_up.state is JobState.DEAD
    assert given_up.error is not None
    assert given_up.error.startswith("The painting took longer than")


async def test_an_engine_that_hangs_is_not_ready(scene: Scene) -> None:
    from engine.worker.process import EngineProcess
    from ganshare.settings import CoreSettings, EngineSettings

    process = EngineProcess(CoreSettings(), EngineSettings())
    checks = {check.name: check for check in process._checks(scene.store, scene.blobs, scene.warm)}
    await checks["steps"].probe()
    process._worker = scene.worker()
    process._worker.hung = True
    with pytest.raises(WorldError, match="A step hangs"):
        await checks["steps"].probe()
