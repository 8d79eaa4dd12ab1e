"""Sends and edits messages: texts, photos, documents, with their buttons."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from telegram import (
    ForceReply,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    User,
)
from telegram.error import BadRequest, ChatMigrated
from telegram.ext import ExtBot

from bot.core.messages import Button, Form, Reply
from bot.telegram.errors import is_no_media, is_no_text, is_unchanged
from bot.telegram.formatting import (
    LONGEST_CAPTION,
    LONGEST_TEXT,
    compose,
    keyboard,
    plain,
    shorten,
    units,
)
from bot.telegram.message_refs import MessageRef, Spot
from bot.telegram.photos import as_photo, blank_card, contact_sheet
from bot.telegram.rate_limiter import Turn, Urgency

__all__ = ["Sender", "Wanted"]

_MakeMedia = Callable[..., InputMediaPhoto | InputMediaDocument]
Wanted = Callable[[], Awaitable[bool]] | None
_LONGEST_NAME = 64
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Sender:
    """One bot's way to its chats; raises what python-telegram-bot raises."""

    def __init__(self, bot: "ExtBot[int]") -> None:
        self._bot = bot
        self._moved: dict[int, int] = {}

    def on_chat_migrated(self, old: int, new: int) -> None:
        """Remember that a group became a supergroup, whose id is another."""
        self._moved[old] = new

    async def send(
        self, spot: Spot, reply: Reply, urgency: Urgency = Urgency.ANSWER, is_wanted: Wanted = None
    ) -> MessageRef:
        """Send a reply as a new message.

        Args:
            is_wanted: asked once more where it had to wait; raises NoLongerWanted if it is not.
        """
        turn = Turn(urgency, is_wanted)
        chat = self._moved.get(spot.chat)
        if chat is not None:
            spot = Spot(chat)
        try:
            return await self._send(spot, reply, turn)
        except ChatMigrated as error:
            self.on_chat_migrated(spot.chat, error.new_chat_id)
            return await self._send(Spot(error.new_chat_id), reply, turn)

    async def _send(self, spot: Spot, reply: Reply, turn: Turn) -> MessageRef:
        common: dict[str, Any] = {
            "chat_id": spot.chat,
            "message_thread_id": spot.thread,
            "rate_limit_args": turn,
        }
        if (below := _below(spot)) is not None:
            common["reply_parameters"] = below
        if reply.document is not None:
            words = compose(reply, LONGEST_CAPTION)
            document = InputFile(reply.document.data, reply.document.name)
            sent: Message = await self._bot.send_document(
                document=document,
                caption=words.text or None,
                caption_entities=words.entities or None,
                reply_markup=words.keyboard,
                **common,
            )
        elif reply.pictures:
            words = compose(reply, LONGEST_CAPTION)
            sent = await self._bot.send_photo(
                photo=InputFile(await _photo(reply), "picture.jpg"),
                caption=words.text or None,
                caption_entities=words.entities or None,
                reply_markup=words.keyboard,
                **common,
            )
        else:
            words = compose(reply, LONGEST_TEXT)
            sent = await self._bot.send_message(
                text=words.text or "…",
                entities=words.entities or None,
                link_preview_options=_NO_PREVIEW,
                reply_markup=words.keyboard,
                **common,
            )
        has_media = bool(sent.photo or sent.document)
        photo = _photo_id(sent, reply, turn.urgency)
        return MessageRef(sent.chat.id, sent.message_id, has_media, spot.thread, photo)

    async def mention(self, below: MessageRef, user: int | None, name: str, text: str) -> None:
        """Reply to a message of ours with a text that begins with someone's name."""
        who = shorten(plain(name), _LONGEST_NAME)
        entities = []
        if who and user is not None:
            named = User(user, who, is_bot=False)
            entities = [MessageEntity(MessageEntity.TEXT_MENTION, 0, units(who), user=named)]
        await self._bot.send_message(
            below.chat,
            f"{who}, {text}" if who else text,
            entities=entities or None,
            message_thread_id=below.thread,
            reply_parameters=ReplyParameters(below.message, allow_sending_without_reply=True),
            rate_limit_args=int(Urgency.FINAL),
        )

    async def ask(self, spot: Spot, form: Form, text: str, user: User) -> None:
        """Ask someone to reply with a text; the answer is known by the last entity."""
        pieces = (
            (shorten(plain(user.full_name), _LONGEST_NAME) or "…", MessageEntity.TEXT_MENTION),
            (f", {text}\n\n", None),
            (form.text, MessageEntity.PRE),
            ("\n\n", None),
            (form.subject, MessageEntity.CODE),
        )
        said, entities = "", []
        for piece, kind in pieces:
            person = user if kind == MessageEntity.TEXT_MENTION else None
            if kind is not None:
                entities.append(MessageEntity(kind, units(said), units(piece), user=person))
            said += piece
        await self._bot.send_message(
            spot.chat,
            said,
            entities=entities,
            message_thread_id=spot.thread,
            reply_parameters=_below(spot),
            reply_markup=ForceReply(selective=True),
            rate_limit_args=int(Urgency.ANSWER),
        )

    async def edit(
        self,
        address: MessageRef,
        reply: Reply,
        urgency: Urgency = Urgency.ANSWER,
        *,
        keeps_picture: bool = False,
    ) -> MessageRef:
        """Make a message show a reply; gives where that stands now.

        A photo cannot become a text: where a reply has no picture, the old one stays if that is
        wanted, else a blank card takes its place.
        """
        try:
            if reply.pictures or reply.document:
                return await self._edit_media(address, reply, await _media(reply), urgency)
            if not address.is_photo:
                return await self._edit_text(address, reply, urgency)
            if keeps_picture:
                return await self._edit_caption(address, reply, urgency)
            return await self._edit_media(address, reply, _as_photo(blank_card()), urgency)
        except ChatMigrated as error:
            self.on_chat_migrated(address.chat, error.new_chat_id)
            raise BadRequest("message to edit not found: the group has moved") from error
        except BadRequest as error:
            if is_unchanged(error):
                return address
            if is_no_text(error):
                # Not what we remember, as after a restart between an edit and its note.
                if address.is_photo:
                    return await self._edit_text(replace(address, is_photo=False), reply, urgency)
                other = replace(address, is_photo=True)
                if keeps_picture:
                    return await self._edit_caption(other, reply, urgency)
                return await self._edit_media(other, reply, _as_photo(blank_card()), urgency)
            if is_no_media(error):
                return await self._replace(address, reply, urgency)
            raise

    async def relabel(self, address: MessageRef, buttons: Sequence[Sequence[Button]]) -> None:
        """Change a message's buttons, and nothing else."""
        rows = tuple(tuple(row) for row in buttons)
        try:
            await self._bot.edit_message_reply_markup(
                address.chat,
                address.message,
                reply_markup=keyboard(Reply(buttons=rows)),
                rate_limit_args=int(Urgency.PROGRESS),
            )
        except BadRequest as error:
            if not is_unchanged(error):
                raise

    async def delete(self, address: MessageRef) -> None:
        """Delete a message; one that is gone already is as good."""
        try:
            await self._bot.delete_message(address.chat, address.message)
        except BadRequest:
            return

    async def _edit_text(self, address: MessageRef, reply: Reply, urgency: Urgency) -> MessageRef:
        words = compose(reply, LONGEST_TEXT)
        await self._bot.edit_message_text(
            words.text or "…",
            address.chat,
            address.message,
            entities=words.entities or None,
            link_preview_options=_NO_PREVIEW,
            reply_markup=words.keyboard,
            rate_limit_args=int(urgency),
        )
        return address

    async def _edit_caption(
        self, address: MessageRef, reply: Reply, urgency: Urgency
    ) -> MessageRef:
        words = compose(reply, LONGEST_CAPTION)
        await self._bot.edit_message_caption(
            address.chat,
            address.message,
            caption=words.text,
            caption_entities=words.entities or None,
            reply_markup=words.keyboard,
            rate_limit_args=int(urgency),
        )
        return address

    async def _edit_media(
        self, address: MessageRef, reply: Reply, media: _MakeMedia, urgency: Urgency
    ) -> MessageRef:
        words = compose(reply, LONGEST_CAPTION)
        edited = await self._bot.edit_message_media(
            media(caption=words.text or None, caption_entities=words.entities or None),
            address.chat,
            address.message,
            reply_markup=words.keyboard,
            rate_limit_args=int(urgency),
        )
        photo = _photo_id(edited, reply, urgency)
        return replace(address, is_photo=True, photo=photo or address.photo)

    async def _replace(self, address: MessageRef, reply: Reply, urgency: Urgency) -> MessageRef:
        """Where a text cannot become a photo: the photo is sent, and the text goes."""
        sent = await self.send(Spot(address.chat, thread=address.thread), reply, urgency)
        await self.delete(address)
        return sent


def _photo_id(sent: Message | bool, reply: Reply, urgency: Urgency) -> str | None:
    """Telegram's id of a finished picture; previews change too often to be noted."""
    is_finished = urgency is Urgency.FINAL and bool(reply.pictures)
    if isinstance(sent, bool) or not is_finished or not sent.photo:
        return None
    return sent.photo[-1].file_id


def _below(spot: Spot) -> ReplyParameters | None:
    if spot.message is None:
        return None
    return ReplyParameters(spot.message, allow_sending_without_reply=True)


async def _media(reply: Reply) -> _MakeMedia:
    """What a message becomes: the reply's document, or its pictures as one photo."""
    if reply.document is None:
        return _as_photo(await _photo(reply))
    document = InputFile(reply.document.data, reply.document.name, attach=True)
    return partial(InputMediaDocument, document)


def _as_photo(photo: bytes) -> _MakeMedia:
    return partial(InputMediaPhoto, InputFile(photo, "picture.jpg", attach=True))


async def _photo(reply: Reply) -> bytes:
    """The reply's picture, or its pictures on one sheet."""
    if len(reply.pictures) == 1:
        return await asyncio.to_thread(as_photo, reply.pictures[0])
    return await asyncio.to_thread(contact_sheet, reply.pictures)
