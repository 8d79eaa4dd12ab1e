"""State of the Discord stand-in: users, guilds, channels, messages, interactions.

Nothing here knows HTTP or the gateway; objects that cross the wire are dicts as Discord's
documentation describes them.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

__all__ = [
    "Channel",
    "DiscordRefusal",
    "DiscordWorld",
    "Exchange",
    "Guild",
    "Interaction",
    "Posted",
]

EPOCH = 1_420_070_400_000  # Discord's, in milliseconds
EPHEMERAL, LOADING = 1 << 6, 1 << 7
TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.stand.in-token-of-nobody"  # noqa: S105  # made up
REACT, VIEW, SEND, EMBED, ATTACH, HISTORY = 1 << 6, 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
_MEMBER = REACT | VIEW | SEND | EMBED | ATTACH | HISTORY | (1 << 31)


class DiscordRefusal(Exception):  # noqa: N818  # an answer, not a failure
    """What Discord answers instead of doing it.

    Args:
        status: of HTTP.
        code: Discord's own, such as 10008.
        retry_after: seconds, with status 429.
    """

    def __init__(
        self, status: int, code: int, message: str, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.retry_after = retry_after


@dataclass
class Exchange:
    """One request of the bot's, with what came of it."""

    at: float
    method: str
    path: str
    body: Any
    files: dict[str, bytes]
    faults: list[str]
    status: int = 0


@dataclass
class Posted:
    """A message, with all its states; `json` is the last one.

    Args:
        reactions: people by emoji and whether they are super-reactions.
    """

    json: dict[str, Any]
    is_ephemeral: bool
    states: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    deleted: bool = False
    reactions: dict[tuple[str, bool], list[int]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Its snowflake."""
        return int(self.json["id"])

    @property
    def embed(self) -> dict[str, Any]:
        """Its first embed, {} without one."""
        return next(iter(self.json["embeds"]), {})

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons of all its rows."""
        return [each for row in self.json["components"] for each in row["components"]]

    @property
    def is_loading(self) -> bool:
        """Whether it says "thinking" still."""
        return bool(self.json["flags"] & LOADING)


@dataclass
class Channel:
    """A channel of a guild, or a user's direct messages.

    Args:
        denied: permissions that the bot lacks in here.
        recipient: of direct messages.
        closed: whether that person takes no direct messages of the bot's.
        parent: of a thread; `is_archived` and `is_locked` are its, too.
    """

    id: int
    name: str
    guild: int | None = None
    recipient: int | None = None
    denied: int = 0
    closed: bool = False
    parent: int | None = None
    is_archived: bool = False
    is_locked: bool = False
    messages: dict[int, Posted] = field(default_factory=dict)

    @property
    def alive(self) -> list[Posted]:
        """The messages that are visible now."""
        return [m for m in self.messages.values() if not m.deleted and not m.is_ephemeral]


@dataclass
class Guild:
    """A server with its channels; `bot_permissions` are those of the bot's own role."""

    id: int
    name: str
    owner: int
    bot_permissions: int = _MEMBER
    channels: list[int] = field(default_factory=list)


@dataclass
class Interaction:
    """A user's command or button press.

    Args:
        json: as the gateway sends it.
        acknowledged: seconds until the bot did it; None until then.
        kind: of the acknowledgement.
        original: the message that the acknowledgement made, or that the button stands below.
        followups: further messages.
        choices: that an autocompletion was answered with.
        modal: the form that a press was answered with.
    """

    json: dict[str, Any]
    token: str
    channel: int
    begun: float
    acknowledged: float | None = None
    kind: int | None = None
    original: int | None = None
    followups: list[int] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    modal: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Its snowflake."""
        return int(self.json["id"])


class DiscordWorld:
    """Everything there is; REST and gateway act on it."""

    def __init__(self) -> None:
        self.token_seconds = 900.0  # for which an interaction's token is good
        self.answer_seconds = 3.0  # within which an interaction must be acknowledged
        self._counter: Iterator[int] = itertools.count()
        self.users: dict[int, dict[str, Any]] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[int, Interaction] = {}
        self.commands: list[dict[str, Any]] = []
        self.syncs = 0
        self.granted: dict[int, set[int]] = {}  # roles that the bot has given, by user
        self.exchanges: list[Exchange] = []
        self.files: dict[str, bytes] = {}  # by path below the CDN's base
        self.cdn = ""
        self.nonces: dict[tuple[int, str], int] = {}
        self.application = {"flags": 0, "bot_public": True}
        self.news = asyncio.Condition()
        self.bot = self.user("GANshare", is_bot=True)
        self.app_id = int(self.bot["id"])  # as with every application since 2016

    # --- making -----------------------------------------------------------------------------

    def snowflake(self) -> int:
        """Give a new id."""
        milliseconds = int(time.time() * 1000) - EPOCH
        return (milliseconds << 22) | (next(self._counter) & 0xFFF)

    def user(self, name: str, *, is_bot: bool = False) -> dict[str, Any]:
        """Make a user."""
        new = self.snowflake()
        self.users[new] = {
            "id": str(new),
            "username": name.lower(),
            "global_name": name,
            "discriminator": "0",
            "avatar": None,
            "bot": is_bot,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
        }
        return self.users[new]

    def guild(self, name: str = "Painters", **values: Any) -> Guild:
        """Make a server."""
        guild = Guild(self.snowflake(), name, int(self.user("Owner")["id"]), **values)
        self.guilds[guild.id] = guild
        return guild

    def channel(self, guild: Guild, name: str = "paintings", **values: Any) -> Channel:
        """Make a text channel."""
        channel = Channel(self.snowflake(), name, guild.id, **values)
        self.channels[channel.id] = channel
        guild.channels.append(channel.id)
        return channel

    def direct(self, user: int) -> Channel:
        """Give a user's direct messages with the bot."""
        for channel in self.channels.values():
            if channel.recipient == user:
                return channel
        channel = Channel(self.snowflake(), "", recipient=user)
        self.channels[channel.id] = channel
        return channel

    # --- looking up -------------------------------------------------------------------------

    def find_channel(self, channel_id: int, needed: int = VIEW) -> Channel:
        """Give a channel in which the bot has these permissions, or refuse."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise DiscordRefusal(404, 10003, "Unknown Channel")
        if channel.closed:
            raise DiscordRefusal(403, 50007, "Cannot send messages to this user")
        permissions = self.permissions(channel)
        if not permissions & VIEW:
            raise DiscordRefusal(403, 50001, "Missing Access")
        if needed & ~permissions:
            raise DiscordRefusal(403, 50013, "Missing Permissions")
        return channel

    def permissions(self, channel: Channel) -> int:
        """Those of the bot in a channel."""
        if channel.guild is None:
            return _MEMBER
        return self.guilds[channel.guild].bot_permissions & ~channel.denied

    def find_message(self, channel: Channel, message_id: int) -> Posted:
        """Give a message that is still there, or refuse."""
        posted = channel.messages.get(message_id)
        if posted is None or posted.deleted:
            raise DiscordRefusal(404, 10008, "Unknown Message")
        return posted

    # --- writing ----------------------------------------------------------------------------

    async def post(
        self, channel: Channel, body: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> Posted:
        """Write a message of the bot's."""
        new = self.snowflake()
        flags = int(body.get("flags") or 0)
        json = {
            "id": str(new),
            "channel_id": str(channel.id),
            "type": 0,
            "author": self.bot,
            "content": "",
            "embeds": [],
            "components": [],
            "attachments": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "timestamp": _now(),
            "edited_timestamp": None,
            "flags": flags,
        }
        posted = Posted(json, is_ephemeral=bool(flags & EPHEMERAL))
        channel.messages[new] = posted
        await self.change(posted, body, files)
        return posted

    async def change(
        self, posted: Posted, body: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> None:
        """Write what a request says into a message."""
        new = dict(posted.json)
        for name in ("content", "embeds", "components"):
            if name in body:
                new[name] = body[name] or ([] if name != "content" else "")
        new["embeds"] = [{"type": "rich", **each} for each in new["embeds"]]
        new["components"] = _numbered(new["components"])
        if files or "attachments" in body:
            new["attachments"] = self._attach(posted, body, files)
        new["embeds"] = [_resolved(each, new["attachments"]) for each in new["embeds"]]
        if posted.states:
            new["edited_timestamp"] = _now()
        if body.keys() - {"flags"}:
            new["flags"] &= ~LOADING
        posted.json = new
        posted.states.append((time.monotonic(), new))
        await self.notify()

    def _attach(
        self, posted: Posted, body: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> list[dict[str, Any]]:
        kept = {each["id"]: each for each in posted.json["attachments"]}
        described = body.get("attachments") or []
        found = [kept[str(each["id"])] for each in described if str(each["id"]) in kept]
        texts = {str(each["id"]): each for each in described}
        for index, (name, data) in enumerate(files.items()):
            text = texts.get(str(index), {})
            found.append(self.attachment(text.get("filename", name), data, text))
        return found

    def attachment(
        self, name: str, data: bytes, described: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Put a file onto the CDN."""
        new = self.snowflake()
        path = f"attachments/{new}/{name}"
        self.files[path] = data
        url = f"{self.cdn}/{path}"
        json = {"id": str(new), "filename": name, "size": len(data), "url": url, "proxy_url": url}
        text = (described or {}).get("description")
        return json | ({"description": text} if text else {})

    def interaction(self, json: dict[str, Any], channel: Channel) -> Interaction:
        """Add a user's command or press; the gateway sends it to the bot."""
        token = secrets.token_urlsafe(24)
        json = {
            "id": str(self.snowflake()),
            "application_id": str(self.app_id),
            "token": token,
            "version": 1,
            **json,
        }
        made = Interaction(json, token, channel.id, time.monotonic())
        self.interactions[made.id] = made
        return made

    def turn_reaction(
        self, posted: Posted, emoji: str, user: int, *, up: bool, is_super: bool = False
    ) -> bool:
        """Add or remove a user's reaction; False if nothing changed."""
        people = posted.reactions.setdefault((emoji, is_super), [])
        if (user in people) == up:
            return False
        people.append(user) if up else people.remove(user)
        self.count_reactions(posted)
        return True

    def count_reactions(self, posted: Posted) -> None:
        """Write into a message what stands below it."""
        found = []
        for emoji in dict.fromkeys(emoji for emoji, _ in posted.reactions):
            normal = posted.reactions.get((emoji, False), [])
            supers = posted.reactions.get((emoji, True), [])
            if normal or supers:
                mine = int(self.bot["id"])
                found.append(
                    {
                        "emoji": {"id": None, "name": emoji},
                        "count": len(normal) + len(supers),
                        "count_details": {"normal": len(normal), "burst": len(supers)},
                        "me": mine in normal,
                        "me_burst": mine in supers,
                        "burst_colors": [],
                    }
                )
        posted.json = {**posted.json, "reactions": found}

    async def notify(self) -> None:
        """Wake all tasks that wait for a change."""
        async with self.news:
            self.news.notify_all()


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _numbered(rows: Any) -> list[dict[str, Any]]:
    """Give every component the number that Discord gives it, and leave out what it leaves out."""
    numbers = itertools.count(1)
    return [
        {
            **row,
            "id": next(numbers),
            "components": [{**_shown(each), "id": next(numbers)} for each in row["components"]],
        }
        for row in rows
    ]


def _shown(button: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in button.items() if value is not None}
    if "emoji" in kept:
        kept["emoji"] = {key: value for key, value in kept["emoji"].items() if value is not None}
    return kept


def _resolved(embed: dict[str, Any], attachments: list[dict[str, Any]]) -> dict[str, Any]:
    """Let an embed show the file that was attached for it."""
    urls = {f"attachment://{each['filename']}": each["url"] for each in attachments}
    image = embed.get("image")
    if image is None or image["url"] not in urls:
        return embed
    return {**embed, "image": {**image, "url": urls[image["url"]]}}
