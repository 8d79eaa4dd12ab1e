"""A Discord on loopback, a bot on it with real store and blobs, and an engine that only pretends.

The engine claims, beats and publishes as real ones do; its pictures are plain colours.
"""

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from discord.http import Route
from PIL import Image

from bot.app import Front, open_front
from bot.core.delivery.vote_counts import VoteCounts
from bot.discord.endpoints import OFFICIAL_API
from bot.discord.frontend import run_discord
from bot.testing.discord_people import DiscordUser
from bot.testing.discord_server import DiscordServer, discord_server
from bot.testing.discord_world import Channel, Interaction, Posted
from ganshare.blobs import Blobs, picture_key, preview_key, thumbnail_key
from ganshare.domain.jobs import Artwork, Job
from ganshare.settings import BotSettings, CoreSettings
from ganshare.store import Store
from ganshare.testing import MODEL, TIMEOUT, make_artwork, make_report


def picture(side: int = 64, form: str = "PNG", shade: int = 120) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), (shade, 90, 200)).save(out, form)
    return out.getvalue()


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and changes follow each other ten times as fast, but where they are counted."""
    if request.node.get_closest_marker("slow") is None:
        monkeypatch.setitem(Front.delivery.__kwdefaults__, "pace", 0.3)
        monkeypatch.setitem(VoteCounts.__init__.__kwdefaults__, "look", 0.15)
        monkeypatch.setattr("bot.core.rounds.scheduler.LOOK_SECONDS", 0.2)


@dataclass
class ScriptedEngine:
    """An engine under a test's control."""

    store: Store
    blobs: Blobs
    name: str = "engine-1"

    async def report(self) -> None:
        await self.store.queue.report_engine(make_report(id=self.name))

    async def claim(self, seconds: float = TIMEOUT) -> Job:
        async with asyncio.timeout(seconds):
            while True:
                if jobs := await self.store.queue.claim(
                    self.name, models=[MODEL], max_area=512 * 512
                ):
                    return jobs[0]
                await asyncio.sleep(0.02)

    async def step(self, job: Job, step: int) -> None:
        key = preview_key(job.id, job.attempt, step)
        await self.blobs.put(key, picture(32, "JPEG", shade=step % 250))
        await self.store.queue.beat(job, step=step, loss=1.0 / step, preview=key)

    async def finish(self, job: Job, png: bytes | None = None) -> Artwork:
        key, small = picture_key(job.id, job.attempt), thumbnail_key(job.id, job.attempt)
        await self.blobs.put(key, png or picture())
        await self.blobs.put(small, picture(32, "JPEG"))
        artwork = await self.store.queue.finish(job, make_artwork(blob=key, preview=small))
        assert artwork is not None
        return artwork

    async def paint(self) -> tuple[Job, Artwork]:
        job = await self.claim()
        return job, await self.finish(job)


@dataclass
class Stage:
    """Discord, the bot's settings, its store, an engine and people."""

    discord: DiscordServer
    core: CoreSettings
    settings: BotSettings
    front: Front
    channel: Channel
    engine: ScriptedEngine
    _bots: list["asyncio.Task[None]"] = field(default_factory=list)

    def join(self, name: str = "Ada", **values: Any) -> DiscordUser:
        return self.discord.people.join(name, self.channel, **values)

    async def start_bot(self) -> None:
        bot = asyncio.create_task(run_discord(self.front, self.settings))
        self._bots.append(bot)
        await self.discord.gateway.wait_connected()

    async def stop_bot(self) -> None:
        for bot in self._bots:
            bot.cancel()
        await asyncio.gather(*self._bots, return_exceptions=True)
        self._bots.clear()

    async def shows(self, text: str, seconds: float = TIMEOUT, count: int = 1) -> Posted:
        """Wait for a message in the channel whose embed has this text."""

        def found() -> Posted | None:
            those = [each for each in self.channel.alive if text in str(each.embed)]
            return those[-1] if len(those) >= count else None

        posted: Posted = await self.discord.people.until(found, seconds)
        return posted

    async def all_is_shown(self, seconds: float = TIMEOUT) -> None:
        """Wait until nothing is left to be shown."""
        async with asyncio.timeout(seconds):
            while await self.front.store.queue.inbox("discord"):  # noqa: ASYNC110  # of another process
                await asyncio.sleep(0.05)

    def private_word(self, interaction: Interaction) -> Posted | None:
        """What only whoever made an interaction was told, once it is said."""
        numbers = [interaction.original, *interaction.followups]
        those = [self.channel.messages[each] for each in numbers if each]
        said = [each for each in those if each.is_ephemeral and not each.is_loading]
        return said[-1] if said else None

    def requests(self, pattern: str) -> list[Any]:
        lines = [(f"{e.method} {e.path}", e) for e in self.discord.world.exchanges]
        return [exchange for line, exchange in lines if pattern in line]


@pytest.fixture
async def discord_there() -> AsyncIterator[DiscordServer]:
    async with discord_server() as server:
        server.world.answer_seconds = TIMEOUT
        yield server
        assert not (faults := server.people.faults()), "\n".join(faults)


@pytest.fixture(autouse=True)
def _official_api() -> Iterator[None]:
    yield
    Route.BASE = OFFICIAL_API


@asynccontextmanager
async def open_stage(server: DiscordServer, folder: Path) -> AsyncIterator[Stage]:
    core = CoreSettings(
        database_url=f"sqlite+aiosqlite:///{folder}/store.db",
        blobs_url=f"file://{folder}/blobs",
    )
    there = {key.removeprefix("BOT_").lower(): text for key, text in server.environment.items()}
    settings = BotSettings(**there, model=MODEL)
    channel = server.world.channel(server.world.guild())
    async with open_front(core, settings, migrate=True) as front:
        engine = ScriptedEngine(front.store, front.blobs)
        await engine.report()
        stage = Stage(server, core, settings, front, channel, engine)
        try:
            yield stage
        finally:
            await stage.stop_bot()


@pytest.fixture
async def alone(tmp_path: Path, sqlite_url: str) -> AsyncIterator[tuple[Front, ScriptedEngine]]:
    """Store, dispatcher and engine without any Discord."""
    core = CoreSettings(
        database_url=f"sqlite+aiosqlite:///{tmp_path}/store.db",
        blobs_url=f"file://{tmp_path}/blobs",
    )
    async with open_front(core, BotSettings(model=MODEL), migrate=True) as front:
        engine = ScriptedEngine(front.store, front.blobs)
        await engine.report()
        yield front, engine


@pytest.fixture
async def stage(
    discord_there: DiscordServer, tmp_path: Path, sqlite_url: str
) -> AsyncIterator[Stage]:
    """With the bot in this process."""
    async with open_stage(discord_there, tmp_path) as stage:
        await stage.start_bot()
        yield stage


@pytest.fixture
async def spartan(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Stage]:
    """The same on a Discord that does nothing that it need not."""
    async with discord_server(is_spartan=True) as server, open_stage(server, tmp_path) as stage:
        server.world.answer_seconds = TIMEOUT
        await stage.start_bot()
        yield stage


@dataclass
class BotProcess:
    """`python -m bot run` on its own."""

    process: asyncio.subprocess.Process
    log: Path

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def bot_process(stage: Stage, folder: Path, **others: str) -> AsyncIterator[BotProcess]:
    """Run the bot unmodified, pointed at the stand-in, and at others, by its environment only."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("BOT_", "GANSHARE_"))},
        **stage.discord.environment,
        **others,
        "BOT_MODEL": MODEL,
        "GANSHARE_DATABASE_URL": stage.core.database_url.get_secret_value(),
        "GANSHARE_BLOBS_URL": stage.core.blobs_url.get_secret_value(),
    }
    log = folder / "bot.log"
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment, stdout=out, stderr=out
        )
    bot = BotProcess(process, log)
    try:
        await stage.discord.gateway.wait_connected()
        yield bot
    finally:
        await bot.kill()


@pytest.fixture
async def apart(
    discord_there: DiscordServer, tmp_path: Path, sqlite_url: str
) -> AsyncIterator[Stage]:
    """With no bot yet; tests start it as a process."""
    async with open_stage(discord_there, tmp_path) as stage:
        yield stage


@pytest.fixture
def new_bot(apart: Stage, tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[BotProcess]]:
    """Start the bot as a process, as often as a test likes."""
    return lambda **others: bot_process(apart, tmp_path, **others)
