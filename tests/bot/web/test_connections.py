"""Half-sent requests: they end at a deadline, and keep nobody else from the page."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from structlog.testing import capture_logs

from bot.web.connections import ConnectionLimits, limited_protocol
from ganshare.testing import TIMEOUT

WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 32 * 1024**2  # more than the buffers of a socket have room for
HALF = b"GET / HTTP/1.1\r\nHost: x\r\n"
HALF_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"


async def answer(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    if scope["path"] == "/large":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(LARGE)})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


@asynccontextmanager
async def served(limits: ConnectionLimits) -> AsyncIterator[int]:
    config = uvicorn.Config(
        answer, host="127.0.0.1", port=0, http=limited_protocol(limits), log_config=None,
        lifespan="off", timeout_keep_alive=int(TIMEOUT), timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = asynccontextmanager  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(server._serve())
    async with asyncio.timeout(TIMEOUT):
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def send(port: int, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await writer.drain()
    return reader, writer


async def is_served(port: int) -> bool:
    reader, writer = await send(port, WHOLE)
    line = await reader.readline()
    writer.close()
    return line.startswith(b"HTTP/1.1 200")


async def until_cut_off(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(TIMEOUT):
        with contextlib.suppress(ConnectionError):
            await reader.read()


async def test_who_sends_half_a_request_is_cut_off_at_the_deadline() -> None:
    limits = ConnectionLimits(100, head_seconds=0.3, body_seconds=0.6)
    async with served(limits) as port:
        for data in (b"", HALF, HALF_BODY):
            reader, writer = await send(port, data)
            await until_cut_off(reader)
            writer.close()


async def test_a_second_request_on_a_connection_has_a_deadline_too() -> None:
    async with served(ConnectionLimits(100, head_seconds=0.3)) as port:
        reader, writer = await send(port, WHOLE)
        assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.5)  # idle between two requests is none of its business
        writer.write(HALF)
        await until_cut_off(reader)
        writer.close()


async def test_who_reads_nothing_is_cut_off_and_who_reads_slowly_is_not() -> None:
    limits = ConnectionLimits(100, read_seconds=1.0)
    async with served(limits) as port:
        reader, writer = await send(port, WHOLE.replace(b"/ ", b"/large "))
        async with asyncio.timeout(TIMEOUT):
            while limits._count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        writer.close()
        reader, writer = await send(port, WHOLE.replace(b"/ ", b"/large "))
        taken = 0
        async with asyncio.timeout(TIMEOUT):
            while taken < LARGE and (data := await reader.read(2 * 1024**2)):
                taken += len(data)
                await asyncio.sleep(0.05)  # for longer than one may read nothing
        assert taken >= LARGE
        writer.close()


async def test_a_thousand_half_sent_requests_keep_nobody_from_the_page() -> None:
    async with served(ConnectionLimits(10_000, per_address=50)) as port:
        with capture_logs() as logs:
            halves = [await send(port, HALF) for _ in range(200)]
            assert await is_served(port)
        assert len(logs) == 1  # however many were refused
        for _, writer in halves:
            writer.close()


async def test_the_page_has_room_for_so_many_and_proxies_for_all_of_them() -> None:
    limits = ConnectionLimits(30, per_address=5, proxies=("127.0.0.1",))
    async with served(limits) as port:
        halves = [await send(port, HALF) for _ in range(60)]
        assert await is_served(port)
        assert limits._count <= 30
        for _, writer in halves:
            writer.close()
