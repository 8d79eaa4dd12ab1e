"""Serves the web page with uvicorn until the process is stopped; open streams end first."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from bot.app import Front
from bot.web.app import web_app
from bot.web.connections import ConnectionLimits, limited_protocol, raise_descriptors
from bot.web.round_tasks import keep_rounds
from ganshare.errors import SettingsError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.settings import BotSettings

__all__ = ["WebServer", "run_web"]

GRACE_SECONDS = 5
IDLE_SECONDS = 20  # an open connection without a request
BACKLOG = 512

_log = get_logger(__name__)


class _Server(uvicorn.Server):
    """Ends the streams first: uvicorn waits for answers that are under way."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process, which may run more than this server."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests, and see those through that are under way."""
        self.config.app.state.site.follower.close()  # type: ignore[union-attr]  # it is ours
        await super().shutdown(sockets)


class WebServer:
    """The page at BOT_WEB_LISTEN; the address is taken at once, and served by `run`.

    Raises:
        SettingsError: BOT_WEB_LISTEN is off.
        WorldError: the address cannot be had.
    """

    def __init__(self, front: Front, settings: BotSettings) -> None:
        self._socket = _open_socket(settings)
        host, port = self._socket.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        limits = ConnectionLimits(raise_descriptors(), proxies=settings.web_proxies)
        self._server = _Server(
            uvicorn.Config(
                web_app(front, settings),
                log_config=None,
                access_log=False,  # addresses of people, and sign-in tokens
                server_header=False,
                http=limited_protocol(limits),
                proxy_headers=False,  # the application believes those of BOT_WEB_PROXIES only
                lifespan="off",
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
                h11_max_incomplete_event_size=64 * 1024,
            )
        )

    async def run(self) -> None:
        """Serve until `stop`, or until it is cancelled; both let what is under way end."""
        with self._socket:
            serving = asyncio.ensure_future(self._server.serve(sockets=[self._socket]))
            try:
                await asyncio.shield(serving)
            except asyncio.CancelledError:
                self.stop()
                await serving
                raise

    def stop(self) -> None:
        """Let `run` end, once the running requests are answered."""
        self._server.should_exit = True


async def run_web(front: Front, settings: BotSettings) -> None:
    """Serve the page until the process is stopped; raises what `WebServer` does."""
    server = WebServer(front, settings)
    _log.info("serving the page", url=settings.web_url or server.url)
    keeping = asyncio.ensure_future(keep_rounds(front))
    try:
        await server.run()
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def _open_socket(settings: BotSettings) -> socket.socket:
    listen = settings.web_listen
    if listen is None:
        raise SettingsError("BOT_WEB_LISTEN is off; it must be HOST:PORT to serve the page.")
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    try:
        return socket.create_server((listen.host, listen.port), family=family, backlog=BACKLOG)
    except OSError as error:
        message = f"The page cannot be served at {listen}: {error.strerror or error}; "
        raise WorldError(f"{message}choose another address with BOT_WEB_LISTEN.") from error
