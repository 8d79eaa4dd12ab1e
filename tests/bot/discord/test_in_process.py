"""The client on another stand-in, SimCord, which follows Discord's rules by its own reading."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import simcord

from bot.discord.client import PaintingClient
from bot.discord.messenger import DiscordMessenger
from ganshare.testing import TIMEOUT

PROMPT = "Cubist Painting of a Castle in Teal"


@pytest.fixture
def front(alone: Any) -> Any:
    return alone[0]


@asynccontextmanager
async def delivering(front: Any, client: PaintingClient) -> AsyncIterator[None]:
    delivery = asyncio.create_task(front.delivery(DiscordMessenger(client), pace=0.1).run())
    try:
        yield
    finally:
        delivery.cancel()
        await asyncio.wait([delivery])


async def shows(channel: Any, title: str) -> Any:
    """Wait until the last message has this title."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            message = channel.last_message
            if message and message.embeds and message.embeds[0].title == title:
                return message
            await asyncio.sleep(0.02)


async def test_from_the_prompt_to_a_deleted_painting(alone: Any, front: Any) -> None:
    engine = alone[1]
    client = PaintingClient(front.dispatcher, front.words, shard_count=1)
    async with simcord.run(client) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("paintings")
        ada = guild.add_member(env.create_user("ada"))
        asked = await ada.slash(channel, "paint", prompt=PROMPT)
        assert asked.acknowledged
        assert "Waiting" in asked.response.embeds[0].title
        async with delivering(front, client):
            job = await engine.claim()
            frames = set()
            for step in (30, 60, 90):
                await engine.step(job, step)
                message = await shows(channel, f"Painting: step {step} of {job.request.steps}")
                frames.add(message.attachments[0].url)
                assert message.id == asked.response.id
            assert len(frames) == 3
            await engine.finish(job)
            message = await shows(channel, "Painted")
        assert message.id == asked.response.id
        mine = await ada.slash(channel, "mine")
        assert mine.response.ephemeral
        assert mine.response.embeds[0].title == "Your paintings"
        master = await ada.click(message, label="Full size")
        assert master.response.ephemeral
        assert master.response.attachments
        again = await ada.click(message, label="Again")
        assert "Waiting" in again.response.embeds[0].title
        sure = await ada.click(message, label="Delete")
        assert sure.response.ephemeral


async def test_a_mistake_is_seen_by_its_maker_alone(front: Any) -> None:
    client = PaintingClient(front.dispatcher, front.words, shard_count=1)
    async with simcord.run(client) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("paintings")
        ada, ben = (guild.add_member(env.create_user(name)) for name in ("ada", "ben"))
        result = await ada.slash(channel, "paint", prompt=PROMPT, size="1x1")
        assert [message.ephemeral for message in result.followups] == [True]
        assert channel.history(viewer=ben) == []


async def test_what_admins_may_is_offered_to_admins(front: Any) -> None:
    client = PaintingClient(front.dispatcher, front.words, shard_count=1)
    async with simcord.run(client) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("paintings")
        ada = guild.add_member(env.create_user("ada"))
        offered = ada.available_commands(channel)
        assert {"paint", "random", "mine", "help"} <= set(offered)
        assert not {"settings", "block"} & set(offered)
