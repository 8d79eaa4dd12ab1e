"""The queue's benchmark measures what it says, and its relay is as slow as it says."""

import asyncio
import time
from pathlib import Path

import pytest

from benchmarks.queue.__main__ import (
    Figures,
    Options,
    as_markdown,
    line_of,
    measure,
    process,
)
from ganshare.testing import TIMEOUT

FIGURES = Figures("SQLite", (0.01, 0.02), (0.003, 0.0041), 123.4, (0.001, 0.002))


def test_the_table_has_a_row_for_each_database() -> None:
    text = as_markdown([FIGURES], Options(), load=0.5)
    assert "| SQLite | 10.0 / 20.0 | 3.0 / 4.1 | 1.0 / 2.0 | 123 |" in text
    assert "load average 0.5" in text


async def test_the_relay_delays_each_direction(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data.upper())
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_unix_server(answer, tmp_path / "socket")
    with process("benchmarks.queue.delay", str(tmp_path / "socket"), "0.1") as relay:
        port = int(await asyncio.to_thread(line_of, relay))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        started = time.monotonic()
        writer.write(b"a")
        await asyncio.sleep(0.05)
        writer.write(b"b")  # does not wait for the first one's answer
        assert await reader.readexactly(2) == b"AB"
        assert time.monotonic() - started >= 0.25
        writer.close()
        await writer.wait_closed()
        await asyncio.wait_for(ended.wait(), TIMEOUT)  # the end of the line travels, too
    server.close()
    await server.wait_closed()


@pytest.mark.slow
async def test_a_short_run_gives_figures(tmp_path: Path) -> None:
    options = Options(repeats=2, engines=2, seconds=0.5)
    figures = await measure("SQLite", f"sqlite+aiosqlite:///{tmp_path}/store.db", options)
    assert 0 < figures.submit_to_claimed[0] < 5
    assert 0 < figures.beat_to_bot[0] < 5
    assert 0 < figures.place[0] < 1
    assert figures.claims_per_second > 2
