"""Points discord.py at another server: a stand-in, a proxy, a recorder.

discord.py has no settings for this. Its REST calls build their URLs from `Route.BASE`; its gateway
connections, first ones and resumed ones of every shard alike, go through `HTTPClient.ws_connect`.

Another Discord may know less of shards than a sharded client asks for: one without /gateway/bot
has one shard, and one whose READY names no shard has greeted that.
"""

from typing import Any

import aiohttp
import discord
import yarl
from discord.http import Route

from ganshare.settings import BotSettings

__all__ = ["point_at"]

OFFICIAL_API = Route.BASE
NOT_THERE = (404, 405, 501)


def point_at(client: discord.Client, settings: BotSettings) -> None:
    """Send a client where the settings say, before it logs in.

    The API base holds for every client of the process, since discord.py keeps it in a class.
    """
    Route.BASE = (settings.discord_api_base or OFFICIAL_API).rstrip("/")
    if settings.discord_gateway_url:
        _point_gateway(client, yarl.URL(settings.discord_gateway_url))


def _point_gateway(client: discord.Client, gateway: yarl.URL) -> None:
    connect = client.http.ws_connect

    async def connect_there(url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        # Whatever /gateway/bot or resume_gateway_url said; version and compression stay.
        return await connect(str(gateway.update_query(yarl.URL(url).query)), **options)

    client.http.ws_connect = connect_there  # type: ignore[method-assign]
    announced = client.http.get_bot_gateway

    async def announced_or_this() -> tuple[int, str, Any]:
        try:
            return await announced()
        except discord.GatewayNotFound as error:
            if getattr(error.__cause__, "status", None) not in NOT_THERE:
                raise
        return 1, str(gateway), {}

    client.http.get_bot_gateway = announced_or_this  # type: ignore[method-assign]
    parsers = client._connection.parsers
    greeted = parsers["READY"]
    parsers["READY"] = lambda data: greeted({"shard": [0, 1], **data})
