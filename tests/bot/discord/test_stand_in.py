"""The Discord of our own, seen by an unmodified discord.py client, is one it can work with."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.http import Route

from bot.discord.endpoints import OFFICIAL_API, point_at
from bot.testing.discord_server import DiscordServer, discord_server
from bot.testing.discord_world import TOKEN, DiscordRefusal
from ganshare.settings import BotSettings


class Echo(discord.AutoShardedClient):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []

        @self.tree.command()
        async def echo(interaction: discord.Interaction[Any], text: str) -> None:
            """Say it again."""
            self.heard.append(text)
            await interaction.response.defer(thinking=True)
            await interaction.edit_original_response(content=text)

    async def setup_hook(self) -> None:
        await self.tree.sync()


@pytest.fixture
async def client(discord_there: DiscordServer) -> AsyncIterator[Echo]:
    client = Echo()
    point_at(client, BotSettings(**_settings(discord_there)))
    running = asyncio.create_task(client.start(TOKEN))
    await discord_there.gateway.wait_connected()
    yield client
    await client.close()
    await asyncio.wait([running])
    Route.BASE = OFFICIAL_API


def _settings(server: DiscordServer) -> dict[str, Any]:
    return {"discord_api_base": server.api_base, "discord_gateway_url": server.gateway_url}


async def test_a_command_comes_in_and_its_answer_stands_in_the_channel(
    discord_there: DiscordServer, client: Echo
) -> None:
    ada = discord_there.people.join("Ada", _channel(discord_there))
    interaction = await ada.slash("echo", text="hello")
    assert (await discord_there.people.said(interaction)).json["content"] == "hello"
    assert interaction.acknowledged is not None
    assert interaction.kind == 5


async def test_a_client_comes_back_to_its_session_and_hears_what_it_missed(
    discord_there: DiscordServer, client: Echo
) -> None:
    ada = discord_there.people.join("Ada", _channel(discord_there))
    gateway = discord_there.gateway
    await gateway.cut()
    await ada.slash("echo", text="while you were away")
    await discord_there.people.until(lambda: client.heard)
    assert client.heard == ["while you were away"]
    assert (gateway.identified, gateway.resumed) == (1, 1)


@pytest.mark.slow  # discord.py waits 5 s before it identifies anew
async def test_a_client_whose_session_is_forgotten_begins_anew(
    discord_there: DiscordServer, client: Echo
) -> None:
    await discord_there.gateway.cut(forget=True)
    await discord_there.people.until(lambda: discord_there.gateway.identified == 2)
    assert discord_there.gateway.resumed == 0


async def test_one_request_too_many_is_refused_and_comes_again(
    discord_there: DiscordServer, client: Echo
) -> None:
    channel = _channel(discord_there)
    discord_there.rest.buckets.seconds = 0.5
    there = client.get_partial_messageable(channel.id)
    discord_there.fail(
        "POST /channels", DiscordRefusal(429, 0, "You are being rate limited.", retry_after=0.1)
    )
    await asyncio.gather(*(there.send(str(number)) for number in range(7)))
    assert sorted(m.json["content"] for m in channel.alive) == [str(n) for n in range(7)]
    statuses = [e.status for e in discord_there.world.exchanges if e.path.endswith("/messages")]
    assert 429 in statuses


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"embed": discord.Embed(title="x" * 257)}, 50035),
        ({"embed": discord.Embed().set_image(url="attachment://nothing.png")}, 50035),
    ],
)
async def test_what_discord_refuses_is_refused(
    discord_there: DiscordServer, client: Echo, message: dict[str, Any], code: int
) -> None:
    there = client.get_partial_messageable(_channel(discord_there).id)
    with pytest.raises(discord.HTTPException) as refused:
        await there.send(**message)
    assert refused.value.code == code
    discord_there.world.exchanges.clear()  # such requests are not as described


async def test_the_same_nonce_makes_one_message(discord_there: DiscordServer, client: Echo) -> None:
    channel = _channel(discord_there)
    there = client.get_partial_messageable(channel.id)
    first = await there.send("once", nonce="job-1")
    second = await there.send("once", nonce="job-1")
    assert first.id == second.id
    assert len(channel.alive) == 1


async def test_a_wrong_token_is_refused(discord_there: DiscordServer) -> None:
    client = Echo()
    point_at(client, BotSettings(**_settings(discord_there)))
    with pytest.raises(discord.LoginFailure):
        await client.login("wrong")
    await client.close()
    Route.BASE = OFFICIAL_API


async def test_an_old_interaction_is_unknown_and_its_token_dies() -> None:
    async with discord_server() as server:
        client = Echo()
        point_at(client, BotSettings(**_settings(server)))
        running = asyncio.create_task(client.start(TOKEN))
        await server.gateway.wait_connected()
        ada = server.people.join("Ada", _channel(server))
        interaction = await ada.slash("echo", text="hello")
        await server.people.said(interaction)
        server.world.token_seconds = 0.0
        webhook = discord.Webhook.partial(
            client.application_id or 0, interaction.token, client=client
        )
        with pytest.raises(discord.HTTPException) as refused:
            await webhook.send("too late")
        assert refused.value.code == 50027
        await client.close()
        await asyncio.wait([running])
        Route.BASE = OFFICIAL_API


def _channel(server: DiscordServer) -> Any:
    return server.world.channel(server.world.guild())
