"""`ganshare engine --ray`: keeps one engine per GPU, or per few cores, alive on a Ray cluster.

Ray only places engines and restarts them. The queue stays in the store, which outlives everything:
an engine that dies loses its leases, and another one resumes from its saved states.
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
from ganshare.cli import EXIT_WORLD
from ganshare.errors import ParameterError, WorldError
from ganshare.extras import check_extra
from ganshare.monitoring.awake_clock import AwakeClock
from ganshare.monitoring.log import get_logger, start_log
from ganshare.settings import CoreSettings, EngineSettings

if TYPE_CHECKING:
    from engine.worker.process import EngineProcess

__all__ = ["Fleet", "FleetEngine", "run_fleet"]

RESTART_SECONDS = 5.0
PING_SECONDS, SILENT_SECONDS = 5.0, 30.0
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
    """

    address: str
    gpus: int | None = None
    engines: int | None = None
    cpus: int = 2

    @property
    def size(self) -> int:
        """How many engines."""
        return self.gpus or self.engines or 1

    def options(self) -> dict[str, Any]:
        """Ray's options for each of them."""
        environment = {"OMP_NUM_THREADS": str(self.cpus)}
        return {
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

    async def run(self) -> None:
        """Work until `stop`."""
        from engine.worker.process import EngineProcess

        self._engine = EngineProcess(self._core, self._settings)
        await self._engine.serve(signals=False)
        if self._engine.failed:
            os._exit(EXIT_WORLD)  # Ray starts the actor anew, in a new process

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
        ray.init(address=fleet.address, logging_level=logging.WARNING, **new)
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


class _Supervisor:
    """Starts the actors, waits, drains."""

    def __init__(
        self, ray: Any, fleet: Fleet, core: CoreSettings, settings: EngineSettings
    ) -> None:
        actor = ray.remote(FleetEngine).options(**fleet.options())
        self._ray, self._drain_seconds = ray, settings.drain_seconds
        self._actors = [actor.remote(core, settings, str(Path.cwd())) for _ in range(fleet.size)]
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        _log.info("the fleet is at work", engines=len(self._actors))
        keepers = [
            asyncio.create_task(task(actor))
            for actor in self._actors
            for task in (self._keep, self._watch)
        ]
        await self._stopping.wait()
        _log.info("the fleet drains", grace_seconds=self._drain_seconds)
        for actor in self._actors:
            actor.stop.remote()
        _, late = await asyncio.wait(keepers, timeout=self._drain_seconds + GOODBYE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        for actor in self._actors:
            self._ray.kill(actor)

    async def _keep(self, actor: Any) -> None:
        """Run an engine, and restart it however it ended."""
        while not self._stopping.is_set():
            try:
                await actor.run.remote()
            except Exception as error:  # of the engine, or of Ray while it restarts the actor
                _log.error("an engine failed and is run again", reason=str(error).splitlines()[-1])
                await _wait(self._stopping, RESTART_SECONDS)

    async def _watch(self, actor: Any) -> None:
        """Kill an actor that was there and answers no more; Ray starts it anew."""
        clock, answered = AwakeClock(2 * PING_SECONDS), None
        while not self._stopping.is_set():
            await _wait(self._stopping, PING_SECONDS)
            clock.tick()
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await actor.ping.remote()
            except TimeoutError:
                if answered is not None and clock.now - answered > SILENT_SECONDS:
                    _log.error("an engine does not answer: killed")
                    self._ray.kill(actor, no_restart=False)
                    answered = None
            except Exception:  # it has died, which `_keep` sees to
                answered = None
            else:
                answered = clock.now


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
