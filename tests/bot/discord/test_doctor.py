"""The doctor finds what is wrong in the portal, on servers and in channels, and says where."""

import re
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.core.doctor import Finding
from bot.discord.doctor import examine
from bot.discord.permissions import NEEDED, invite_url
from bot.testing.discord_server import DiscordServer
from bot.testing.discord_world import ATTACH, EMBED, VIEW
from ganshare.settings import BotSettings

DOCS = Path(__file__).parents[3] / "docs" / "discord.md"


async def look(server: DiscordServer, **options: Any) -> dict[str, Finding]:
    there = {key.removeprefix("BOT_").lower(): text for key, text in server.environment.items()}
    token = options.pop("token", there["discord_token"])
    findings = await examine(BotSettings(**{**there, "discord_token": token}), **options)
    return {each.name: each for each in findings}


@pytest.fixture
def welcome(discord_there: DiscordServer) -> DiscordServer:
    guild = discord_there.world.guild(bot_permissions=NEEDED.value)
    discord_there.world.channel(guild, "paintings")
    return discord_there


async def test_all_is_well_once_the_commands_are_synced(welcome: DiscordServer) -> None:
    before = await look(welcome)
    assert not before["Discord commands"].ok
    after = await look(welcome, syncs=True)
    assert all(each.ok for each in after.values()), after
    assert (await look(welcome))["Discord commands"].ok


async def test_without_a_token_it_says_where_to_get_one() -> None:
    (finding,) = await examine(BotSettings(discord_token=None))
    assert not finding.ok
    assert not finding.is_needed
    assert "Reset Token" in finding.advice


async def test_a_refused_token_is_named(welcome: DiscordServer) -> None:
    found = await look(welcome, token="wrong")
    assert list(found) == ["Discord token"]
    assert not found["Discord token"].ok
    assert "wrong" not in found["Discord token"].advice


async def test_a_discord_that_does_not_answer_is_named() -> None:
    settings = BotSettings(discord_token="x", discord_api_base="http://127.0.0.1:9/api/v10")
    (finding,) = await examine(settings)
    assert finding.name == "Discord reachable"
    assert not finding.ok


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        ({"interactions_endpoint_url": "https://else.example"}, "Interactions Endpoint URL"),
        ({"bot_require_code_grant": True}, "Requires OAuth2 Code Grant"),
    ],
)
async def test_the_portals_traps_are_found(
    welcome: DiscordServer, values: dict[str, Any], advice: str
) -> None:
    welcome.world.application.update(values)
    finding = (await look(welcome))["Discord application"]
    assert not finding.ok
    assert advice in finding.advice


async def test_without_a_server_it_gives_the_link(discord_there: DiscordServer) -> None:
    finding = (await look(discord_there))["Discord servers"]
    assert not finding.ok
    assert invite_url(discord_there.world.app_id) in finding.advice


async def test_a_server_that_grants_too_little_is_named(discord_there: DiscordServer) -> None:
    discord_there.world.guild("Stingy", bot_permissions=NEEDED.value & ~ATTACH)
    finding = (await look(discord_there))["Discord server Stingy"]
    assert not finding.ok
    assert "lacks Attach Files." in finding.advice


async def test_a_channel_that_grants_too_little_is_named_and_a_hidden_one_is_not(
    welcome: DiscordServer,
) -> None:
    guild = next(iter(welcome.world.guilds.values()))
    welcome.world.channel(guild, "bare", denied=EMBED)
    welcome.world.channel(guild, "secret", denied=VIEW)
    finding = (await look(welcome))["Discord server Painters"]
    assert not finding.ok
    assert "#bare (Embed Links)" in finding.advice
    assert "secret" not in finding.advice


def test_the_manual_gives_the_permissions_as_they_are() -> None:
    text = DOCS.read_text("utf-8")
    assert set(re.findall(r"permissions=(\d+)", text)) == {str(NEEDED.value)}
    assert f"`{NEEDED.value}`" in text


def test_no_privileged_intent_is_asked_for() -> None:
    intents = discord.Intents.default()
    assert not intents.members
    assert not intents.presences
    assert not intents.message_content
