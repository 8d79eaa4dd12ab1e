"""The stand-in's gateway: HELLO, IDENTIFY, READY, heartbeats, events, RESUME, disconnects."""

import asyncio
import contextlib
import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.testing.discord_shapes import channel_json, guild_json, member_json
from bot.testing.discord_world import TOKEN, DiscordWorld, Guild
from ganshare.testing import TIMEOUT

__all__ = ["Gateway"]

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11
NOT_AUTHENTICATED, WRONG_TOKEN, TWICE, DISALLOWED_INTENTS = 4003, 4004, 4005, 4014
_FLUSHED = zlib.Z_SYNC_FLUSH
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)  # members, presences, message content


@dataclass
class GatewaySession:
    """What a bot may resume.

    Args:
        events: all that were sent, for those who missed some.
    """

    shard: int
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    events: list[dict[str, Any]] = field(default_factory=list)
    connection: "Connection | None" = None


class Connection:
    """One websocket of the bot's; compressed as a stream if it asked for that."""

    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self._stream = zlib.compressobj() if compressed else None

    async def send(self, message: dict[str, Any]) -> None:
        """Send a payload; one that the other side no longer takes is lost."""
        text = json.dumps(message)
        with contextlib.suppress(ConnectionError, RuntimeError):
            if self._stream is None:
                await self.socket.send_str(text)
            else:
                data = self._stream.compress(text.encode()) + self._stream.flush(_FLUSHED)
                await self.socket.send_bytes(data)


class Gateway:
    """Takes the bot's connections and sends it what happens.

    Args:
        url: that READY names for resuming.
        heartbeat: seconds between two heartbeats of the bot's.
        is_spartan: it does nothing that it need not.
    """

    def __init__(
        self, world: DiscordWorld, *, heartbeat: float = 41.25, is_spartan: bool = False
    ) -> None:
        self.world, self.heartbeat, self.url = world, heartbeat, ""
        self.is_spartan = is_spartan
        self.sessions: dict[str, GatewaySession] = {}
        self.identified = self.resumed = self.beats = 0
        self.intents = 0
        self.privileged = 0  # intents that are switched on in the developer portal

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(autoping=True, max_msg_size=4096)
        await socket.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream" and not self.is_spartan
        connection = Connection(socket, compressed=compressed)
        interval = int(self.heartbeat * 1000)
        await connection.send({"op": HELLO, "d": {"heartbeat_interval": interval}, "t": None})
        session: GatewaySession | None = None
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            session = await self._take(connection, session, json.loads(message.data))
        if session is not None and session.connection is connection:
            session.connection = None
        return socket

    async def dispatch(self, event: str, data: dict[str, Any], guild: int | None = None) -> None:
        """Send an event to the session of its shard, or keep it until that resumes."""
        for session in self._of_shard(guild):
            await self._send(session, event, data)

    async def join(self, guild: Guild) -> None:
        """Tell the bot that it was invited to a server."""
        whole = self._whole(guild)
        del whole["unavailable"]
        await self.dispatch("GUILD_CREATE", whole, guild.id)

    async def cut(self, code: int = 1006, *, forget: bool = False) -> None:
        """Cut every connection, as a network does or as Discord does when it moves on.

        Args:
            code: 1006 for a connection that just ends.
            forget: the sessions, too, so that they can't be resumed.
        """
        for session in list(self.sessions.values()):
            connection = session.connection
            session.connection = None
            if connection is None:
                continue
            if code == 1006 and (transport := connection.socket._req.transport):  # type: ignore[union-attr]
                transport.close()
            else:
                await connection.socket.close(code=code)
        if forget:
            self.sessions.clear()

    async def ask_to_reconnect(self) -> None:
        """Tell the bot to come back by another connection."""
        for session in self.sessions.values():
            if session.connection is not None:
                await session.connection.send({"op": RECONNECT, "d": None})

    @property
    def connected(self) -> bool:
        """Whether the bot listens."""
        return any(session.connection for session in self.sessions.values())

    async def wait_connected(self, seconds: float = TIMEOUT) -> None:
        """Wait for the bot."""
        async with asyncio.timeout(seconds):
            async with self.world.news:
                await self.world.news.wait_for(lambda: self.connected)

    # --- one payload ------------------------------------------------------------------------

    async def _take(
        self, connection: Connection, session: GatewaySession | None, message: dict[str, Any]
    ) -> GatewaySession | None:
        op, data = message["op"], message["d"]
        if op == HEARTBEAT:
            self.beats += 1
            await connection.send({"op": ACK})
        elif op == IDENTIFY:
            return await self._identify(connection, session, data)
        elif op == RESUME:
            return await self._resume(connection, data)
        elif session is None:
            await connection.socket.close(code=NOT_AUTHENTICATED)
        return session

    async def _identify(
        self, connection: Connection, session: GatewaySession | None, data: dict[str, Any]
    ) -> GatewaySession | None:
        code = WRONG_TOKEN if data["token"] != TOKEN else TWICE if session else None
        if data["intents"] & PRIVILEGED & ~self.privileged:
            code = DISALLOWED_INTENTS
        if code is not None:
            await connection.socket.close(code=code)
            return None
        self.identified += 1
        self.intents = data["intents"]
        shard, shards = data.get("shard") or (0, 1)
        session = GatewaySession(shard)
        self.sessions[session.id] = session
        session.connection = connection
        guilds = [g for g in self.world.guilds.values() if (g.id >> 22) % shards == shard]
        await self._send(session, "READY", self._ready(session, guilds, [shard, shards]))
        for guild in guilds:
            await self._send(session, "GUILD_CREATE", self._whole(guild))
        await self.world.notify()
        return session

    async def _resume(self, connection: Connection, data: dict[str, Any]) -> GatewaySession | None:
        session = self.sessions.get(data["session_id"])
        if session is None or data["token"] != TOKEN or self.is_spartan:
            await connection.send({"op": INVALID_SESSION, "d": False})
            return None
        self.resumed += 1
        session.connection = connection
        for event in [each for each in session.events if each["s"] > data["seq"]]:
            await connection.send(event)
        await self._send(session, "RESUMED", {})
        await self.world.notify()
        return session

    async def _send(self, session: GatewaySession, event: str, data: dict[str, Any]) -> None:
        message = {"op": DISPATCH, "t": event, "s": len(session.events) + 1, "d": data}
        session.events.append(message)
        if session.connection is not None:
            await session.connection.send(message)

    def _of_shard(self, guild: int | None) -> list[GatewaySession]:
        newest = {session.shard: session for session in self.sessions.values()}
        shard = 0 if guild is None else (guild >> 22) % max(1, len(newest))
        return [newest[shard]] if shard in newest else []

    def _ready(
        self, session: GatewaySession, guilds: list[Guild], shard: list[int]
    ) -> dict[str, Any]:
        known = {} if self.is_spartan else {"shard": shard}
        return {
            **known,
            "v": 10,
            "user": self.world.bot,
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": str(self.world.app_id), "flags": self.world.application["flags"]},
        }

    def _whole(self, guild: Guild) -> dict[str, Any]:
        world = self.world
        bot = member_json(world, world.bot, roles=[str(guild.id + 1)])
        channels = [world.channels[each] for each in guild.channels]
        return {
            **guild_json(world, guild),
            "joined_at": bot["joined_at"],
            "large": False,
            "unavailable": False,
            "member_count": 2,
            "members": [bot],
            "channels": [channel_json(world, each) for each in channels if not each.parent],
            "threads": [channel_json(world, each) for each in channels if each.parent],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
