"""A Discord on loopback, for every test that asks for one."""

from collections.abc import AsyncIterator

import pytest

from bot.testing.discord_server import DiscordServer, discord_server


@pytest.fixture
async def discord_there() -> AsyncIterator[DiscordServer]:
    async with discord_server() as server:
        yield server
        assert server.people.faults() == []
