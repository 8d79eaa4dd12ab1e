"""`python -m benchmarks.crowd`: hundreds of people ask within a minute on both platforms.

The bot is a process of its own, pointed at stand-ins for Discord and Telegram, which enforce their
limits; the engines sleep and show plain colours.
"""

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import psutil

from benchmarks.page import circumstances, write_figures
from bot.testing.accounts import Account, DiscordAccount, Shown, TelegramAccount
from bot.testing.deployment import come, running
from bot.testing.discord_server import DiscordServer, discord_server
from bot.testing.fake_engine import FakeEngine, plain_picture
from bot.testing.telegram_people import group, someone
from bot.testing.telegram_server import TelegramServer, telegram_server
from ganshare.blobs import open_blobs
from ganshare.store import Store, open_store
from ganshare.testing import make_report

START = 240.0  # seconds
PATIENCE = 180.0  # seconds to wait for a painting
GROWTH = 60e6  # bytes that the bot's memory may grow by
CHANNELS, GROUPS = 8, 8
IN_CHANNELS, IN_GROUPS = 0.8, 0.2  # shares of people; the others write to the bot alone
FRAMES = (30, 60, 90)  # steps that are shown
PLATFORMS = ("discord", "telegram")


@dataclass(frozen=True)
class Load:
    """How much is asked for, and how fast it is painted.

    Args:
        people: on each platform; everybody asks once, within `seconds`.
        seats: paintings at the same moment, each of which takes `paint_seconds`.
        heard_within: seconds after which somebody was heard too late.
    """

    people: int
    seconds: float
    seats: int
    paint_seconds: float
    seed: int
    heard_within: float


@dataclass
class Platform:
    """What one platform saw.

    Args:
        heard: seconds until each asker saw that they were heard.
        waited: seconds until each had the painting.
        lost: why, of everybody who got nothing.
        refused: requests of the bot's that were too many.
    """

    heard: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    edits: int = 0
    requests: int = 0
    refused: int = 0

    def figures(self) -> dict[str, float]:
        """By name, in the order of the table."""
        heard = sorted(self.heard) or [float("nan")]
        return {
            "people": len(self.heard) + len(self.lost),
            "got no painting": len(self.lost),
            "heard after, p50 s": round(statistics.median(heard), 3),
            "heard after, p95 s": round(heard[int(0.95 * (len(heard) - 1))], 3),
            "heard after, most s": round(heard[-1], 3),
            "painting after, p50 s": round(statistics.median(self.waited or [0.0]), 1),
            "requests": self.requests,
            "edits": self.edits,
            "refused with 429": self.refused,
        }


@dataclass
class Report:
    """What came of a run; memory is the bot's, in bytes."""

    platforms: dict[str, Platform]
    memory: list[int] = field(default_factory=list)
    heard_within: float = 1.0

    @property
    def faults(self) -> list[str]:
        """What was not as promised."""
        found = []
        for name, each in self.platforms.items():
            found += [f"{name}: {why}" for why in each.lost]
            if each.refused:
                found.append(f"{name} refused {each.refused} requests")
            if max(each.heard, default=0.0) > self.heard_within:
                found.append(f"on {name} somebody was heard after {max(each.heard):.2f} s")
        if self.memory[-1] - self.memory[0] > GROWTH:
            found.append("the bot's memory has grown")
        return found

    def to_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        figures = {name: each.figures() for name, each in self.platforms.items()}
        first, most, last = (round(each / 1e6) for each in self._memory())
        memory = {"before": first, "most": most, "after": last}
        return {**figures, "memory of the bot, MB": memory, "faults": self.faults}

    def markdown(self) -> str:
        """As the page shows it."""
        figures = [each.figures() for each in self.platforms.values()]
        lines = ["| | Discord | Telegram |", "|---|---:|---:|"]
        lines += [
            f"| {name} | {' | '.join(str(e[name]) for e in figures)} |" for name in figures[0]
        ]
        first, most, last = (each / 1e6 for each in self._memory())
        memory = f"{first:.0f} MB before, {most:.0f} at most, {last:.0f} after"
        return "\n".join([*lines, "", f"Memory of the bot, which serves both: {memory}."])

    def _memory(self) -> tuple[int, int, int]:
        return self.memory[0], max(self.memory), self.memory[-1]


@click.command(context_settings={"show_default": True})
@click.option("--people", type=click.IntRange(1), default=200, help="On each platform.")
@click.option("--seconds", type=float, default=60.0, help="Within which they ask.")
@click.option("--seats", type=click.IntRange(1), default=40, help="Paintings at the same moment.")
@click.option("--paint-seconds", type=float, default=5.0, help="That each of them takes.")
@click.option("--seed", type=int, default=1, help="Of when they ask.")
@click.option("--heard-within", type=float, default=1.0, help="Seconds that an answer may take.")
@click.option("--docs", is_flag=True, help="Write figures without faults into docs/benchmarks.md.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
def main(docs: bool, as_json: bool, **options: Any) -> None:
    """Let a crowd ask at once; exit code 1 if anybody is lost, heard late, or a limit broken."""
    where, load = circumstances(os.getloadavg()[0]), Load(**options)
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(run(load, Path(folder)))
    if docs and not report.faults:
        command = f"`python -m benchmarks.crowd --people {load.people} --seed {load.seed}`"
        write_figures("crowd", f"{where}; {command}.\n\n{report.markdown()}")
    print(json.dumps(report.to_json(), indent=2) if as_json else report.markdown())
    for fault in report.faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(report.faults))


async def run(load: Load, folder: Path) -> Report:
    """Do one run in a folder."""
    url, blobs = f"sqlite+aiosqlite:///{folder}/store.db", f"file://{folder}/blobs"
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
        }
        people = crowd(load, discord, telegram)
        report = Report({name: Platform() for name in PLATFORMS}, heard_within=load.heard_within)
        with running(folder, environment, "bot run") as processes:

            async def listens() -> bool:
                return discord.gateway.connected and len(telegram.world.commands) >= 8

            await come(listens, processes, START)
            [bot] = processes.values()
            async with (
                at_work(store, FakeEngine(store, open_blobs(blobs)), load),
                watched(bot.pid, report),
            ):
                chance = random.Random(load.seed)
                await asyncio.gather(
                    *(
                        use_account(
                            account, report.platforms[name], chance.uniform(0, load.seconds)
                        )
                        for name, account in people
                    )
                )
        count_requests(report, discord, telegram)
        return report


def crowd(
    load: Load, discord: DiscordServer, telegram: TelegramServer
) -> list[tuple[str, Account]]:
    """People of both platforms, some in places that they share, the others alone with the bot."""
    guild = discord.world.guild()
    channels = [discord.world.channel(guild) for _ in range(CHANNELS)]
    found: list[tuple[str, Account]] = []
    for number in range(load.people):
        ada = discord.people.join(f"A{number}", channels[number % CHANNELS])
        if number >= IN_CHANNELS * load.people:
            ada = discord.people.write_to_bot(ada)
        found.append(("discord", DiscordAccount(ada)))
    bobs = [someone(telegram.world, f"B{number}") for number in range(load.people)]
    together = bobs[: round(IN_GROUPS * load.people)]
    groups = [group(telegram.world, f"G{k}", *together[k::GROUPS]) for k in range(GROUPS)]
    for number, bob in enumerate(bobs):
        chat = groups[number % GROUPS] if number < len(together) else bob.chat
        found.append(("telegram", TelegramAccount(bob, chat)))
    return found


async def use_account(account: Account, seen: Platform, at: float) -> None:
    """Ask at some time, and wait for the painting."""
    await asyncio.sleep(at)
    began = time.monotonic()
    asked = await account.ask("paint", prompt="Cubist Painting of a Castle in Teal")
    try:
        await asked.until(is_painted, PATIENCE)
    except TimeoutError:
        seen.lost.append(f"{account.person} sees {[each.words for each in asked.answers()]}")
        return
    seen.waited.append(time.monotonic() - began)
    seen.heard.append(asked.seconds if asked.seconds is not None else PATIENCE)


def is_painted(shown: Shown) -> bool:
    """Whether the finished painting stands there."""
    return shown.words.startswith("Painted") and bool(shown.files)


def count_requests(report: Report, discord: DiscordServer, telegram: TelegramServer) -> None:
    """Take what the stand-ins have counted."""
    exchanges, requests = discord.world.exchanges, telegram.world.requests
    there = report.platforms["discord"]
    there.requests, there.refused = len(exchanges), _count(e.status == 429 for e in exchanges)
    there.edits = _count(e.method == "PATCH" for e in exchanges)
    here = report.platforms["telegram"]
    here.requests, here.refused = len(requests), _count(r.code == 429 for r in requests)
    here.edits = _count(r.method.startswith("edit") for r in requests)


def _count(true: Iterable[bool]) -> int:
    return sum(true)


@asynccontextmanager
async def at_work(store: Store, hand: FakeEngine, load: Load) -> AsyncIterator[None]:
    """Engines that sleep instead of painting, and show frames of one colour."""
    frame, picture = plain_picture("#446688", (256, 256)), plain_picture("#226688", (512, 512))

    async def report() -> None:
        while True:
            await store.queue.report_engine(make_report(id="fake-engine"))
            await asyncio.sleep(10)

    async def paint() -> None:
        pause = load.paint_seconds / (len(FRAMES) + 1)
        while True:
            try:
                job = await hand.claim()
            except LookupError:
                await asyncio.sleep(0.5)
                continue
            for step in FRAMES:
                await asyncio.sleep(pause)
                await hand.show(job, step, frame)
            await asyncio.sleep(pause)
            await hand.finish(job, picture)

    async with background(report(), *(paint() for _ in range(load.seats))):
        yield


@asynccontextmanager
async def watched(pid: int, report: Report) -> AsyncIterator[None]:
    """Take down the memory of a process twice a second."""
    process = psutil.Process(pid)

    async def watch() -> None:
        while True:
            report.memory.append(process.memory_info().rss)
            await asyncio.sleep(0.5)

    async with background(watch()):
        await asyncio.sleep(0)
        yield


@asynccontextmanager
async def background(*parts: Any) -> AsyncIterator[None]:
    """Run beside the block; what fails there ends the block, too, rather than let all wait."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in parts]
        yield
        for each in tasks:
            each.cancel()


if __name__ == "__main__":
    main()
