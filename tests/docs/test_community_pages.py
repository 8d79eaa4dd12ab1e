"""Discord, Telegram, the community's start page and operations, typed as the pages stand.

The platforms are stand-ins on loopback; the bot, the page and the engine are those of the pages.
"""

import asyncio
import re
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.testing.accounts import Account, DiscordAccount, TelegramAccount
from bot.testing.discord_server import discord_server
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import someone
from bot.testing.telegram_server import telegram_server

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

DISCORD = (Path(__file__).parents[2] / "docs/discord.md").read_text("utf-8")
ACTIVATE = "source .venv/bin/activate"
START, PAINTED = 240.0, 900.0  # seconds, on a busy machine


async def become(true: Callable[[], object], seconds: float = START) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  # nobody would set an event
            await asyncio.sleep(0.1)


async def paint(account: Account) -> None:
    asked = await account.ask("paint", prompt="a castle by a lake", preset="draft")
    await asked.until(lambda shown: shown.words.startswith("Painted"), PAINTED)


async def type_bot_page(
    reader: Any, page: str, heading: str, ready: Callable[[], object], ask: Callable[[], Awaitable]
) -> None:
    """Everything up to `ganshare bot` and `ganshare engine`, each in a terminal of its own."""
    lines = [line for line in reader.commands(page, heading) if line]
    *first, bot, engine = lines
    assert (bot, engine) == ("ganshare bot", "ganshare engine")
    await asyncio.to_thread(reader.type, *first)
    settings = [line for line in first if line.startswith(("source", "export"))]
    with reader.running(*settings, bot), reader.running(*settings, engine):
        await become(ready)
        told = await asyncio.to_thread(reader.type, *settings, "ganshare bot doctor")
        assert "✓" in told
        assert "✗" not in told
        await ask()


async def test_docs_discord(reader: Any) -> None:
    async with discord_server() as discord:
        reader.environment |= discord.environment
        reader.fills = {"BOT_DISCORD_TOKEN": discord.environment["BOT_DISCORD_TOKEN"]}
        world, [asked_for] = discord.world, set(re.findall(r"permissions=(\d+)", DISCORD))
        guild = world.guild(bot_permissions=int(asked_for))  # invited as the page says
        ada = DiscordAccount(discord.people.join("Ada", world.channel(guild)))
        await type_bot_page(
            reader, "docs/discord.md", "3. Run it", lambda: discord.gateway.connected,
            lambda: paint(ada),
        )  # fmt: skip


async def test_docs_telegram(reader: Any) -> None:
    async with telegram_server() as telegram:
        reader.environment |= telegram.environment
        reader.fills = {"BOT_TELEGRAM_TOKEN": telegram.environment["BOT_TELEGRAM_TOKEN"]}
        person = someone(telegram.world, "Ann")
        ann = TelegramAccount(person, person.chat)
        await type_bot_page(
            reader, "docs/telegram.md", "2. Run it", lambda: len(telegram.world.commands) >= 8,
            lambda: paint(ann),
        )  # fmt: skip


async def test_docs_community(reader: Any) -> None:
    async with telegram_server() as telegram:
        port = TelegramHarness.free_port()
        reader.environment |= telegram.environment | {"BOT_WEB_LISTEN": f"127.0.0.1:{port}"}
        page = "docs/community.md"
        await asyncio.to_thread(
            reader.type, *reader.commands(page, "Install once, for all platforms")
        )
        up, doctor, chat = (line for line in reader.commands(page, "Start") if line)
        person = someone(telegram.world, "Ann")
        with reader.running(ACTIVATE, up):
            await become(lambda: len(telegram.world.commands) >= 8)
            told = await asyncio.to_thread(reader.type, ACTIVATE, doctor)
            assert "Telegram" in told
            await paint(TelegramAccount(person, person.chat))
            address = f"http://127.0.0.1:{port}/"
            with await asyncio.to_thread(urllib.request.urlopen, address) as answer:
                assert b"<form" in answer.read()
        told = await asyncio.to_thread(
            reader.type, ACTIVATE, f"echo /queue | {chat} --no-engine --language en"
        )
        assert re.search(r"(painting is|paintings are) waiting", told)


async def test_docs_web(reader: Any) -> None:
    [make] = [line for line in reader.commands("docs/web.md", "Try it") if line]
    port = TelegramHarness.free_port()
    reader.environment["BOT_WEB_LISTEN"] = f"127.0.0.1:{port}"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                return b"<form" in answer.read()
        except OSError:
            return False

    with reader.running(make):
        await become(answers)


def test_docs_operations(reader: Any) -> None:
    commands = reader.commands("docs/operations.md", "Upgrades and backups")
    lines = [line.replace("FILE", "backup.db") for line in commands if line]
    told = reader.type(ACTIVATE, "ganshare store migrate", *lines, "ganshare queue --once")
    assert (reader.folder / "backup.db").stat().st_size > 0, told
