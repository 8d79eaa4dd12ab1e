"""`python -m engine run`: a process of its own, killed, told to end, or wrongly called."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from engine.testing import Scene, alone
from ganshare.domain.jobs import Job, JobState
from ganshare.testing import TIMEOUT

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[3]
STEPS = 40


@contextmanager
def engine(scene: Scene, *arguments: str, **environment: str) -> "Iterator[subprocess.Popen[str]]":
    log = (scene.folder / "engine.log").open("a")
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "run", *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",  # as in `alone`: another number may round differently
            "GANSHARE_DATABASE_URL": scene.url,
            "GANSHARE_BLOBS_URL": f"file://{scene.folder}/blobs",
            "GANSHARE_LOG": "json",
            "ENGINE_HEALTH_LISTEN": "off",
            "ENGINE_SAVE_SECONDS": "0.2",
            "ENGINE_PREVIEW_SECONDS": "0.2",
            **environment,
        },
        cwd=scene.folder,
        stderr=log,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(TIMEOUT)
        log.close()


async def half_done(scene: Scene, job: Job) -> None:
    async def half() -> bool:
        current = await scene.job(job)
        return current.step >= STEPS / 2 and current.saved_state is not None

    await scene.until(half)


@pytest.mark.acceptance
@pytest.mark.slow
async def test_a_painting_survives_the_death_of_its_engine(scene: Scene) -> None:
    job = await scene.submit(steps=STEPS)
    with engine(scene) as first:
        await half_done(scene, job)
        first.send_signal(signal.SIGKILL)
        first.wait(TIMEOUT)
    orphan = await scene.job(job)
    assert (orphan.state, orphan.attempt) == (JobState.RUNNING, 1)
    await scene.expire_leases()
    with engine(scene, "--once") as second:
        assert await _ended(scene, second) == 0
    done = await scene.job(job)
    assert (done.state, done.attempt) == (JobState.DONE, 2)
    assert "the painting goes on from its saved state" in (scene.folder / "engine.log").read_text()
    assert len(await scene.store.gallery.recent()) == 1
    assert await scene.png(job) == alone(scene.warm, job.request, scene.folder)


@pytest.mark.acceptance
@pytest.mark.slow
async def test_health_is_served_while_it_paints_and_sigterm_hands_the_job_back(
    scene: Scene, unused_tcp_port: int
) -> None:
    job = await scene.submit(steps=2000)
    address = f"127.0.0.1:{unused_tcp_port}"
    with engine(scene, ENGINE_HEALTH_LISTEN=address, ENGINE_DRAIN_SECONDS="1") as process:
        await half_done(scene, job)
        async with httpx.AsyncClient(
            base_url=f"http://{address}", trust_env=False, timeout=TIMEOUT
        ) as client:
            health, ready = await client.get("/healthz"), await client.get("/readyz")
            metrics = (await client.get("/metrics")).text
        assert (health.status_code, ready.status_code) == (200, 200), ready.text
        assert set(ready.json()["checks"]) == {"store", "blobs", "models", "steps"}
        steps = next(line for line in metrics.splitlines() if line.startswith("ganshare_steps_t"))
        assert float(steps.split()[1]) >= STEPS / 2
        process.send_signal(signal.SIGTERM)
        assert await _ended(scene, process) == 0
    handed_back = await scene.job(job)
    assert handed_back.state is JobState.QUEUED
    assert handed_back.saved_state is not None
    assert handed_back.max_attempts - handed_back.attempt == 3
    assert await scene.store.queue.engines() == []


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "message"),
    [
        (["--gpus", "1"], {}, 2, "name it with --ray"),
        (["--ray", "local", "--gpus", "1", "--engines", "1"], {}, 2, "not both"),
        ([], {"ENGINE_BATCH": "0"}, 2, "ENGINE_BATCH"),
        ([], {"GANSHARE_DATABASE_URL": "sqlite+aiosqlite:///none/here.db"}, 3, "error: "),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], environment: dict[str, str], code: int, message: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "run", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ENGINE_HEALTH_LISTEN": "off", **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


async def _ended(scene: Scene, process: "subprocess.Popen[str]") -> int | None:
    async def ended() -> bool:
        return process.poll() is not None

    await scene.until(ended)
    return process.returncode
