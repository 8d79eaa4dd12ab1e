"""A small Discord on loopback, for bots in other processes: REST, gateway, CDN, users.

async with discord_server() as discord:
    ...  # start a bot with BOT_DISCORD_API_BASE=discord.api_base and so on
    channel = discord.world.channel(discord.world.guild())
    ada = discord.people.join("Ada", channel)
    shown = await discord.people.said(await ada.slash("paint", prompt="a castle"))
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from bot.testing.discord_gateway import Gateway
from bot.testing.discord_limits import LARGEST_FILE, Buckets
from bot.testing.discord_people import People
from bot.testing.discord_rest import PREFIX, Rest
from bot.testing.discord_spec import find_specification
from bot.testing.discord_wire import Fault
from bot.testing.discord_world import TOKEN, DiscordRefusal, DiscordWorld

__all__ = ["DiscordServer", "discord_server"]


@dataclass
class DiscordServer:
    """The parts of a running stand-in."""

    base: str
    world: DiscordWorld
    gateway: Gateway
    rest: Rest
    people: People

    @property
    def api_base(self) -> str:
        """For BOT_DISCORD_API_BASE."""
        return f"{self.base}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """For BOT_DISCORD_GATEWAY_URL."""
        return self.base.replace("http", "ws", 1) + "/gateway"

    @property
    def environment(self) -> dict[str, str]:
        """What makes a bot come here."""
        return {
            "BOT_DISCORD_TOKEN": TOKEN,
            "BOT_DISCORD_API_BASE": self.api_base,
            "BOT_DISCORD_GATEWAY_URL": self.gateway_url,
        }

    def fail(
        self, route: str, refusal: DiscordRefusal | None, times: int = 1, *, after: bool = False
    ) -> None:
        """Let requests fail: `route` is a pattern of "METHOD PATH"; None cuts the connection."""
        self.rest.faults.append(Fault(route, refusal, times, after))


@asynccontextmanager
async def discord_server(
    *,
    buckets: Buckets | None = None,
    heartbeat: float = 41.25,
    shards: int = 1,
    port: int = 0,
    is_spartan: bool = False,
) -> AsyncIterator[DiscordServer]:
    """Run a Discord for a while.

    Args:
        heartbeat: seconds between two heartbeats of the bot's.
        port: any free one if 0.
        is_spartan: it knows no shards, no compression and no resuming, does not say which commands
            it has, and answers a callback with "done" alone, as other stand-ins may.
    """
    world = DiscordWorld()
    gateway = Gateway(world, heartbeat=heartbeat, is_spartan=is_spartan)
    specification = None if is_spartan else find_specification()
    rest = Rest(world, buckets or Buckets(), specification, shards=shards, is_spartan=is_spartan)
    app = web.Application(client_max_size=11 * LARGEST_FILE)
    app.router.add_route("*", f"{PREFIX}/{{path:.*}}", rest.answer)
    app.router.add_get("/gateway", gateway.answer)
    app.router.add_get("/gateway/", gateway.answer)
    app.router.add_get("/attachments/{path:.*}", rest.file)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        address = runner.addresses[0]
        server = DiscordServer(
            f"http://{address[0]}:{address[1]}", world, gateway, rest, People(world, gateway)
        )
        world.cdn = server.base
        rest.reacted = server.people.tell_of_reaction
        # Somewhere else on purpose: a bot that is sent here must not follow these.
        rest.gateway_url = gateway.url = "wss://gateway.discord.invalid"
        yield server
    finally:
        await gateway.cut(1001)
        await runner.cleanup()
