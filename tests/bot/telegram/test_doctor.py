"""The doctor finds what is wrong, and says what to do about it."""

import socket

import pytest

from bot.core.doctor import Finding
from bot.core.rendering.catalogue import load_words
from bot.telegram.command_menu import set_commands
from bot.telegram.doctor import examine
from bot.telegram.frontend import make_bot
from bot.testing.telegram_server import TelegramServer
from ganshare.settings import BotSettings


@pytest.fixture
def settings(telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> BotSettings:
    for name, value in telegram.environment.items():
        monkeypatch.setenv(name, value)
    return BotSettings()


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {each.name.removeprefix("Telegram "): each for each in findings}


async def test_without_a_token_it_tells_how_to_get_one() -> None:
    (finding,) = await examine(BotSettings(telegram_token=None))
    assert not finding.ok
    assert "/newbot" in finding.advice


async def test_a_healthy_bot_has_nothing_to_do(
    telegram: TelegramServer, settings: BotSettings
) -> None:
    async with make_bot(settings) as bot:
        await set_commands(bot, load_words())
    found = by_name(await examine(settings))
    assert [name for name, each in found.items() if not each.ok] == []
    assert "@ganshare_bot" in found["token"].advice
    assert {"polling", "commands", "groups", "privacy mode", "reactions"} <= found.keys()


async def test_what_botfather_decides_is_told_with_what_to_type(
    telegram: TelegramServer, settings: BotSettings
) -> None:
    telegram.world.bot |= {"can_join_groups": False, "can_read_all_group_messages": True}
    telegram.world.bot["supports_inline_queries"] = False
    found = by_name(await examine(settings))
    assert "/setjoingroups" in found["groups"].advice
    assert "/setprivacy" in found["privacy mode"].advice
    assert "/setinline" in found["inline mode"].advice
    assert not found["groups"].ok
    assert not found["privacy mode"].ok
    assert not found["commands"].ok  # nobody has listed them yet


async def test_a_wrong_token_is_not_shown(telegram: TelegramServer, settings: BotSettings) -> None:
    wrong = settings.model_copy(update={"telegram_token": type(settings.telegram_token)("1:no")})
    (finding,) = await examine(wrong)
    assert (finding.name, finding.ok) == ("Telegram token", False)
    assert "1:no" not in finding.advice


async def test_a_telegram_out_of_reach(telegram: TelegramServer, settings: BotSettings) -> None:
    await telegram.cut()
    (finding,) = await examine(settings)
    assert (finding.name, finding.ok) == ("Telegram reachable", False)
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() not in finding.advice


async def test_a_webhook_that_nobody_serves(
    telegram: TelegramServer, settings: BotSettings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    hook = {
        "telegram_webhook_url": f"http://127.0.0.1:{port}/telegram",
        "telegram_webhook_secret": type(settings.telegram_token)("s"),
    }
    found = by_name(await examine(settings.model_copy(update=hook)))
    assert not found["webhook address"].ok
    assert not found["webhook reachable"].ok
    assert "calls nobody so far" in found["webhook"].advice
