"""Parses HTTP requests and builds answers for the Discord stand-in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.testing.discord_world import DiscordRefusal

__all__ = ["Call", "Fault", "json_response", "read_request", "refused"]


@dataclass
class Call:
    """A request of the bot's, taken apart."""

    path: str
    query: Mapping[str, str]
    body: Any
    files: dict[str, bytes]
    found: "re.Match[str]"

    def number(self, name: str) -> int:
        """A snowflake of its path."""
        return int(self.found[name])

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body of a request that has one."""
        return self.body if isinstance(self.body, dict) else {}


@dataclass
class Fault:
    """What goes wrong on purpose.

    Args:
        route: pattern of "METHOD PATH".
        refusal: answered instead; None to cut the connection.
        times: that it happens.
        after: whether the request was carried out all the same.
    """

    route: str
    refusal: DiscordRefusal | None
    times: int = 1
    after: bool = False


async def read_request(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    """Read a body: JSON, or a form with `payload_json` and files."""
    if request.content_type == "application/json":
        return (await request.json() if request.can_read_body else None), {}
    if not request.content_type.startswith("multipart/"):
        return None, {}
    body, files = None, {}
    async for part in await request.multipart():
        data = await part.read(decode=True)  # type: ignore[union-attr]
        if part.name == "payload_json":  # type: ignore[union-attr]
            body = json.loads(data)
        else:
            files[part.filename or ""] = bytes(data)  # type: ignore[union-attr]
    return body, files


def refused(refusal: DiscordRefusal | None, request: web.Request) -> web.StreamResponse:
    """Answer with a refusal, or cut the connection without one."""
    if refusal is None:
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=500)
    body: dict[str, Any] = {"message": refusal.message, "code": refusal.code}
    headers = {"Via": "1.1 stand-in"}
    if refusal.retry_after is not None:
        body |= {"retry_after": refusal.retry_after, "global": False}
        headers["Retry-After"] = str(int(refusal.retry_after) + 1)
    return json_response(body, refusal.status, headers)


def json_response(body: Any, status: int, headers: Mapping[str, str]) -> web.Response:
    """Answer with JSON."""
    # As bytes, since Discord names no charset and discord.py wants none.
    data = json.dumps(body).encode()
    return web.Response(body=data, status=status, headers=headers, content_type="application/json")
