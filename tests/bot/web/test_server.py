"""Serving: an address that cannot be had is one sentence, and a signal ends it with pages open."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.web.server import run_web
from ganshare.domain.jobs import JobRequest
from ganshare.errors import SettingsError, WorldError
from ganshare.settings import BotSettings, Listen
from ganshare.store import open_store
from ganshare.testing import MODEL, TIMEOUT, running_process

pytestmark = pytest.mark.heavy


async def test_an_address_that_is_taken_is_one_sentence(place: Any) -> None:
    async with place.served() as url:
        taken = Listen("127.0.0.1", int(url.rpartition(":")[2]))
        with pytest.raises(WorldError, match=r"cannot be served at 127.*BOT_WEB_LISTEN"):
            await run_web(place.front, BotSettings(web_listen=taken))


async def test_a_page_that_is_off_is_one_sentence(place: Any) -> None:
    with pytest.raises(SettingsError, match="BOT_WEB_LISTEN is off"):
        await run_web(place.front, BotSettings(web_listen=None))


async def test_sigterm_ends_the_process_although_pages_are_open(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    async with open_store(url, migrate=True) as store:
        submitted = await store.queue.submit(
            "web:x", "web", JobRequest("an owl", 1, MODEL), key="1"
        )
    environment = {
        "GANSHARE_DATABASE_URL": url,
        "GANSHARE_BLOBS_URL": f"file://{tmp_path}/blobs",
        "BOT_WEB_LISTEN": "127.0.0.1:0",
        "GANSHARE_LOG": "json",
    }
    async with (
        running_process(
            *(sys.executable, "-m", "bot", "web"),
            cwd=tmp_path,
            env={**os.environ, **environment},
            stderr=asyncio.subprocess.PIPE,
        ) as process,
        asyncio.timeout(TIMEOUT),
    ):
        assert process.stderr is not None
        line = await process.stderr.readline()
        base = re.search(rb"http://[0-9.:]+", line)
        assert base, line
        stream = f"{base[0].decode()}/jobs/{submitted.job.id}/events"
        client = httpx.AsyncClient(timeout=TIMEOUT)
        async with client, client.stream("GET", stream) as answer:
            assert answer.status_code == 200
            lines = answer.aiter_lines()
            assert (await anext(lines)).startswith("retry:")
            process.send_signal(signal.SIGTERM)
            told = await process.stderr.read()
        assert await process.wait() == 0, told
    assert b"Traceback" not in told
    assert submitted.job.id.encode() not in told
