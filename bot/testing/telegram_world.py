"""State of the Telegram stand-in: users, chats, messages, files, and updates for the bot.

Nothing here knows HTTP; objects that cross the wire are dicts as the Bot API describes them.
"""

import asyncio
import io
import math
import re
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, UnidentifiedImageError

from bot.testing.telegram_refusals import (
    TelegramRefusal,
    bad_request,
    conflict,
    forbidden,
    too_many,
)
from ganshare.testing import TIMEOUT

__all__ = ["Chat", "Request", "TelegramWorld"]

BOT_ID = 7_000_000_001
TOKEN = f"{BOT_ID}:AAstand-in_token-of-thirty-five-chars"
NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")
_OF_A_SENDER = ("id", "is_bot", "first_name", "username", "language_code")
LONGEST_SIDE = 1280  # of a photo, as it is kept
_DETECTED = {
    "mention": r"(?<!\w)@\w{4,32}\b",
    "bot_command": r"(?<![\w/])/\w{1,64}(?:@\w+)?\b",
    "url": r"https?://[^\s]+",
    "hashtag": r"(?<!\w)#\w+",
}


@dataclass
class Request:
    """One call of the bot's, with what came of it."""

    at: float
    method: str
    form: Mapping[str, str]
    files: Mapping[str, int]  # bytes by name
    faults: list[str]
    code: int = 0


@dataclass
class Chat:
    """A chat, with what is in it.

    Args:
        standing: of each member: creator, administrator, member, left, kicked.
        missing: rights that the bot lacks, such as "photos".
        closed: until when flood control refuses everything in here.
        counted: when the bot's last messages and edits came; those of the last minute count.
        closed_topics: of a forum; None is the general one.
        linked: id of the channel that is a group's own.
        history: each message at each of its states, deletions as None.
    """

    id: int
    kind: str
    title: str
    username: str | None = None
    standing: dict[int, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    history: list[tuple[float, int, dict[str, Any] | None]] = field(default_factory=list)
    counted: deque[float] = field(default_factory=deque)
    closed: float = 0.0
    closed_topics: set[int | None] = field(default_factory=set)
    blocked: bool = False
    started: bool = True
    migrated_to: int | None = None
    linked: int | None = None
    last_id: int = 0

    @property
    def is_private(self) -> bool:
        """Whether it is one person's with the bot."""
        return self.kind == "private"

    def to_json(self) -> dict[str, Any]:
        """As the Bot API shows it within a message."""
        name = {"first_name": self.title} if self.is_private else {"title": self.title}
        username = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": self.kind, **name, **username}


class TelegramWorld:
    """Everything there is; the methods of the Bot API and the scripted people act on it.

    Args:
        per_minute: messages and edits in one group, in `minute` seconds.
        per_second: messages and edits in all chats.
    """

    def __init__(self, per_minute: int = 20, per_second: int = 30, minute: float = 60.0) -> None:
        self.bot: dict[str, Any] = {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": "GANshare",
            "username": "ganshare_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }
        self.per_minute, self.per_second, self.minute = per_minute, per_second, minute
        self.users: dict[int, dict[str, Any]] = {BOT_ID: self.bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, tuple[str, bytes]] = {}  # by file id: path and content
        self.reactions: dict[tuple[int, int], tuple[str, ...]] = {}  # by message and person
        self.queries: dict[str, dict[str, Any]] = {}
        self.invitations: list[dict[str, Any]] = []
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.requests: list[Request] = []
        self.pending: list[dict[str, Any]] = []
        self.confirmed: list[int] = []
        self.webhook: dict[str, Any] = {"url": ""}
        self.allowed: list[str] = []
        self._all: deque[float] = deque()
        self._news = asyncio.Condition()
        self._last_update = 1000
        self._poller: object = None

    # --- updates ----------------------------------------------------------------------------

    async def deliver(self, kind: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
        """Queue an update for the bot, if it wants such; give it."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if not wanted:
            return None
        self._last_update += 1
        update = {"update_id": self._last_update, kind: dict(content)}
        self.pending.append(update)
        await self.notify()
        return update

    async def notify(self) -> None:
        """Wake all tasks that wait for a change."""
        async with self._news:
            self._news.notify_all()

    async def until(self, found: Callable[[], Any], seconds: float = TIMEOUT) -> Any:
        """Wait until `found` gives something true, and give it."""
        async with asyncio.timeout(seconds), self._news:
            while not (result := found()):
                await self._news.wait()
            return result

    async def updates(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Long polling: a later call ends an earlier one."""
        if self.webhook["url"]:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete"
                " the webhook first"
            )
        me = self._poller = object()
        await self.notify()
        self.confirm(offset)

        def ready() -> bool:
            return bool(self.pending) or self._poller is not me

        try:
            await self.until(ready, seconds)
        except TimeoutError:
            return []
        if self._poller is not me:
            raise conflict(
                "terminated by other getUpdates request; make sure that only one bot instance is"
                " running"
            )
        return self.pending[:limit]

    def confirm(self, offset: int) -> None:
        """Forget the updates below an offset."""
        self.confirmed += [each["update_id"] for each in self.pending if each["update_id"] < offset]
        self.pending = [each for each in self.pending if each["update_id"] >= offset]

    # --- chats and messages -----------------------------------------------------------------

    def chat_for(self, chat_id: int | str, what: str | None = None) -> Chat:
        """The chat that the bot writes to, if it may; `what` it sends there, such as "photos"."""
        by_name = [c for c in self.chats.values() if c.username and f"@{c.username}" == chat_id]
        chat = by_name[0] if by_name else self.chats.get(chat_id)  # type: ignore[arg-type]
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        if chat.is_private and not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        standing = chat.standing.get(BOT_ID, "left")
        if not chat.is_private and standing == "kicked":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        if not chat.is_private and standing == "left":
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        if what in chat.missing:
            raise bad_request(f"not enough rights to send {what} to the chat")
        return chat

    def count(self, chat: Chat, messages: int = 1) -> None:
        """Hold the limits: refuse, or count the messages."""
        now = time.monotonic()
        if now < chat.closed:
            raise too_many(math.ceil(chat.closed - now))
        for counted, limit, seconds in (
            (chat.counted, None if chat.is_private else self.per_minute, self.minute),
            (self._all, self.per_second, 1.0),
        ):
            while counted and counted[0] <= now - seconds:
                counted.popleft()
            if limit is not None and len(counted) + messages > limit:
                raise too_many(max(1, math.ceil(counted[0] + seconds - now)))
        chat.counted.extend([now] * messages)
        self._all.extend([now] * messages)

    def message(self, chat: Chat, sender: int, content: Mapping[str, Any]) -> dict[str, Any]:
        """Put a message into a chat."""
        chat.last_id += 1
        message = {
            "message_id": chat.last_id,
            "date": int(time.time()),
            "chat": chat.to_json(),
            "from": {k: v for k, v in self.users[sender].items() if k in _OF_A_SENDER},
            **content,
        }  # fmt: skip
        self.keep(chat, message)
        return message

    def keep(self, chat: Chat, message: dict[str, Any]) -> None:
        """Remember a message as it is now."""
        chat.messages[message["message_id"]] = message
        chat.history.append((time.monotonic(), message["message_id"], message))

    def delete(self, chat: Chat, message_id: int) -> None:
        """Remove a message."""
        if chat.messages.pop(message_id, None) is None:
            raise bad_request("message to delete not found")
        chat.history.append((time.monotonic(), message_id, None))

    def find(self, chat: Chat, message_id: object, purpose: str) -> dict[str, Any]:
        """A message of the chat; `purpose` as the refusal words it."""
        found = chat.messages.get(message_id) if isinstance(message_id, int) else None
        if found is None:
            raise bad_request(f"message to {purpose} not found")
        return found

    # --- files ------------------------------------------------------------------------------

    def put_file(self, content: bytes, path: str) -> dict[str, Any]:
        """Keep a file; give its `File`."""
        file_id = secrets.token_urlsafe(24)
        self.files[file_id] = (path.format(len(self.files)), content)
        return {
            "file_id": file_id,
            "file_unique_id": file_id[:12],
            "file_size": len(content),
        }

    def put_photo(self, content: bytes) -> list[dict[str, Any]]:
        """Keep a photo as Telegram does: as JPEG, in sizes, never larger than 1280 px."""
        if len(content) > 10 * 1024 * 1024:
            raise TelegramRefusal(413, "Request Entity Too Large")
        try:
            with Image.open(io.BytesIO(content)) as opened:
                image = opened.convert("RGB")
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
            raise bad_request("IMAGE_PROCESS_FAILED") from error
        width, height = image.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        sizes = []
        for side in (320, LONGEST_SIDE):
            image_then = image.copy()
            image_then.thumbnail((side, side))
            written = io.BytesIO()
            image_then.save(written, "JPEG", quality=87)
            file = self.put_file(written.getvalue(), "photos/file_{}.jpg")
            sizes.append({**file, "width": image_then.width, "height": image_then.height})
        return sizes

    def file(self, file_id: str) -> tuple[str, bytes]:
        """The path and content of a file."""
        if file_id not in self.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return self.files[file_id]


def units(text: str) -> int:
    """The length of a text as Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def detected(text: str, given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entities of a text: those given, and what Telegram sees in the rest by itself."""
    entities = [dict(each) for each in given]
    code = [
        (e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in ("code", "pre")
    ]
    for kind, pattern in _DETECTED.items():
        for match in re.finditer(pattern, text):
            start, end = units(text[: match.start()]), units(text[: match.end()])
            if not any(first < end and start < last for first, last in code):
                entities.append({"type": kind, "offset": start, "length": end - start})
    return sorted(entities, key=lambda each: each["offset"])
