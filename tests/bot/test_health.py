"""A bot's health: it answers while the bot runs, and says what is away."""

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.testing.telegram_harness import open_telegram_harness
from bot.testing.telegram_server import telegram_server
from ganshare.testing import TIMEOUT

pytestmark = pytest.mark.heavy


async def test_a_bot_is_healthy_and_ready_until_its_blobs_are_away(tmp_path: Path) -> None:
    async with telegram_server() as telegram, open_telegram_harness(telegram, tmp_path) as harness:
        port = harness.free_port()
        listen = {"BOT_HEALTH_LISTEN": f"127.0.0.1:{port}"}
        harness = replace(harness, environment=harness.environment | listen)
        process = harness.process()
        try:
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", timeout=TIMEOUT
            ) as client:

                async def is_ready(wanted: int) -> bool:
                    try:
                        return (await client.get("/readyz")).status_code == wanted
                    except httpx.TransportError:  # it is not yet listening
                        return False

                await harness.until(lambda: is_ready(200))
                assert (await client.get("/healthz")).json()["alive"] is True
                assert "ganshare_" in (await client.get("/metrics")).text
                shutil.rmtree(tmp_path / "blobs")
                (tmp_path / "blobs").write_text("no folder", "utf-8")
                await harness.until(lambda: is_ready(503))
                checks = json.loads((await client.get("/readyz")).text)["checks"]
                assert (checks["store"]["ok"], checks["blobs"]["ok"]) == (True, False)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, TIMEOUT)
        assert process.returncode == 0, harness.log
