"""The Bot API methods that a bot like ours calls, on the stand-in's state."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.testing.telegram_refusals import TelegramRefusal, bad_request
from bot.testing.telegram_world import BOT_ID, Chat, TelegramWorld, detected, units

# ruff: noqa: D102 - each method is the one of the Bot API with its name

__all__ = ["Methods", "Upload", "member_of"]

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_DATA = 64
LARGEST_DOCUMENT = 50 * 1024 * 1024
LARGEST_DOWNLOAD = 20 * 1024 * 1024
_TEXTUAL = frozenset(
    {
        "action", "callback_query_id", "caption", "file_id", "inline_query_id", "language_code",
        "next_offset", "parse_mode", "secret_token", "text", "url",
    }
)  # fmt: skip
_SECONDS_TO_ANSWER = 15.0
_ADMIN_RIGHTS = {
    "can_be_edited": False, "is_anonymous": False, "can_manage_chat": True,
    "can_delete_messages": True, "can_manage_video_chats": False, "can_restrict_members": False,
    "can_promote_members": False, "can_change_info": False, "can_invite_users": True,
    "can_post_stories": False, "can_edit_stories": False, "can_delete_stories": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a request."""

    name: str
    media_type: str
    content: bytes


class Methods:
    """Each public method here is one of the Bot API, in snake case."""

    def __init__(self, world: TelegramWorld) -> None:
        self._world = world

    async def call(self, name: str, form: Mapping[str, str], files: Mapping[str, "Upload"]) -> Any:
        """Do what a request says; raises Refusal."""
        snake = re.sub("([A-Z])", r"_\1", name).lower()
        method = None if snake in ("call",) or snake[0] == "_" else getattr(self, snake, None)
        if method is None:
            raise TelegramRefusal(404, "Not Found")
        values = {key: value if key in _TEXTUAL else _read(value) for key, value in form.items()}
        return await method(_Call(values, files))

    # --- updates ----------------------------------------------------------------------------

    async def get_me(self, call: "_Call") -> Any:
        return self._world.bot

    async def get_updates(self, call: "_Call") -> Any:
        if call.get("allowed_updates") is not None:
            self._world.allowed = call.get("allowed_updates")
        return await self._world.updates(
            call.get("offset", 0), call.get("limit", 100), float(call.get("timeout", 0))
        )

    async def set_webhook(self, call: "_Call") -> Any:
        if call.get("allowed_updates") is not None:
            self._world.allowed = call.get("allowed_updates")
        if call.get("drop_pending_updates"):
            self._world.pending.clear()
        self._world.webhook = {
            "url": call.get("url", ""),
            "secret_token": call.get("secret_token", ""),
            "max_connections": call.get("max_connections", 40),
        }
        await self._world.notify()
        return True

    async def delete_webhook(self, call: "_Call") -> Any:
        return await self.set_webhook(_Call({**call.values, "url": ""}, {}))

    async def get_webhook_info(self, call: "_Call") -> Any:
        hook = {k: v for k, v in self._world.webhook.items() if k != "secret_token"}
        waiting = len(self._world.pending)
        return {**hook, "has_custom_certificate": False, "pending_update_count": waiting}

    # --- sending ----------------------------------------------------------------------------

    async def send_message(self, call: "_Call") -> Any:
        chat = self._chat(call, "text messages")
        content = _text(call)
        return await self._send(chat, call, content)

    async def send_photo(self, call: "_Call") -> Any:
        chat = self._chat(call, "photos")
        return await self._send(chat, call, {"photo": self._photo(call, "photo"), **_caption(call)})

    async def send_document(self, call: "_Call") -> Any:
        chat = self._chat(call, "documents")
        content = {"document": self._document(call, "document"), **_caption(call)}
        return await self._send(chat, call, content)

    async def send_media_group(self, call: "_Call") -> Any:
        media = call.get("media", [])
        if not 2 <= len(media) <= 10:
            raise bad_request("wrong number of messages in an album")
        chat = self._chat(call, "photos", len(media))
        group = str(time.time_ns())
        return [
            await self._send(
                chat, call, {"media_group_id": group, **self._media(call, each)}, counted=True
            )
            for each in media
        ]

    async def send_chat_action(self, call: "_Call") -> Any:
        self._world.chat_for(call.get("chat_id"))
        return True

    # --- editing ----------------------------------------------------------------------------

    async def edit_message_text(self, call: "_Call") -> Any:
        chat, message = self._own(call)
        if "text" not in message:
            raise bad_request("there is no text in the message to edit")
        return await self._edit((chat, message), call, _text(call), keeps="")

    async def edit_message_caption(self, call: "_Call") -> Any:
        chat, message = self._own(call)
        if "photo" not in message and "document" not in message:
            raise bad_request("there is no caption in the message to edit")
        return await self._edit((chat, message), call, _caption(call), keeps="photo document")

    async def edit_message_media(self, call: "_Call") -> Any:
        chat, message = self._own(call)
        if "text" in message and not self.replaces_text:
            raise bad_request("there is no media in the message to edit")
        content = self._media(call, call.get("media"))
        return await self._edit((chat, message), call, content, keeps="")

    async def edit_message_reply_markup(self, call: "_Call") -> Any:
        return await self._edit(self._own(call), call, {}, keeps=" ".join(_CONTENT))

    async def delete_message(self, call: "_Call") -> Any:
        chat = self._world.chat_for(call.get("chat_id"))
        self._world.delete(chat, call.get("message_id"))
        await self._world.notify()
        return True

    replaces_text = True  # whether a text may become a photo; older servers don't do that

    async def answer_callback_query(self, call: "_Call") -> Any:
        query = self._world.queries.get(call.get("callback_query_id", ""))
        if query is None or time.monotonic() - query["at"] > _SECONDS_TO_ANSWER:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        if units(call.get("text", "")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        query.setdefault("answered", time.monotonic())
        query["text"] = call.get("text", "")
        query["show_alert"] = call.get("show_alert") in (True, "true")
        await self._world.notify()
        return True

    async def answer_inline_query(self, call: "_Call") -> Any:
        query = self._world.queries.get(call.get("inline_query_id", ""))
        if query is None or "answered" in query:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        results, button = call.get("results"), call.get("button") or {}
        if len(results) > 50 or len({each["id"] for each in results}) < len(results):
            raise bad_request("RESULTS_TOO_MUCH")
        for each in results:
            self._world.file(each["photo_file_id"])
        start = str(button.get("start_parameter", "x"))
        if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", start) is None:
            raise bad_request("START_PARAM_INVALID")
        if len(call.get("next_offset", "").encode()) > 64:
            raise bad_request("NEXT_OFFSET_INVALID")
        query |= {**call.values, "answered": time.monotonic()}
        await self._world.notify()
        return True

    async def set_message_reaction(self, call: "_Call") -> Any:
        chat = self._world.chat_for(call.get("chat_id"))
        self._world.find(chat, call.get("message_id"), "react")["reaction"] = call.get("reaction")
        await self._world.notify()
        return True

    # --- files, chats, commands -------------------------------------------------------------

    async def get_file(self, call: "_Call") -> Any:
        path, content = self._world.file(call.get("file_id", ""))
        if len(content) > LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        file_id = call.get("file_id")
        return {
            "file_id": file_id,
            "file_unique_id": file_id[:12],
            "file_size": len(content),
            "file_path": path,
        }

    async def get_chat(self, call: "_Call") -> Any:
        chat = self._world.chat_for(call.get("chat_id"))
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
                 "gifts_from_channels")  # fmt: skip
        accepted = dict.fromkeys(gifts, False)
        required = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": accepted}
        linked = {"linked_chat_id": chat.linked} if chat.linked else {}
        return {**chat.to_json(), **required, **linked}

    async def get_chat_member(self, call: "_Call") -> Any:
        chat = self._world.chat_for(call.get("chat_id"))
        return self._member(chat, call.get("user_id"))

    async def get_chat_administrators(self, call: "_Call") -> Any:
        chat = self._world.chat_for(call.get("chat_id"))
        if chat.is_private:
            raise bad_request("there are no administrators in the private chat")
        leading = [u for u, s in chat.standing.items() if s in ("creator", "administrator")]
        return [self._member(chat, user) for user in leading]

    async def create_chat_invite_link(self, call: "_Call") -> Any:
        chat = self._world.chat_for(call.get("chat_id"))
        if chat.standing.get(BOT_ID) != "administrator":
            raise bad_request("not enough rights to manage chat invite link")
        number = len(self._world.invitations) + 1
        link = {
            "invite_link": f"https://t.me/+invite{number}",
            "creator": self._world.users[BOT_ID],
            "creates_join_request": False,
            "is_primary": False,
            "is_revoked": False,
            **{
                name: call.get(name)
                for name in ("name", "expire_date", "member_limit")
                if call.get(name) is not None
            },
        }
        self._world.invitations.append(link)
        return link

    async def ban_chat_member(self, call: "_Call") -> Any:
        self._world.chat_for(call.get("chat_id")).standing[call.get("user_id")] = "kicked"
        return True

    async def unban_chat_member(self, call: "_Call") -> Any:
        chat = self._world.chat_for(call.get("chat_id"))
        if chat.standing.get(call.get("user_id")) == "kicked":
            chat.standing[call.get("user_id")] = "left"
        return True

    async def set_my_commands(self, call: "_Call") -> Any:
        commands = call.get("commands", [])
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for each in commands:
            if not re.fullmatch("[a-z0-9_]{1,32}", each["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(each["description"]) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self._world.commands[_scope(call), call.get("language_code", "")] = commands
        await self._world.notify()
        return True

    async def get_my_commands(self, call: "_Call") -> Any:
        return self._world.commands.get((_scope(call), call.get("language_code", "")), [])

    # --- parts ------------------------------------------------------------------------------

    def _chat(self, call: "_Call", what: str, messages: int = 1) -> Chat:
        chat = self._world.chat_for(call.get("chat_id"), what)
        self._world.count(chat, messages)
        return chat

    def _own(self, call: "_Call") -> tuple[Chat, dict[str, Any]]:
        """A message that the bot may edit, and that counts against the limits."""
        chat = self._world.chat_for(call.get("chat_id"))
        self._world.count(chat)
        message = self._world.find(chat, call.get("message_id"), "edit")
        if message["from"]["id"] != BOT_ID:
            raise bad_request("message can't be edited")
        return chat, message

    async def _send(
        self, chat: Chat, call: "_Call", content: dict[str, Any], *, counted: bool = False
    ) -> dict[str, Any]:
        if (topic := call.get("message_thread_id")) in chat.closed_topics:
            raise bad_request("TOPIC_CLOSED")
        if topic is not None:
            content |= {"message_thread_id": int(topic), "is_topic_message": True}
        parameters = call.get("reply_parameters") or {}
        if (replied := parameters.get("message_id")) is not None:
            if replied in chat.messages:
                content["reply_to_message"] = {
                    k: v for k, v in chat.messages[replied].items() if k != "reply_to_message"
                }
            elif not parameters.get("allow_sending_without_reply"):
                raise bad_request("message to be replied not found")
        if call.get("reply_markup"):
            markup = _keyboard(call)
            asks = {"forces_reply": markup} if markup.get("force_reply") else {}
            content |= asks or {"reply_markup": markup}
        message = self._world.message(chat, BOT_ID, content)
        await self._world.notify()
        return message

    async def _edit(
        self, where: tuple[Chat, dict[str, Any]], call: "_Call", content: dict[str, Any], keeps: str
    ) -> dict[str, Any]:
        """Replace the content but for what it keeps; buttons that are not given again are gone."""
        chat, message = where
        goes = {*_CONTENT, "reply_markup"} - set(keeps.split())
        kept = {k: v for k, v in message.items() if k not in goes}
        if call.get("reply_markup"):
            content["reply_markup"] = _keyboard(call)
        shown = ("text", "entities", "caption", "caption_entities", "reply_markup", "photo")
        if all(message.get(k) == {**kept, **content}.get(k) for k in shown):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are"
                " exactly the same as a current content and reply markup of the message"
            )
        new = {**kept, **content, "edit_date": int(time.time())}
        self._world.keep(chat, new)
        await self._world.notify()
        return new

    def _media(self, call: "_Call", media: dict[str, Any]) -> dict[str, Any]:
        caption = _caption(_Call(media, {}))
        if media["type"] == "document":
            return {"document": self._document(_Call(media, call.files), "media"), **caption}
        if media["type"] != "photo":
            raise bad_request("this stand-in knows photos and documents only")
        return {"photo": self._photo(_Call(media, call.files), "media"), **caption}

    def _document(self, call: "_Call", name: str) -> dict[str, Any]:
        upload = call.upload(name)
        if len(upload.content) > LARGEST_DOCUMENT:
            raise TelegramRefusal(413, "Request Entity Too Large")
        document = self._world.put_file(upload.content, "documents/file_{}")
        return {**document, "file_name": upload.name, "mime_type": upload.media_type}

    def _photo(self, call: "_Call", name: str) -> list[dict[str, Any]]:
        given = call.get(name)
        if given is not None and not str(given).startswith("attach://"):
            self._world.file(given)
            return [{"file_id": given, "file_unique_id": given[:12], "width": 0, "height": 0}]
        return self._world.put_photo(call.upload(name).content)

    def _member(self, chat: Chat, user_id: int) -> dict[str, Any]:
        return member_of(self._world.users[user_id], chat.standing.get(user_id, "left"))


class _Call:
    """One request's values; files that were uploaded with it come by name."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, "Upload"]) -> None:
        self.values = values
        self.files = files

    def get(self, name: str, default: Any = None) -> Any:
        """A value, or None."""
        return self.values.get(name, default)

    def upload(self, name: str) -> "Upload":
        """An uploaded file, attached or of this name."""
        given = str(self.get(name, "")).removeprefix("attach://") or name
        if given not in self.files:
            raise bad_request("there is no file in the request")
        return self.files[given]


_CONTENT = ("text", "entities", "caption", "caption_entities", "photo", "document")


def _text(call: _Call) -> dict[str, Any]:
    text = call.get("text", "")
    if not text.strip():
        raise bad_request("message text is empty")
    if units(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return {"text": text, "entities": _entities(text, call, "entities")}


def _caption(call: _Call) -> dict[str, Any]:
    caption = call.get("caption") or ""
    if units(caption) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    entities = _entities(caption, call, "caption_entities")
    return {"caption": caption, "caption_entities": entities} if caption else {}


def _entities(text: str, call: _Call, name: str) -> list[dict[str, Any]]:
    given = call.get(name) or []
    if call.get("parse_mode"):
        raise bad_request("this stand-in takes entities, no markup")
    for each in given:
        if each["offset"] < 0 or each["offset"] + each["length"] > units(text):
            raise bad_request("ENTITY_BOUNDS_INVALID")
    return detected(text, given)


def _keyboard(call: _Call) -> dict[str, Any]:
    markup: dict[str, Any] = call.get("reply_markup")
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    for button in buttons:
        if not button.get("text"):
            raise bad_request("can't parse inline keyboard button: Text buttons are unallowed")
        if not 1 <= len(button.get("callback_data", "x").encode()) <= LONGEST_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    if len(buttons) > 100:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return markup


def member_of(user: Mapping[str, Any], standing: str) -> dict[str, Any]:
    """A `ChatMember`."""
    more: dict[str, dict[str, Any]] = {
        "creator": {"is_anonymous": False},
        "administrator": _ADMIN_RIGHTS,
        "kicked": {"until_date": 0},
    }
    return {"status": standing, "user": dict(user), **more.get(standing, {})}


def _scope(call: _Call) -> str:
    scope = call.get("scope") or {"type": "default"}
    return ":".join(str(value) for value in scope.values())


def _read(value: str) -> Any:
    """Decode a field: everything but texts is JSON."""
    try:
        return json.loads(value)
    except ValueError:
        return value
