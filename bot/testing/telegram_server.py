"""A Bot API on loopback for tests; real clients talk to it over HTTP, from any process."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.testing.telegram_methods import Methods, Upload
from bot.testing.telegram_refusals import TelegramRefusal
from bot.testing.telegram_spec import find_specification
from bot.testing.telegram_world import TOKEN, Request, TelegramWorld

__all__ = ["TelegramServer", "telegram_server"]

_SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name
_SECONDS_TO_RETRY = 0.2  # the real one waits longer


class TelegramServer:
    """The stand-in: `world` is what it knows, `base_url` where it is."""

    def __init__(self, world: TelegramWorld) -> None:
        self.world = world
        self.token = TOKEN
        self.methods = Methods(world)
        self._server: uvicorn.Server | None = None
        self._port = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._download),
            ]
        )

    @property
    def environment(self) -> dict[str, str]:
        """The settings that point an unmodified bot here."""
        return {
            "BOT_TELEGRAM_TOKEN": self.token,
            "BOT_TELEGRAM_BASE_URL": f"http://127.0.0.1:{self._port}/bot",
            "BOT_TELEGRAM_BASE_FILE_URL": f"http://127.0.0.1:{self._port}/file/bot",
        }

    async def start(self) -> None:
        """Listen; after `cut`, at the same port again."""
        listening = socket.create_server(("127.0.0.1", self._port), backlog=512)
        self._port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app, log_config=None, access_log=False, lifespan="off", ws="none", http="h11"
        )
        self._server = _Server(config)
        self._tasks = [
            asyncio.create_task(self._server.serve(sockets=[listening])),
            asyncio.create_task(self._post_updates()),
        ]
        while not self._server.started:  # noqa: ASYNC110  # uvicorn sets no event
            await asyncio.sleep(0.005)

    async def cut(self) -> None:
        """Be gone in the middle of everything, as when a cable is pulled."""
        if self._server is None:
            return
        serving, posting = self._tasks
        for server in self._server.servers:
            server.close()
        for connection in list(self._server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in list(self._server.server_state.tasks):
            task.cancel()
        self._server.should_exit = self._server.force_exit = True
        posting.cancel()
        serving.cancel()
        await asyncio.gather(serving, posting, return_exceptions=True)
        self._server = None

    # --- what clients ask -------------------------------------------------------------------

    async def _call(self, http: HttpRequest) -> Response:
        try:
            form, files = await _parts(http)
        except ClientDisconnect:
            return Response(status_code=400)
        method = http.path_params["method"]
        specification = find_specification()
        faults = specification.faults(method, form, files) if specification else []
        sizes = {name: len(upload.content) for name, upload in files.items()}
        request = Request(time.monotonic(), method, form, sizes, faults)
        self.world.requests.append(request)
        try:
            self._check(http.path_params["token"])
            result = await self.methods.call(method, form, files)
        except asyncio.CancelledError:  # `cut`: nobody is there to be answered
            return Response(status_code=502)
        except TelegramRefusal as refusal:
            request.code = refusal.code
            await self.world.notify()
            return JSONResponse(refusal.to_json(), refusal.code)
        request.code = 200
        return JSONResponse({"ok": True, "result": result})

    def _check(self, token: str) -> None:
        if token != self.token:
            raise TelegramRefusal(401, "Unauthorized")

    async def _download(self, http: HttpRequest) -> Response:
        wanted = http.path_params["path"]
        for path, content in self.world.files.values():
            if path == wanted and http.path_params["token"] == self.token:
                return Response(content, media_type="application/octet-stream")
        return JSONResponse(TelegramRefusal(404, "Not Found").to_json(), 404)

    # --- webhook ----------------------------------------------------------------------------

    async def _post_updates(self) -> None:
        """Post updates to the webhook, where there is one, until it answers with 200."""
        under_way: dict[int, asyncio.Task[None]] = {}
        async with httpx.AsyncClient(timeout=30) as client:
            while True:
                await self.world.until(lambda: self._fresh(under_way), 1e6)
                for update in self._fresh(under_way):
                    posting = self._post(client, update)
                    under_way[update["update_id"]] = asyncio.create_task(posting)

    def _fresh(self, under_way: Mapping[int, "asyncio.Task[None]"]) -> list[dict[str, Any]]:
        if not self.world.webhook["url"]:
            return []
        return [each for each in self.world.pending if each["update_id"] not in under_way]

    async def _post(self, client: httpx.AsyncClient, update: dict[str, Any]) -> None:
        hook = self.world.webhook
        while update in self.world.pending:
            with contextlib.suppress(httpx.HTTPError):
                headers = {_SECRET: hook["secret_token"]} if hook["secret_token"] else {}
                answer = await client.post(hook["url"], json=update, headers=headers)
                if answer.status_code == 200:
                    self.world.pending.remove(update)
                    self.world.confirmed.append(update["update_id"])
                    await self.world.notify()
                    return
            await asyncio.sleep(_SECONDS_TO_RETRY)


class _Server(uvicorn.Server):
    """Leaves Ctrl-C to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def telegram_server(**limits: int) -> AsyncIterator[TelegramServer]:
    """Run the stand-in for a while; the limits are those of `TelegramWorld`."""
    server = TelegramServer(TelegramWorld(**limits))
    await server.start()
    try:
        yield server
    finally:
        await server.cut()


async def _parts(http: HttpRequest) -> tuple[dict[str, str], dict[str, Upload]]:
    """Read a request's form: texts and files."""
    texts, files = dict(http.query_params), {}
    async with http.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                kind = value.content_type or "application/octet-stream"
                files[name] = Upload(value.filename or name, kind, await value.read())
            else:
                texts[name] = value
    return texts, files
