"""The stand-in's REST API and CDN: the routes that a bot like ours uses."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.testing.discord_limits import Buckets, check_message
from bot.testing.discord_shapes import (
    application_json,
    channel_json,
    command_json,
    guild_json,
    member_json,
    my_guild_json,
    role_json,
    user_of_bot_json,
)
from bot.testing.discord_spec import DiscordSpecification
from bot.testing.discord_wire import Call, Fault, json_response, read_request, refused
from bot.testing.discord_world import (
    ATTACH,
    EPHEMERAL,
    HISTORY,
    LOADING,
    REACT,
    SEND,
    TOKEN,
    VIEW,
    DiscordRefusal,
    DiscordWorld,
    Exchange,
    Interaction,
    Posted,
)

__all__ = ["Rest"]

PREFIX = "/api/v10"
NEW_MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_NEW = (NEW_MESSAGE, DEFERRED)
_FREE = ("/interactions/",)  # routes that no bucket counts
_SPARED = re.compile(r"/gateway/bot|/applications/\d+/commands")  # that bots can do without


Handler = Callable[["Rest", Call], Awaitable[Any]]
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def _route(method: str, path: str) -> Callable[[Handler], Handler]:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, pattern, handler))
        return handler

    return register


async def _nobody_hears(posted: Posted, emoji: str, user: int) -> None:
    """Stand for the gateway."""


@dataclass
class Rest:
    """Answers the bot's requests.

    Args:
        gateway_url: that /gateway/bot names.
        is_spartan: it does nothing that it need not.
        reacted: tells the gateway of a reaction of the bot's own.
        specification: to hold requests and answers against, where it is at hand.
    """

    world: DiscordWorld
    buckets: Buckets
    specification: DiscordSpecification | None
    gateway_url: str = ""
    shards: int = 1
    is_spartan: bool = False
    faults: list[Fault] = field(default_factory=list)
    delay: float = 0.0
    reacted: Callable[[Posted, str, int], Awaitable[None]] = field(default=_nobody_hears)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request under the API's prefix."""
        path = request.path.removeprefix(PREFIX)
        body, files = await read_request(request)
        exchange = Exchange(time.monotonic(), request.method, path, body, files, [])
        if self.specification is not None:
            exchange.faults = self.specification.faults_of_request(request.method, path, body)
        self.world.exchanges.append(exchange)
        response = await self._respond(request, exchange)
        exchange.status = response.status
        await self.world.notify()
        return response

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Answer a request to the CDN."""
        data = self.world.files.get(request.path.lstrip("/"))
        return web.Response(status=404) if data is None else web.Response(body=data)

    async def _respond(self, request: web.Request, exchange: Exchange) -> web.StreamResponse:
        await asyncio.sleep(self.delay)
        fault = self._fault(exchange)
        if fault and not fault.after:
            return refused(fault.refusal, request)
        try:
            headers = self._admit(request, exchange)
            status, answer = await self._carry_out(request, exchange)
        except DiscordRefusal as refusal:
            return refused(refusal, request)
        if fault:
            return refused(fault.refusal, request)
        if answer is None:
            return web.Response(status=204, headers=headers)
        return json_response(answer, status, headers)

    def _fault(self, exchange: Exchange) -> Fault | None:
        line = f"{exchange.method} {exchange.path}"
        for fault in self.faults:
            if fault.times > 0 and re.search(fault.route, line):
                fault.times -= 1
                return fault
        return None

    def _admit(self, request: web.Request, exchange: Exchange) -> dict[str, str]:
        path = exchange.path
        with_token = path.startswith(("/interactions/", "/webhooks/"))
        if not with_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            raise DiscordRefusal(401, 0, "401: Unauthorized")
        if path.startswith(_FREE):
            return {}
        # By route and by what Discord calls its major parameter.
        major = re.match(r"/(?:channels|guilds|webhooks/[^/]+)/([^/]+)", path)
        kind = re.sub(r"/\d{5,}|/[\w-]{32,}", "", path).replace("/", "-")
        return self.buckets.take(f"{request.method}{kind} {major[1] if major else ''}")

    async def _carry_out(self, request: web.Request, exchange: Exchange) -> tuple[int, Any]:
        if self.is_spartan and request.method == "GET" and _SPARED.fullmatch(exchange.path):
            raise DiscordRefusal(405, 0, "405: Method Not Allowed")
        for method, pattern, handler in _ROUTES:
            found = pattern.fullmatch(exchange.path)
            if method == request.method and found:
                call = Call(exchange.path, request.query, exchange.body, exchange.files, found)
                answer = await handler(self, call)
                status = 204 if answer is None else 200
                if self.specification is not None:
                    exchange.faults += self.specification.faults_of_answer(
                        method, exchange.path, status, answer
                    )
                return status, answer
        raise DiscordRefusal(404, 0, "404: Not Found")

    # --- interactions -----------------------------------------------------------------------

    @_route("POST", "/interactions/{interaction}/{token}/callback")
    async def _callback(self, call: Call) -> Any:
        world, made = self.world, self.world.interactions.get(call.number("interaction"))
        waited = time.monotonic() - made.begun if made else 0.0
        if made is None or made.token != call.found["token"] or waited > world.answer_seconds:
            raise DiscordRefusal(404, 10062, "Unknown interaction")
        if made.acknowledged is not None:
            raise DiscordRefusal(400, 40060, "Interaction has already been acknowledged.")
        kind, data = call.fields["type"], call.fields.get("data") or {}
        channel = world.channels[made.channel]
        posted: Posted | None = None
        if kind in _NEW:
            check_message(data, call.files)
            flags = int(data.get("flags") or 0) | (LOADING if kind == DEFERRED else 0)
            posted = await world.post(channel, {**data, "flags": flags}, call.files)
            made.original = posted.id
        elif kind in (DEFERRED_UPDATE, UPDATE):
            made.original = int(made.json["message"]["id"])
            if kind == UPDATE:
                check_message(data, call.files)
                await world.change(channel.messages[made.original], data, call.files)
        elif kind == CHOICES:
            made.choices = data["choices"]
        elif kind == MODAL:
            made.modal = data
        made.kind, made.acknowledged = kind, waited
        if call.query.get("with_response") not in ("true", "1") or self.is_spartan:
            return None
        return _acknowledgement(made, posted)

    def _by_token(self, call: Call) -> Interaction:
        for made in self.world.interactions.values():
            if made.token == call.found["token"]:
                if time.monotonic() - made.begun > self.world.token_seconds:
                    raise DiscordRefusal(401, 50027, "Invalid Webhook Token")
                if made.acknowledged is None:
                    raise DiscordRefusal(404, 10015, "Unknown Webhook")
                return made
        raise DiscordRefusal(404, 10015, "Unknown Webhook")

    def _of_token(self, call: Call) -> Posted:
        made = self._by_token(call)
        name = call.found["message"]
        number = made.original if name == "@original" else int(name)
        if number is None:
            raise DiscordRefusal(404, 10008, "Unknown Message")
        return self.world.find_message(self.world.channels[made.channel], number)

    @_route("GET", "/webhooks/{app}/{token}/messages/{message}")
    async def _get_of_token(self, call: Call) -> Any:
        return self._of_token(call).json

    @_route("PATCH", "/webhooks/{app}/{token}/messages/{message}")
    async def _edit_of_token(self, call: Call) -> Any:
        posted = self._of_token(call)
        check_message(call.fields, call.files)
        await self.world.change(posted, call.fields, call.files)
        return posted.json

    @_route("DELETE", "/webhooks/{app}/{token}/messages/{message}")
    async def _delete_of_token(self, call: Call) -> Any:
        await self._delete(self._of_token(call))

    @_route("POST", "/webhooks/{app}/{token}")
    async def _follow_up(self, call: Call) -> Any:
        made = self._by_token(call)
        check_message(call.fields, call.files)
        channel = self.world.channels[made.channel]
        loading = channel.messages.get(made.original or 0)
        if loading is not None and loading.is_loading:
            # The first one takes the place of "thinking", with its visibility.
            self.world.find_message(channel, loading.id)
            await self.world.change(loading, call.fields, call.files)
            return loading.json
        posted = await self.world.post(channel, call.fields, call.files)
        made.followups.append(posted.id)
        return posted.json

    # --- messages ---------------------------------------------------------------------------

    @_route("POST", "/channels/{channel}/messages")
    async def _send(self, call: Call) -> Any:
        needed = VIEW | SEND | (ATTACH if call.files else 0)
        channel = self.world.find_channel(call.number("channel"), needed)
        if channel.is_locked and channel.is_archived:
            raise DiscordRefusal(400, 50083, "Thread is archived")
        channel.is_archived = False
        check_message(call.fields, call.files)
        nonce = (channel.id, str(call.fields.get("nonce")))
        if call.fields.get("enforce_nonce") and nonce in self.world.nonces:
            return channel.messages[self.world.nonces[nonce]].json
        body = {name: each for name, each in call.fields.items() if name != "flags"}
        posted = await self.world.post(channel, body, call.files)
        self.world.nonces[nonce] = posted.id
        return posted.json

    def _own(self, call: Call) -> Posted:
        channel = self.world.find_channel(call.number("channel"))
        posted = self.world.find_message(channel, call.number("message"))
        if posted.json["flags"] & EPHEMERAL:
            raise DiscordRefusal(404, 10008, "Unknown Message")
        if posted.json["author"] is not self.world.bot:
            raise DiscordRefusal(403, 50005, "Cannot edit a message authored by another user")
        return posted

    @_route("GET", "/channels/{channel}/messages/{message}")
    async def _get_message(self, call: Call) -> Any:
        return self._own(call).json

    @_route("PATCH", "/channels/{channel}/messages/{message}")
    async def _edit(self, call: Call) -> Any:
        posted = self._own(call)
        if self.world.channels[call.number("channel")].is_archived:
            raise DiscordRefusal(400, 50083, "Thread is archived")
        if call.files:
            self.world.find_channel(call.number("channel"), VIEW | ATTACH)
        check_message(call.fields, call.files)
        await self.world.change(posted, call.fields, call.files)
        return posted.json

    @_route("PATCH", "/channels/{channel}")
    async def _edit_channel(self, call: Call) -> Any:
        channel = self.world.find_channel(call.number("channel"), VIEW | SEND)
        if channel.is_locked:
            raise DiscordRefusal(403, 50013, "Missing Permissions")
        channel.is_archived = bool(call.fields.get("archived", channel.is_archived))
        return channel_json(self.world, channel)

    @_route("DELETE", "/channels/{channel}/messages/{message}")
    async def _delete_message(self, call: Call) -> Any:
        await self._delete(self._own(call))

    async def _delete(self, posted: Posted) -> None:
        posted.deleted = True
        await self.world.notify()

    @_route("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")
    async def _react(self, call: Call) -> Any:
        channel = self.world.find_channel(call.number("channel"), VIEW | REACT)
        posted = self.world.find_message(channel, call.number("message"))
        own, emoji = int(self.world.bot["id"]), call.found["emoji"]
        if self.world.turn_reaction(posted, emoji, own, up=True):
            await self.reacted(posted, emoji, own)

    @_route("GET", "/channels/{channel}/messages/{message}/reactions/{emoji}")
    async def _reaction_users(self, call: Call) -> Any:
        channel = self.world.find_channel(call.number("channel"), VIEW | HISTORY)
        posted = self.world.find_message(channel, call.number("message"))
        is_super, after = call.query.get("type") == "1", int(call.query.get("after", "0"))
        people = sorted(posted.reactions.get((call.found["emoji"], is_super), []))
        page = [each for each in people if each > after][: int(call.query.get("limit", "25"))]
        return [self.world.users[each] for each in page]

    @_route("POST", "/users/@me/channels")
    async def _direct(self, call: Call) -> Any:
        user = int(call.fields["recipient_id"])
        if user not in self.world.users:
            raise DiscordRefusal(400, 50033, "Invalid Recipient(s)")
        return channel_json(self.world, self.world.direct(user))

    # --- the bot itself ---------------------------------------------------------------------

    @_route("GET", "/users/@me")
    async def _me(self, call: Call) -> Any:
        return user_of_bot_json(self.world)

    @_route("GET", "/(?:oauth2/)?applications/@me")
    async def _application(self, call: Call) -> Any:
        return application_json(self.world)

    @_route("GET", "/gateway/bot")
    async def _gateway(self, call: Call) -> Any:
        starts = {"total": 1000, "remaining": 999, "reset_after": 60_000, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": self.shards, "session_start_limit": starts}

    @_route("GET", "/applications/{app}/commands")
    async def _commands(self, call: Call) -> Any:
        return self.world.commands

    @_route("PUT", "/applications/{app}/commands")
    async def _sync(self, call: Call) -> Any:
        self.world.syncs += 1
        self.world.commands = [command_json(self.world, each) for each in call.body]
        return self.world.commands

    # --- guilds, as `doctor` looks at them --------------------------------------------------

    @_route("GET", "/users/@me/guilds")
    async def _guilds(self, call: Call) -> Any:
        return [my_guild_json(self.world, each) for each in self.world.guilds.values()]

    @_route("GET", "/guilds/{guild}")
    async def _guild(self, call: Call) -> Any:
        return guild_json(self.world, self.world.guilds[call.number("guild")])

    @_route("GET", "/guilds/{guild}/roles")
    async def _roles(self, call: Call) -> Any:
        return role_json(self.world.guilds[call.number("guild")])

    @_route("GET", "/guilds/{guild}/channels")
    async def _channels(self, call: Call) -> Any:
        guild = self.world.guilds[call.number("guild")]
        return [channel_json(self.world, self.world.channels[each]) for each in guild.channels]

    @_route("GET", "/guilds/{guild}/members/{user}")
    async def _member(self, call: Call) -> Any:
        guild = self.world.guilds[call.number("guild")]
        user = self.world.users[call.number("user")]
        return member_json(self.world, user, roles=[str(guild.id + 1)])

    @_route("PUT", "/guilds/{guild}/members/{user}/roles/{role}")
    async def _add_role(self, call: Call) -> Any:
        self._roles_of(call).add(call.number("role"))

    @_route("DELETE", "/guilds/{guild}/members/{user}/roles/{role}")
    async def _remove_role(self, call: Call) -> Any:
        self._roles_of(call).discard(call.number("role"))

    def _roles_of(self, call: Call) -> set[int]:
        if call.number("user") not in self.world.users:
            raise DiscordRefusal(404, 10007, "Unknown Member")
        return self.world.granted.setdefault(call.number("user"), set())

    @_route("GET", "/channels/{channel}")
    async def _channel(self, call: Call) -> Any:
        return channel_json(self.world, self.world.find_channel(call.number("channel")))


def _acknowledgement(made: Interaction, posted: Posted | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(made.id), "type": made.json["type"]}
    if made.original:
        told["response_message_id"] = str(made.original)
    if posted is None:
        return {"interaction": told}
    told["response_message_loading"] = posted.is_loading
    told["response_message_ephemeral"] = posted.is_ephemeral
    if made.kind == DEFERRED:
        return {"interaction": told}
    return {"interaction": told, "resource": {"type": made.kind, "message": posted.json}}
