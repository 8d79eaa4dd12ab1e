"""Test harness of the Telegram frontend: a stand-in, a store, a fake engine, a bot."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import open_front
from bot.telegram.frontend import run_telegram
from bot.testing.fake_engine import FakeEngine
from bot.testing.telegram_server import TelegramServer
from bot.testing.telegram_world import TelegramWorld
from ganshare.blobs import Blobs, open_blobs
from ganshare.domain.jobs import Job
from ganshare.settings import BotSettings, CoreSettings
from ganshare.store import Store, open_store
from ganshare.testing import TIMEOUT, make_report

__all__ = ["TelegramHarness", "open_telegram_harness"]


@dataclass
class TelegramHarness:
    """A Telegram, a store with a fake engine at work, and a bot between them."""

    telegram: TelegramServer
    store: Store
    blobs: Blobs
    engine: FakeEngine
    environment: dict[str, str]

    @property
    def world(self) -> TelegramWorld:
        """What the Telegram knows."""
        return self.telegram.world

    @property
    def log(self) -> str:
        """What the bot's process has said."""
        return Path(self.environment["LOG"]).read_text("utf-8")

    async def claim(self) -> Job:
        """The next job, as soon as it is there."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                try:
                    return await self.engine.claim()
                except LookupError:
                    await asyncio.sleep(0.02)

    async def until(self, true: Callable[[], Awaitable[object]], seconds: float = TIMEOUT) -> None:
        """Look again and again until it is true; TimeoutError if it does not get true."""
        async with asyncio.timeout(seconds):
            while not await true():  # noqa: ASYNC110 - nobody would set an event for us
                await asyncio.sleep(0.02)

    async def acknowledged(self, job: Job, seconds: float = TIMEOUT) -> None:
        """Wait until the bot has shown all there is of a job."""

        async def seen() -> bool:
            found = await self.store.queue.get(job.id)
            return found is not None and found.state.over and found.seen == found.revision

        await self.until(seen, seconds)

    @staticmethod
    def free_port() -> int:
        """Give a port that nobody listens on."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            return int(free.getsockname()[1])

    def process(self) -> "subprocess.Popen[bytes]":
        """Start a bot as a process of its own."""
        with Path(self.environment["LOG"]).open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                env=os.environ | self.environment,
                stdout=log,
                stderr=log,
            )

    @asynccontextmanager
    async def bot(self, **settings: Any) -> AsyncIterator[None]:
        """Run a bot in this process; it talks over HTTP all the same."""
        core, own = (
            {
                name.removeprefix(prefix).lower(): value
                for name, value in self.environment.items()
                if name.startswith(prefix)
            }
            for prefix in ("GANSHARE_", "BOT_")
        )
        bot_settings = BotSettings.model_validate(own | settings)
        core_settings = CoreSettings.model_validate(core)
        async with open_front(core_settings, bot_settings) as front:
            running = asyncio.create_task(run_telegram(front, bot_settings))
            commands_listed = self.world.until(lambda: len(self.world.commands) >= 8)
            listed = asyncio.create_task(commands_listed)
            await asyncio.wait({running, listed}, return_when=asyncio.FIRST_COMPLETED)
            try:
                yield
                if running.done():
                    running.result()
            finally:
                for task in (running, listed):
                    task.cancel()
                await asyncio.gather(running, listed, return_exceptions=True)


@asynccontextmanager
async def open_telegram_harness(
    telegram: TelegramServer, folder: Path
) -> AsyncIterator[TelegramHarness]:
    """Start a harness with its store and blobs in a folder."""
    environment = {
        **telegram.environment,
        "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/store.db",
        "GANSHARE_BLOBS_URL": f"file://{folder}/blobs",
        "GANSHARE_LOG": "json",
        "LOG": str(folder / "log"),
    }
    blobs = open_blobs(environment["GANSHARE_BLOBS_URL"])
    async with open_store(environment["GANSHARE_DATABASE_URL"], migrate=True) as store:
        await store.queue.report_engine(make_report(id="fake-engine"))
        yield TelegramHarness(telegram, store, blobs, FakeEngine(store, blobs), environment)
