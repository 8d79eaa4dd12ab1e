"""A fleet on a Ray of its own: engines that die come back, and the queue drains."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from structlog.testing import capture_logs

from engine.testing import Scene, alone
from engine.worker import ray_fleet
from engine.worker.ray_fleet import Fleet, _check_cluster, wanted_engines
from ganshare.domain.jobs import JobState
from ganshare.errors import ParameterError, WorldError
from ganshare.settings import CoreSettings, EngineSettings, SecretUrl
from ganshare.testing import TIMEOUT

ROOT = Path(__file__).parents[3]


def node(address: str, *, alive: bool = True) -> dict[str, object]:
    return {"NodeManagerAddress": address, "Alive": alive}


def test_several_machines_need_a_shared_store() -> None:
    fleet, local = Fleet("auto"), CoreSettings()
    nodes = [node("10.0.0.1"), node("10.0.0.2")]
    with pytest.raises(ParameterError, match="2 machines needs a PostgreSQL and an S3"):
        _check_cluster(fleet, local, nodes, {"CPU": 8.0})
    shared = CoreSettings(
        database_url=SecretUrl("postgresql+asyncpg://database/ganshare"),
        blobs_url=SecretUrl("s3://ganshare"),
    )
    _check_cluster(fleet, shared, nodes, {"CPU": 8.0})
    _check_cluster(fleet, local, [nodes[0], node("10.0.0.2", alive=False)], {"CPU": 8.0})


def test_engines_that_no_machine_could_run_are_refused_at_once() -> None:
    core = CoreSettings()
    with pytest.raises(WorldError, match="need 4 GPUs, and the cluster has 2"):
        _check_cluster(Fleet("auto", gpus=4), core, [node("here")], {"CPU": 64.0, "GPU": 2.0})
    with pytest.raises(WorldError, match="need 6 CPUs, and the cluster has 4"):
        _check_cluster(Fleet("auto", engines=3), core, [node("here")], {"CPU": 4.0})


def test_a_cluster_may_grow_from_zero() -> None:
    core = CoreSettings()
    with capture_logs() as logs:
        _check_cluster(Fleet("auto", gpus=4), core, [node("head")], {"CPU": 8.0})
    assert [entry["resource"] for entry in logs] == ["GPU"]


class Actor:
    """An actor that answers pings as long as it is told to."""

    def __init__(self) -> None:
        self.answers, self.ping = True, self

    async def remote(self) -> None:
        if not self.answers:
            await asyncio.sleep(TIMEOUT)


async def test_an_actor_that_answers_no_more_is_killed_and_started_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ray_fleet, "PING_SECONDS", 0.05)
    monkeypatch.setattr(ray_fleet, "SILENT_SECONDS", 0.2)
    killed = asyncio.Event()

    class Ray:
        def kill(self, actor: object, *, no_restart: bool) -> None:
            assert not no_restart
            killed.set()

    supervisor = object.__new__(ray_fleet._Supervisor)
    supervisor._ray, actor = Ray(), Actor()
    member = ray_fleet._Member(actor)
    watching = asyncio.create_task(supervisor._watch(member))
    await asyncio.sleep(0.5)
    assert not killed.is_set()
    actor.answers = False
    async with asyncio.timeout(TIMEOUT):
        await killed.wait()
    member.ending.set()
    await watching


def test_each_engine_gets_its_gpu_or_its_cores() -> None:
    on_gpus, on_cores = Fleet("auto", gpus=3, cpus=4), Fleet("auto", engines=2)
    assert (on_gpus.size, on_cores.size, Fleet("auto").size) == (3, 2, 1)
    assert (on_gpus.options("e")["num_gpus"], on_cores.options("e")["num_gpus"]) == (1, 0)
    assert on_gpus.options("e")["runtime_env"]["env_vars"]["OMP_NUM_THREADS"] == "4"
    assert "accelerator_type" not in on_gpus.options("e")
    assert Fleet("auto", 1, accelerator="H100").options("e")["accelerator_type"] == "H100"


@pytest.mark.parametrize(
    ("jobs", "least", "engines"), [(0, 0, 0), (1, 0, 1), (5, 0, 2), (400, 0, 8), (0, 3, 3)]
)
def test_a_fleet_has_as_many_engines_as_there_is_work_for(
    jobs: int, least: int, engines: int
) -> None:
    assert wanted_engines(jobs, 4, least, 8) == engines


class FakeActor:
    """An engine that runs until it is told to stop."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.run, self.ping, self.stop = (SimpleNamespace(remote=it) for it in self._verbs())

    def _verbs(self) -> tuple[Any, Any, Any]:
        async def run(version: str) -> None:
            await self.ended.wait()

        async def ping() -> None:
            pass

        return run, ping, self.ended.set


class FakeRay:
    """A cluster that has the actors of these names already, and makes any other."""

    def __init__(self, *names: str) -> None:
        self.actors = {name: FakeActor() for name in names}
        self.killed: list[FakeActor] = []
        self.util = SimpleNamespace(list_named_actors=lambda: list(self.actors))

    def remote(self, _: type) -> Any:
        def make(**options: Any) -> Any:
            assert options["lifetime"] == "detached"
            name = options["name"]
            return SimpleNamespace(remote=lambda *_: self.actors.setdefault(name, FakeActor()))

        return SimpleNamespace(options=make)

    def kill(self, actor: FakeActor, **_: Any) -> None:
        self.killed.append(actor)


async def test_a_fleet_grows_from_none_with_the_queue_and_shrinks_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_fleet, "SCALE_SECONDS", 0.05)
    monkeypatch.setattr(ray_fleet, "IDLE_SECONDS", 0.3)
    core = CoreSettings(database_url=SecretUrl(scene.url))
    ray, settings = FakeRay(), EngineSettings(batch=2)
    supervisor = ray_fleet._Supervisor(ray, Fleet("auto", gpus=3, least=0), core, settings)
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0.3)
    assert ray.actors == {}
    jobs = [await scene.submit(seed=seed) for seed in range(3)]

    async def sizes(engines: int) -> bool:
        return len(supervisor._members) == engines

    await scene.until(lambda: sizes(2))
    for job in jobs:
        await scene.store.queue.cancel(job.id, by=job.person)
    await scene.until(lambda: sizes(0))
    assert len(ray.killed) == 2
    supervisor._stopping.set()
    await running


async def test_a_new_supervisor_finds_the_engines_of_the_one_before(scene: Scene) -> None:
    core = CoreSettings(database_url=SecretUrl(scene.url))
    ray = FakeRay("engine-0", "engine-1", "somebody-elses")
    found = dict(ray.actors)
    fleet = Fleet("auto", engines=3, least=1)
    supervisor = ray_fleet._Supervisor(ray, fleet, core, EngineSettings())
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0.1)
    assert [member.actor for member in supervisor._members] == [
        found["engine-0"], found["engine-1"],
    ]  # fmt: skip
    supervisor._stopping.set()
    await running
    assert ray.killed == [found["engine-0"], found["engine-1"]]


@pytest.mark.slow
async def test_an_engine_that_is_killed_comes_back_and_the_queue_drains(scene: Scene) -> None:
    pytest.importorskip("ray")
    long = await scene.submit(steps=2000)
    log = (scene.folder / "fleet.log").open("w")
    fleet = subprocess.Popen(  # noqa: ASYNC220 - it only starts
        [sys.executable, "-m", "engine", "run", "--ray", "local", "--cpus", "1"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "GANSHARE_DATABASE_URL": scene.url,
            "GANSHARE_BLOBS_URL": f"file://{scene.folder}/blobs",
            "GANSHARE_LEASE_SECONDS": "2",
            "ENGINE_SAVE_SECONDS": "0.2",
            "ENGINE_DRAIN_SECONDS": "1",
        },
        cwd=scene.folder,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:

        async def begun() -> bool:
            assert fleet.poll() is None, (scene.folder / "fleet.log").read_text()
            current = await scene.job(long)
            return current.saved_state is not None

        await scene.until(begun, 180.0)
        jobs = [await scene.submit(seed=seed) for seed in (1, 2)]
        (actor,) = (
            child for child in psutil.Process(fleet.pid).children(recursive=True)
            if "FleetEngine" in " ".join(child.cmdline())
        )  # fmt: skip
        actor.send_signal(signal.SIGKILL)

        async def drained() -> bool:
            return all([(await scene.job(job)).state is JobState.DONE for job in jobs])

        async def goes_on() -> bool:
            current = await scene.job(long)
            return current.attempt == 2 and current.state is JobState.RUNNING

        await scene.until(goes_on, 180.0)
        await scene.store.queue.cancel(long.id, by=long.person)  # a suspect, painted alone
        await scene.until(drained, 180.0)
        fleet.send_signal(signal.SIGTERM)
        await scene.until(lambda: _ended(fleet), 90.0)
        assert fleet.returncode == 0
        for job in jobs:
            assert await scene.png(job) == alone(scene.warm, job.request, scene.folder)
    finally:
        fleet.kill()
        fleet.wait(10)
        log.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """A Ray cluster of this machine; its address."""
    pytest.importorskip("ray")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block"]
    options = f"--port={port} --num-cpus=2 --num-gpus=0 --include-dashboard=false"
    with (tmp_path / "ray.log").open("wb") as log:
        process = subprocess.Popen([*command, *options.split()], stdout=log, stderr=log)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        tree = [process, *psutil.Process(process.pid).children(recursive=True)]
        for each in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()


@pytest.mark.slow
async def test_engines_outlive_their_supervisor(scene: Scene, cluster: str) -> None:
    async def supervise() -> asyncio.subprocess.Process:
        command = ["-m", "engine", "run", "--ray", cluster, "--cpus", "1"]
        return await asyncio.create_subprocess_exec(
            *(sys.executable, *command, "--engines", "2", "--least", "1"),
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
                "GANSHARE_DATABASE_URL": scene.url,
                "GANSHARE_BLOBS_URL": f"file://{scene.folder}/blobs",
                "ENGINE_SAVE_SECONDS": "0.2",
                "ENGINE_DRAIN_SECONDS": "1",
                "ENGINE_HEALTH_LISTEN": "off",
            },
            cwd=scene.folder,
        )

    long = await scene.submit(steps=2000)
    await asyncio.sleep(8.0)  # the cluster starts
    first = await supervise()

    async def begun() -> bool:
        assert first.returncode is None
        return (await scene.job(long)).saved_state is not None

    try:
        await scene.until(begun, 180.0)
    finally:
        first.kill()
        await first.wait()
    before = await scene.job(long)
    await scene.until_step(long, before.step + 5)  # nobody supervises
    second = await supervise()
    try:
        job = await scene.submit(seed=1)

        async def done() -> bool:
            assert second.returncode is None
            return (await scene.job(job)).state is JobState.DONE

        await scene.until(done, 180.0)
        after = await scene.job(long)
        assert (after.worker, after.attempt) == (before.worker, before.attempt)
        assert (await scene.job(job)).worker == before.worker  # found, not started beside it
        second.send_signal(signal.SIGTERM)
        async with asyncio.timeout(90.0):
            assert await second.wait() == 0
        assert (await scene.job(long)).state is JobState.QUEUED
    finally:
        if second.returncode is None:
            second.kill()
            await second.wait()


async def _ended(process: "subprocess.Popen[bytes]") -> bool:
    return process.poll() is not None
