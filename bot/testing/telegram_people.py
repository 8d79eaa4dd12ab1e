"""Scripted users of the Telegram stand-in: they write, press buttons, block bots."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.testing.telegram_methods import member_of
from bot.testing.telegram_world import BOT_ID, Chat, TelegramWorld, detected
from ganshare.testing import TIMEOUT

__all__ = ["TelegramUser", "group", "shown", "someone", "upgrade"]

_NEWCOMERS = 100


@dataclass
class TelegramUser:
    """A user, with a private chat with the bot.

    Args:
        chat: where they write, unless told otherwise.
    """

    world: TelegramWorld
    id: int
    chat: Chat
    name: str
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def say(
        self,
        text: str,
        chat: Chat | None = None,
        *,
        reply_to: Mapping[str, Any] | None = None,
        photo: bytes | None = None,
        document: bytes | None = None,
        media_type: str = "image/png",
        **more: Any,
    ) -> dict[str, Any]:
        """Write a message, or the caption of a photo or document; give the message."""
        chat = chat or self.chat
        name = "caption" if photo or document else "text"
        found = detected(text, ())
        entities = {"caption_entities" if name == "caption" else "entities": found} if found else {}
        content: dict[str, Any] = {name: text, **entities, **more}
        if photo is not None:
            content["photo"] = self.world.put_photo(photo)
        if document is not None:
            file = self.world.put_file(document, "documents/file_{}")
            content["document"] = {**file, "file_name": "picture.png", "mime_type": media_type}
        if reply_to is not None:
            content["reply_to_message"] = dict(reply_to)
        message = self.world.message(chat, self.id, content)
        self.sent.append(message)
        if chat.is_private or self._reaches_bot(text, reply_to):
            await self.world.deliver("message", message)
        return message

    def _reaches_bot(self, text: str, reply_to: Mapping[str, Any] | None) -> bool:
        """Whether a bot in privacy mode gets to see it."""
        mine = reply_to is not None and reply_to["from"]["id"] == BOT_ID
        named = f"@{self.world.bot['username']}" in text
        first = text.split(maxsplit=1)[0] if text.strip() else ""
        command = first.startswith("/") and ("@" not in first or named)
        return self.world.bot["can_read_all_group_messages"] or mine or named or command

    async def press(self, message: Mapping[str, Any], words: str) -> dict[str, Any]:
        """Press the button below a message with these words on it; give the query."""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        pressed = [button for row in rows for button in row if "callback_data" in button]
        labels = {button["text"]: button["callback_data"] for button in pressed}
        for label, data in labels.items():
            if words.casefold() in label.casefold():
                return await self.forge(message, data)
        raise LookupError(f"{words!r} is not among the buttons {sorted(labels)}")

    async def ask_inline(self, text: str, offset: str = "") -> dict[str, Any]:
        """Type behind the bot's name in some chat; give the query, answered."""
        query_id = str(len(self.world.queries) + 1)
        content = {"id": query_id, "from": self.world.users[self.id], "query": text}
        query = self.world.queries[query_id] = {"at": time.monotonic()}
        await self.world.deliver("inline_query", {**content, "offset": offset})
        await self.answered(query)
        return query

    async def forge(self, message: Mapping[str, Any], data: str) -> dict[str, Any]:
        """Send a callback query with any data; give the query, to which "answered" is added."""
        query_id = str(len(self.world.queries) + 1)
        content = {
            "id": query_id,
            "from": self.world.users[self.id],
            "message": dict(message),
            "chat_instance": str(message["chat"]["id"]),
            "data": data,
        }
        query = self.world.queries[query_id] = {"at": time.monotonic()}
        await self.world.deliver("callback_query", content)
        return query

    async def react(self, message: Mapping[str, Any], *emojis: str) -> None:
        """Have these reactions below a message and no others; administrators learn of it."""
        chat = self.world.chats[message["chat"]["id"]]
        key = (message["message_id"], self.id)
        old, self.world.reactions[key] = self.world.reactions.get(key, ()), emojis
        if chat.standing.get(BOT_ID) != "administrator" or old == emojis:
            return
        content: dict[str, Any] = {
            "chat": chat.to_json(),
            "message_id": message["message_id"],
            "user": self.world.users[self.id],
            "date": int(time.time()),
        }
        for name, some in (("old_reaction", old), ("new_reaction", emojis)):
            content[name] = [{"type": "emoji", "emoji": each} for each in some]
        await self.world.deliver("message_reaction", content)

    async def answered(self, query: Mapping[str, Any], seconds: float = TIMEOUT) -> float:
        """Wait until a callback query was answered; how long that took."""
        await self.world.until(lambda: "answered" in query, seconds)
        return float(query["answered"] - query["at"])

    async def receives(
        self,
        true: Callable[[Mapping[str, Any]], object] = lambda _: True,
        chat: Chat | None = None,
        *,
        after: Mapping[str, Any] | None = None,
        seconds: float = TIMEOUT,
    ) -> dict[str, Any]:
        """Wait for a message of the bot's that is as wanted, as it stands now; give it.

        Args:
            after: only messages that came later than this one.
        """
        chat = chat or self.chat
        first = after["message_id"] if after else 0

        def found() -> dict[str, Any] | None:
            mine = (m for m in chat.messages.values() if m["from"]["id"] == BOT_ID)
            return next((m for m in mine if m["message_id"] > first and true(m)), None)

        try:
            return dict(await self.world.until(found, seconds))
        except TimeoutError:
            texts = [shown(m) for m in chat.messages.values() if m["message_id"] > first]
            raise TimeoutError(f"In the chat stands only {texts}") from None

    async def block(self) -> None:
        """Block the bot."""
        self.chat.blocked = True
        await self._change_member(self.chat, "member", "kicked", "my_chat_member", BOT_ID)

    async def invite(self, chat: Chat) -> None:
        """Add the bot to a group."""
        chat.standing[BOT_ID] = "member"
        await self._change_member(chat, "left", "member", "my_chat_member", BOT_ID)

    async def kick(self, chat: Chat) -> None:
        """Remove the bot from a group."""
        chat.standing[BOT_ID] = "kicked"
        await self._change_member(chat, "member", "kicked", "my_chat_member", BOT_ID)

    async def promote(self, other: "TelegramUser", chat: Chat, standing: str) -> None:
        """Change a member's status; the bot receives the update if it is an administrator."""
        old, chat.standing[other.id] = chat.standing[other.id], standing
        if chat.standing.get(BOT_ID) == "administrator":
            await self._change_member(chat, old, standing, "chat_member", other.id)

    async def _change_member(self, chat: Chat, old: str, new: str, kind: str, member: int) -> None:
        user = self.world.users[member]
        states = [member_of(user, standing) for standing in (old, new)]
        await self.world.deliver(
            kind,
            {
                "chat": chat.to_json(),
                "from": self.world.users[self.id],
                "date": int(time.time()),
                "old_chat_member": states[0],
                "new_chat_member": states[1],
            },
        )


def someone(
    world: TelegramWorld, name: str, language: str = "en", *, started: bool = True
) -> TelegramUser:
    """A new user; `started` says whether they ever wrote to the bot, which it needs to write."""
    user_id = _NEWCOMERS + len(world.users)
    world.users[user_id] = {
        "id": user_id,
        "is_bot": False,
        "first_name": name,
        "username": f"{name.casefold()}_{user_id}",
        "language_code": language,
    }
    chat = world.chats[user_id] = Chat(user_id, "private", name, started=started)
    return TelegramUser(world, user_id, chat, name)


def group(
    world: TelegramWorld, title: str, *members: TelegramUser, kind: str = "supergroup"
) -> Chat:
    """A new group of some people, the first of whom made it, and the bot."""
    chat_id = -1_001_000_000_000 - len(world.chats)
    standing = {each.id: "member" for each in members} | {BOT_ID: "member"}
    if members:
        standing[members[0].id] = "creator"
    chat = world.chats[chat_id] = Chat(chat_id, kind, title, standing=standing)
    return chat


async def upgrade(world: TelegramWorld, chat: Chat) -> Chat:
    """Make a supergroup of a group: it has another id from now on."""
    new = group(world, chat.title)
    new.standing = dict(chat.standing)
    chat.migrated_to = new.id
    by = next(iter(chat.standing))
    migrated = world.message(chat, by, {"migrate_to_chat_id": new.id})
    await world.deliver("message", migrated)
    moved = world.message(new, by, {"migrate_from_chat_id": chat.id})
    await world.deliver("message", moved)
    await asyncio.sleep(0)
    return new


def shown(message: Mapping[str, Any]) -> str:
    """The words of a message, wherever they stand."""
    return str(message.get("text", message.get("caption", "")))
