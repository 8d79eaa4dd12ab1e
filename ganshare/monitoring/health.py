"""Serves /healthz, /readyz and /metrics of a process, from a separate thread.

The thread answers even while the process computes. /healthz is about this process alone (does its
main loop still tick? if not, restart it); /readyz is about what it needs (store, blobs, models: if
not, wait). Checks run on the loop that started the server, since database connections belong to
one loop; a loop that is stuck is therefore not ready, either.
"""

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ganshare.errors import GanshareError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.monitoring.metrics import Metrics
from ganshare.settings import Listen
from ganshare.settings.masking import mask_urls_within

__all__ = ["Check", "HealthServer", "Pulse"]

DEFAULT_PORTS = 16  # that are tried, from the default on, where nobody chose one

_log = get_logger(__name__)


class Pulse:
    """The sign of life of a main loop, which calls `tick` as it goes round; any thread may.

    Args:
        max_silence: seconds without a tick after which the loop counts as stuck.
        clock: of the seconds.
    """

    def __init__(self, max_silence: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_silence = max_silence
        self._clock = clock
        self._ticked = clock()

    def tick(self) -> None:
        """Say: still here."""
        self._ticked = self._clock()

    @property
    def silence(self) -> float:
        """Seconds since the last tick."""
        return self._clock() - self._ticked

    @property
    def alive(self) -> bool:
        """Whether the loop ticked recently enough."""
        return self.silence <= self.max_silence


@dataclass(frozen=True)
class Check:
    """One thing that a process needs before it can work.

    Args:
        name: in the answer: "store", "blobs", "models".
        probe: returns if all is well, raises if not; a `GanshareError`'s sentence is shown.
        seconds: how long it may take.
    """

    name: str
    probe: Callable[[], Awaitable[object]]
    seconds: float = 2.0

    async def run(self) -> dict[str, Any]:
        """Give {"ok": ..., "seconds": ...}, and "why" if it is not."""
        began = time.monotonic()
        why = await self._why_not()
        result: dict[str, Any] = {
            "ok": why is None,
            "seconds": round(time.monotonic() - began, 3),
        }
        return result if why is None else {**result, "why": why}

    async def _why_not(self) -> str | None:
        try:
            async with asyncio.timeout(self.seconds):
                await self.probe()
        except TimeoutError:
            return f"No answer within {self.seconds:g} s."
        except GanshareError as error:
            return mask_urls_within(str(error))
        except Exception as error:  # whatever it is, the process is not ready
            return f"Failed with {type(error).__name__}."
        return None


class HealthServer:
    """The three endpoints, served while `async with` holds it.

    Args:
        listen: where; port 0 takes a free one, `port` says which.
        metrics: shown at /metrics.
        pulse: of the main loop, for /healthz.
        checks: for /readyz; all run at the same time.
        setting: the setting that chose `listen`, named if the port is taken.
        is_chosen: whether `listen` was set. A default gives way where the port is taken:
            the next free one is taken, or none, with a warning.

    Raises:
        WorldError: on entering, if a port that was chosen cannot be had.
    """

    def __init__(
        self,
        listen: Listen,
        metrics: Metrics,
        pulse: Pulse,
        checks: Sequence[Check] = (),
        setting: str = "ENGINE_HEALTH_LISTEN",
        *,
        is_chosen: bool = True,
    ) -> None:
        self._listen = listen
        self.port = listen.port
        self._metrics = metrics
        self._pulse = pulse
        self._checks = tuple(checks)
        self._setting, self._is_chosen = setting, is_chosen
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket: socket.socket | None = None
        app = Starlette(
            routes=[
                Route("/healthz", self._healthz),
                Route("/readyz", self._readyz),
                Route("/metrics", self._show_metrics),
            ]
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=1,
                # One protocol that is installed everywhere; no websockets here.
                http="h11",
                ws="none",
            )
        )
        self._thread = threading.Thread(target=self._serve, name="health", daemon=True)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._socket = self._take_port()
        if self._socket is not None:
            self.port = int(self._socket.getsockname()[1])
            self._thread.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._socket is None:
            return
        self._server.should_exit = True
        # The loop goes on meanwhile, so that a check under way can end.
        await asyncio.to_thread(self._thread.join, 5)

    def _take_port(self) -> socket.socket | None:
        if self._is_chosen:
            return _bind(self._listen, self._setting)
        first = self._listen.port
        for port in range(first, min(first + DEFAULT_PORTS, 65536)):
            try:
                bound = _bind(replace(self._listen, port=port), self._setting)
            except WorldError as error:
                why = error
                continue
            if port != first:
                _log.warning(f"port {first} is taken; health is served at port {port} instead")
            return bound
        _log.warning(f"health is not served: {why}")
        return None

    def _serve(self) -> None:
        if self._socket is not None:
            self._server.run(sockets=[self._socket])

    async def _healthz(self, request: Request) -> Response:
        alive = self._pulse.alive
        return JSONResponse(
            {
                "alive": alive,
                "silent_seconds": round(self._pulse.silence, 3),
                "allowed_seconds": self._pulse.max_silence,
            },
            status_code=200 if alive else 503,
        )

    async def _readyz(self, request: Request) -> Response:
        results = await asyncio.gather(*map(self._run, self._checks))
        checks = dict(zip((check.name for check in self._checks), results, strict=True))
        ready = self._pulse.alive and all(result["ok"] for result in results)
        body = {"ready": ready, "alive": self._pulse.alive, "checks": checks}
        return JSONResponse(body, status_code=200 if ready else 503)

    async def _run(self, check: Check) -> dict[str, Any]:
        """Run one check on the main loop; a little later than its own limit, give the loop up."""
        if self._loop is None or self._loop.is_closed():
            return {"ok": False, "seconds": 0.0, "why": "The main loop has ended."}
        future = asyncio.run_coroutine_threadsafe(check.run(), self._loop)
        try:
            async with asyncio.timeout(check.seconds + 0.5):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            why = f"The main loop did not run this check within {check.seconds + 0.5:g} s."
            return {"ok": False, "seconds": check.seconds + 0.5, "why": why}

    async def _show_metrics(self, request: Request) -> Response:
        return Response(self._metrics.text(), media_type=self._metrics.content_type)


def _bind(listen: Listen, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((listen.host, listen.port))
        bound.listen(64)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            why = "is taken by another process"
        else:
            why = f"cannot be listened on ({error.strerror or error})"
        raise WorldError(
            f"{listen} {why}; choose another HOST:PORT with {setting}, or off.",
            given=str(listen),
        ) from error
    bound.setblocking(False)
    return bound
