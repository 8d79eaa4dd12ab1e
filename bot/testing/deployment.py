"""A whole deployment: stand-ins of both platforms, the page, engine and bots as processes.

For tests of the whole, and for measuring it.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bot.testing.accounts import Account, Asked, DiscordAccount, TelegramAccount
from bot.testing.browser import Browser, until
from bot.testing.discord_server import DiscordServer, discord_server
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import someone
from bot.testing.telegram_server import TelegramServer, telegram_server
from ganshare.blobs import Blobs, open_blobs
from ganshare.domain.jobs import Artwork, Job
from ganshare.store import Store, open_store

__all__ = ["Deployment", "PageUser", "come", "open_deployment", "running"]


@dataclass
class Deployment:
    """Both platforms, all processes, and what was seen."""

    discord: DiscordServer
    telegram: TelegramServer
    store: Store
    blobs: Blobs
    url: str
    engine: psutil.Process
    asked: dict[str, Asked] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    def newcomer(self, platform: str) -> Account:
        """A new user, in a place of their own."""
        if platform == "telegram":
            person = someone(self.telegram.world, "Ann")
            return TelegramAccount(person, person.chat)
        world = self.discord.world
        guild = next(iter(world.guilds.values()), None) or world.guild()
        return DiscordAccount(self.discord.people.join("Ada", world.channel(guild)))

    async def newest(self, account: Account) -> Job:
        """Their newest job that is not over."""
        return (await self.store.queue.active(account.person))[-1]

    async def artwork(self, platform: str) -> Artwork:
        """What became of the painting that was asked for first."""
        job = await self.store.queue.get(self.jobs[platform].id)
        artwork = await self.store.gallery.get(job.artwork or "") if job else None
        if artwork is None:
            raise LookupError(platform)
        return artwork


async def come(
    true: Callable[[], Awaitable[Any]],
    processes: Mapping[Path, "subprocess.Popen[bytes]"],
    seconds: float,
) -> Any:
    """Poll until it is true; raises RuntimeError with the log of a process that died meanwhile."""
    async with asyncio.timeout(seconds):
        while not (found := await true()):
            for log, process in processes.items():
                if process.poll() is not None:
                    raise RuntimeError(log.read_text("utf-8")[-3000:])
            await asyncio.sleep(0.1)
    return found


@contextmanager
def running(
    folder: Path, environment: Mapping[str, str], *programs: str
) -> Iterator[dict[Path, "subprocess.Popen[bytes]"]]:
    """Run programs such as "bot run"; gives each process by the path of its log."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("BOT_", "GANSHARE_"))}
    with contextlib.ExitStack() as stack:
        processes = {}
        for program in programs:
            log = folder / f"{program.replace(' ', '-')}.log"
            process = subprocess.Popen(
                [sys.executable, "-m", *program.split()],
                env={**mine, **environment},
                stdout=stack.enter_context(log.open("wb")),
                stderr=subprocess.STDOUT,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes[log] = process
        yield processes


@asynccontextmanager
async def open_deployment(folder: Path, seconds: float) -> AsyncIterator[Deployment]:
    """Start everything in a folder; `seconds` is how long that may take.

    Raises:
        RuntimeError: a process has died, or had something to complain about.
    """
    port = TelegramHarness.free_port()
    url, blobs = f"sqlite+aiosqlite:///{folder}/ganshare.db", f"file://{folder}/blobs"
    async with (
        discord_server() as discord,
        telegram_server() as telegram,
        open_store(url, migrate=True) as store,
    ):
        environment = {
            **discord.environment,
            **telegram.environment,
            "GANSHARE_DATABASE_URL": url,
            "GANSHARE_BLOBS_URL": blobs,
            "GANSHARE_LOG": "json",
            "BOT_WEB_LISTEN": f"127.0.0.1:{port}",
            "BOT_WEB_GUESTS_PER_DAY": "10",
            "ENGINE_HEALTH_LISTEN": "off",
            "ENGINE_DRAIN_SECONDS": "0",
            "ENGINE_BATCH": "2",  # as many as it computes at once, so that a third job waits
        }
        with running(folder, environment, "engine run", "bot run", "bot web") as processes:

            async def all_are_there() -> bool:
                listed = discord.gateway.connected and len(telegram.world.commands) >= 8
                return bool(listed and await store.queue.engines())

            await come(all_are_there, processes, seconds)
            engine = next(each for log, each in processes.items() if "engine" in log.name)
            page = f"http://127.0.0.1:{port}"
            deployment = Deployment(
                discord, telegram, store, open_blobs(blobs), page, psutil.Process(engine.pid)
            )
            yield deployment
            logs = [log.read_text("utf-8") for log in processes]
            if any(each.poll() is not None for each in processes.values()):
                raise RuntimeError("\n".join(log[-3000:] for log in logs))
            for log in logs:
                if "Traceback" in log:
                    raise RuntimeError(log[log.index("Traceback") :][:3000])


@dataclass
class PageUser:
    """A user of the page; Chromium is driven from a thread."""

    browser: Browser
    frames: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)

    def paint(self, prompt: str, seed: str) -> None:
        """Ask for a painting."""
        self.browser.look()
        self.browser.get("/")
        self.browser.find("#prompt").send_keys(prompt)
        self.browser.find("details summary").click()
        self.browser.find("#seed").send_keys(seed)
        self.browser.find("#prompt").submit()
        until(lambda: self.browser.path.startswith("/jobs/"))
        self.titles.add(self.browser.find("[data-title]").text)

    def watch(self) -> bool:
        """Look at the page; False once the finished painting stands there."""
        if not self.browser.path.startswith("/jobs/"):
            return not self.browser.path.startswith("/paintings/")
        with contextlib.suppress(Exception):  # the page may turn into the next one at any moment
            frame, title = self.browser.run("""
                const frame = document.querySelector("[data-frame]");
                return [frame?.hidden ? "" : frame?.getAttribute("src") ?? "",
                        document.querySelector("[data-title]")?.textContent ?? ""];
            """)
            self.frames |= {frame} - {""}
            self.titles |= {title} - {""}
        return True
