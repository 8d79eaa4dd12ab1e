"""`ganshare engine --ray`: keeps one engine per GPU, or per few cores, alive on a Ray cluster.

Ray only places engines and restarts them. The queue stays in the store, which outlives everything:
an engine that dies loses its leases, and another one resumes from its saved states. Engines outlive
their supervisor, too: the next one of the same name finds them at work.
"""

import asyncio
import contextlib
import logging
import os
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.runtime.allocator import keep_freed_memory
from ganshare import __version__
from ganshare.cli import EXIT_WORLD
from ganshare.domain.jobs import JobState
from ganshare.errors import ParameterError, StoreError, WorldError
from ganshare.extras import check_extra
from ganshare.monitoring.awake_clock import AwakeClock
from ganshare.monitoring.log import get_logger, start_log
from ganshare.settings import CoreSettings, EngineSettings
from ganshare.store import open_store

if TYPE_CHECKING:
    from engine.worker.process import EngineProcess

__all__ = ["Fleet", "FleetEngine", "run_fleet", "wanted_engines"]

RESTART_SECONDS = 5.0
PING_SECONDS, SILENT_SECONDS = 5.0, 30.0
SCALE_SECONDS, IDLE_SECONDS = 10.0, 300.0  # between two looks; with less work before engines end
GOODBYE_SECONDS = 20.0  # for an engine to end after its drain

_log = get_logger(__name__)


@dataclass(frozen=True)
class Fleet:
    """Which engines are wanted where.

    Args:
        address: of the cluster; "auto" finds the one of this machine, "local" starts one.
        gpus: so many engines with a GPU each; or
        engines: so many without; neither: one.
        cpus: cores of each engine.
        accelerator: Ray's name of the GPUs that they are for, such as "H100"; None: any.
        least: engines without work; then there are more by the queue's length. None: always all.
        name: of the fleet; a cluster may have several.
    """

    address: str
    gpus: int | None = None
    engines: int | None = None
    cpus: int = 2
    accelerator: str | None = None
    least: int | None = None
    name: str = "ganshare"

    @property
    def size(self) -> int:
        """How many engines."""
        return self.gpus or self.engines or 1

    def options(self, name: str) -> dict[str, Any]:
        """Ray's options for the engine of this name."""
        environment = {"OMP_NUM_THREADS": str(self.cpus)}
        kind = {"accelerator_type": self.accelerator} if self.accelerator else {}
        return {
            **kind,
            "name": name,
            "lifetime": "detached",
            "get_if_exists": True,
            "num_gpus": 1 if self.gpus else 0,
            "num_cpus": self.cpus,
            "max_restarts": -1,
            "max_task_retries": -1,  # `run` begins again in the restarted actor
            "runtime_env": {"env_vars": environment},
        }


class FleetEngine:
    """The Ray actor: one engine, on the actor's own event loop."""

    def __init__(self, core: CoreSettings, settings: EngineSettings, folder: str) -> None:
        if Path(folder).is_dir():
            os.chdir(folder)  # relative files in the settings mean the same as at the supervisor
        keep_freed_memory()
        start_log("engine", core, settings)
        self._core, self._settings = core, settings
        self._engine: EngineProcess | None = None
        self._running: asyncio.Task[None] | None = None

    async def run(self, version: str) -> None:
        """Work until `stop`; or wait for the end of a run that another supervisor has begun.

        Args:
            version: of the supervisor. An engine of another one drains, and is started again.
        """
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._serve())
        elif version != __version__:
            await self.stop()
        await asyncio.shield(self._running)
        if version != __version__:
            os._exit(0)

    async def _serve(self) -> None:
        from engine.worker.process import EngineProcess

        self._engine = EngineProcess(self._core, self._settings)
        await self._engine.serve(signals=False)
        if self._engine.failed:
            os._exit(EXIT_WORLD)  # Ray starts the actor again, in a new process

    async def ping(self) -> None:
        """Answer, as an actor does whose event loop goes round."""

    async def stop(self) -> None:
        """Drain."""
        if self._engine is not None:
            self._engine.stop()


def run_fleet(fleet: Fleet, core: CoreSettings, settings: EngineSettings) -> None:
    """Keep the engines running until SIGTERM or Ctrl-C; then drain them.

    Raises:
        SettingsError: Ray is not installed.
        ParameterError: a cluster of several machines has no shared store.
        WorldError: the cluster cannot be reached, or has not what the engines need.
    """
    check_extra("fleet")
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    new = {"include_dashboard": False} if fleet.address == "local" else {}
    try:
        ray.init(address=fleet.address, namespace=fleet.name, logging_level=logging.WARNING, **new)
    except Exception as error:  # Ray raises its own, ConnectionError, ValueError and others
        message = f"There is no Ray cluster at {fleet.address}: {error}"
        raise WorldError(message, given=fleet.address) from error
    try:
        _check_cluster(fleet, core, ray.nodes(), ray.cluster_resources())
        start_log("fleet", core, settings)  # Ray has put its own handlers in place
        asyncio.run(_Supervisor(ray, fleet, core, _for_many(settings, fleet)).run())
    finally:
        ray.shutdown()


def _for_many(settings: EngineSettings, fleet: Fleet) -> EngineSettings:
    """Settings for engines that share a machine: any free port, and the GPU that Ray gives."""
    listen = settings.health_listen
    changes: dict[str, Any] = {
        "health_listen": None if listen is None else replace(listen, port=0),
        "device": "cuda" if fleet.gpus else settings.device,
    }
    return settings.model_copy(update=changes)


def _check_cluster(
    fleet: Fleet, core: CoreSettings, nodes: list[dict[str, Any]], resources: dict[str, float]
) -> None:
    """Raise for what would leave engines waiting, or working each for themselves."""
    machines = {node["NodeManagerAddress"] for node in nodes if node["Alive"]}
    local = core.database_url.get_secret_value().startswith("sqlite") or (
        core.blobs_url.get_secret_value().startswith("file:")
    )
    if len(machines) > 1 and local:
        message = f"A fleet on {len(machines)} machines needs a PostgreSQL and an S3 store"
        raise ParameterError(f"{message}; SQLite and folders are for one machine.")
    for name, needed in (("GPU", fleet.gpus or 0), ("CPU", fleet.size * fleet.cpus)):
        if needed and not resources.get(name, 0):
            _log.warning("the cluster has none yet; engines start as it grows", resource=name)
        elif needed > resources.get(name, 0):
            raise WorldError(
                f"The engines need {needed} {name}s, and the cluster has "
                f"{resources.get(name, 0):g}.",
                given=needed,
                allowed=resources.get(name, 0),
            )


class _Member:
    """One engine of the fleet, from its start, or from when it was found at work, to its end."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.ending = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()


class _Supervisor:
    """Starts the actors, or finds those that another one left; scales, waits, drains."""

    def __init__(
        self, ray: Any, fleet: Fleet, core: CoreSettings, settings: EngineSettings
    ) -> None:
        self._ray, self._fleet, self._core, self._settings = ray, fleet, core, settings
        self._members: list[_Member] = []
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        least = self._fleet.size if self._fleet.least is None else self._fleet.least
        self._grow(max(least, self._at_work()))
        _log.info("the fleet is at work", engines=len(self._members))
        scaling = asyncio.create_task(self._scale(least))
        await self._stopping.wait()
        scaling.cancel()
        _log.info("the fleet drains", grace_seconds=self._settings.drain_seconds)
        await asyncio.gather(
            scaling, *(self._end(member) for member in self._members), return_exceptions=True
        )

    def _at_work(self) -> int:
        """How many engines a supervisor that died left behind: all up to the last one count."""
        names = self._ray.util.list_named_actors()
        return max((n + 1 for n in range(self._fleet.size) if _name(n) in names), default=0)

    def _grow(self, size: int) -> None:
        factory = self._ray.remote(FleetEngine)
        while len(self._members) < size:
            options = self._fleet.options(_name(len(self._members)))
            actor = factory.options(**options).remote(self._core, self._settings, str(Path.cwd()))
            member = _Member(actor)
            member.tasks = {asyncio.create_task(task(member)) for task in (self._keep, self._watch)}
            self._members.append(member)

    async def _scale(self, least: int) -> None:
        """Have as many engines as there is work for; fewer only after some minutes with less."""
        if self._fleet.least is None:
            return
        clock, busy_until = AwakeClock(2 * SCALE_SECONDS), IDLE_SECONDS
        database = self._core.database_url.get_secret_value()
        async with open_store(database, self._core.limits, connections=1) as store:
            while True:
                clock.tick()
                try:
                    counts = await store.queue.counts()
                except StoreError as error:
                    _log.warning("the queue's length is not known", reason=str(error))
                else:
                    jobs = counts[JobState.QUEUED] + counts[JobState.RUNNING]
                    wanted = wanted_engines(jobs, self._settings.batch, least, self._fleet.size)
                    if wanted >= len(self._members):
                        busy_until = clock.now + IDLE_SECONDS
                        self._grow(wanted)
                    elif clock.now > busy_until:
                        _log.info("fewer engines are needed", engines=wanted)
                        idle, self._members[wanted:] = self._members[wanted:], []
                        await asyncio.gather(*map(self._end, idle))
                await asyncio.sleep(SCALE_SECONDS)

    async def _end(self, member: _Member) -> None:
        """Drain an engine, and take its place on the cluster away."""
        member.ending.set()
        member.actor.stop.remote()
        seconds = self._settings.drain_seconds + GOODBYE_SECONDS
        _, late = await asyncio.wait(member.tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._ray.kill(member.actor)

    async def _keep(self, member: _Member) -> None:
        """Run an engine, and restart it however it ended."""
        while not member.ending.is_set():
            try:
                await member.actor.run.remote(__version__)
            except Exception as error:  # of the engine, or of Ray while it restarts the actor
                _log.error("an engine failed and is run again", reason=str(error).splitlines()[-1])
                await _wait(member.ending, RESTART_SECONDS)

    async def _watch(self, member: _Member) -> None:
        """Kill an actor that was there and answers no more; Ray starts it again."""
        clock, answered = AwakeClock(2 * PING_SECONDS), None
        while not member.ending.is_set():
            await _wait(member.ending, PING_SECONDS)
            clock.tick()
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await member.actor.ping.remote()
            except TimeoutError:
                if answered is not None and clock.now - answered > SILENT_SECONDS:
                    _log.error("an engine does not answer: killed")
                    self._ray.kill(member.actor, no_restart=False)
                    answered = None
            except Exception:  # it has died, which `_keep` sees to
                answered = None
            else:
                answered = clock.now


def wanted_engines(jobs: int, batch: int, least: int, most: int) -> int:
    """How many engines so many jobs want, queued and running, when each takes a batch."""
    return min(most, max(least, -(-jobs // batch)))


def _name(number: int) -> str:
    return f"engine-{number}"


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
