"""Points discord.py at another Discord: a stand-in, a proxy, a recorder.

discord.py has no settings for this. Its REST calls build their URLs from `Route.BASE`; its gateway
connections, first ones and resumed ones of every shard alike, go through `HTTPClient.ws_connect`.
"""

from typing import Any

import aiohttp
import discord
import yarl
from discord.http import Route

from ganshare.settings import BotSettings

__all__ = ["point_at"]

OFFICIAL_API = Route.BASE


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
