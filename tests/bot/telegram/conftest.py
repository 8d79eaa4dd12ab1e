"""A Telegram of the tests' own, and clients of it."""

import io
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from telegram import Bot

from bot.app import Front
from bot.core.delivery.vote_counts import VoteCounts
from bot.telegram.rate_limiter import RateLimits, TelegramRateLimiter
from bot.testing.telegram_harness import TelegramHarness, open_telegram_harness
from bot.testing.telegram_server import TelegramServer, telegram_server


@pytest.fixture(autouse=True)
def _timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # as the frontend chooses; else a warning


MINUTE = 6.0  # seconds of Telegram's minute in `quick` tests


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and changes follow each other ten times as fast, but where they are counted."""
    if request.node.get_closest_marker("slow") is None:
        limits = RateLimits(group_seconds=MINUTE, private_gap=0.1)
        monkeypatch.setattr(
            "bot.telegram.frontend.TelegramRateLimiter", partial(TelegramRateLimiter, limits)
        )
        monkeypatch.setitem(Front.delivery.__kwdefaults__, "pace", 0.3)
        monkeypatch.setitem(VoteCounts.__init__.__kwdefaults__, "look", 0.15)
        monkeypatch.setattr("bot.core.rounds.scheduler.LOOK_SECONDS", 0.2)


@pytest.fixture
async def telegram(request: pytest.FixtureRequest) -> AsyncIterator[TelegramServer]:
    async with telegram_server() as server:
        if request.node.get_closest_marker("slow") is None:
            server.world.minute = MINUTE
        yield server
        assert [each.faults for each in server.world.requests if each.faults] == []


@pytest.fixture
async def client(telegram: TelegramServer) -> AsyncIterator[Bot]:
    where = telegram.environment
    bot = Bot(
        telegram.token,
        base_url=where["BOT_TELEGRAM_BASE_URL"],
        base_file_url=where["BOT_TELEGRAM_BASE_FILE_URL"],
    )
    async with bot:
        yield bot


@pytest.fixture(scope="session")
def png() -> bytes:
    written = io.BytesIO()
    Image.radial_gradient("L").resize((96, 64)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
async def harness(
    telegram: TelegramServer, tmp_path: Path, sqlite_url: str
) -> AsyncIterator[TelegramHarness]:
    async with open_telegram_harness(telegram, tmp_path) as harness:
        yield harness
