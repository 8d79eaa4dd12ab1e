"""Sends the dispatcher's replies to a chat, records the messages of jobs, and says how to begin."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from telegram import Message
from telegram.error import BadRequest, ChatMigrated, NetworkError, TelegramError, TimedOut

from bot.app import Front
from bot.core.messages import Action, Button, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.painting_content import bare
from bot.telegram.message_refs import ORIGIN, MessageRef, Spot, person_id
from bot.telegram.parsing import BEGIN, HELP, Line
from bot.telegram.sender import Sender, Wanted
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["Answers", "guidance"]

_log = get_logger(__name__)
_RETRIES = (0.5, 1.0, 2.0, 4.0, 8.0)


class Answers:
    """Answers where a message or a press came from.

    Args:
        name: of the bot, without the @.
    """

    def __init__(self, front: Front, sender: Sender, name: str) -> None:
        self._front, self._sender, self._name = front, sender, name

    async def deliver(self, spot: Spot, reply: Reply) -> None:
        """Send a reply; if it is a job's message, tell the dispatcher where it stands.

        A job whose message cannot be sent is left to the delivery service; an answer that comes
        later than that service's message is none any more.
        """
        if reply.job is None:
            await self.send(spot, reply)
            return
        job = reply.job

        async def is_wanted() -> bool:
            return not await self._has_message(job)

        if not await is_wanted():
            return  # a repeated update, answered before
        address = await self.send(spot, reply, is_wanted)
        if address is None:
            return
        if not await self._front.dispatcher.save_message(job, ORIGIN, address.to_json()):
            with contextlib.suppress(TelegramError):
                await self._sender.delete(address)

    async def _has_message(self, job: str) -> bool:
        try:
            return await self._front.store.posts.of_job(job) is not None
        except WorldError:
            return False

    async def send(self, spot: Spot, reply: Reply, is_wanted: Wanted = None) -> MessageRef | None:
        """Send; what shows paintings only once it is known where; None if it cannot be done."""
        if not reply.artworks:
            return await self._send_at_once(spot, reply, is_wanted)
        sent = await self._send_at_once(spot, bare(reply), is_wanted)
        if sent is not None:
            try:
                await self.show(sent, reply)
            except TelegramError as error:  # the renewals go on with it
                _log.info("an answer is shown later", reason=error.message)
        return sent

    async def show(self, where: MessageRef, reply: Reply) -> None:
        """Make a message of ours show a reply."""

        async def edit(shown: Reply) -> Mapping[str, Any]:
            return (await self._sender.edit(where, shown)).to_json()

        person = person_id(where.chat) if where.chat > 0 else ""
        messages = self._front.dispatcher.painting_messages
        await messages.show(ORIGIN, where.to_json(), reply, edit, person=person)

    async def _send_at_once(
        self, spot: Spot, reply: Reply, is_wanted: Wanted = None
    ) -> MessageRef | None:
        """Send, again and again while the network is away; None if it cannot be done."""
        for pause in (*_RETRIES, None):
            try:
                return await self._sender.send(spot, reply, is_wanted=is_wanted)
            except (BadRequest, TimedOut, ChatMigrated) as error:
                _log.info("an answer was not sent", job=reply.job, reason=error.message)
                return None
            except NetworkError as error:
                _log.warning("an answer was not sent yet", job=reply.job, reason=error.message)
                if pause is None:
                    return None
                await asyncio.sleep(pause)
            except TelegramError as error:
                _log.info("an answer was not sent", job=reply.job, reason=error.message)
                return None
        return None

    def write_first(self, locale: str) -> str:
        """Say how one gets an answer that is for one alone: bots may not begin a chat."""
        url = f"https://t.me/{self._name}"
        return self._front.words.say(locale, "telegram-write-first", url=url)


def guidance(
    words: Catalogue, bot_name: str, message: Message, line: Line, locale: str
) -> list[Reply]:
    """One short message instead of the list of all commands; none where the line is a command."""
    begin = Reply(text=words.say(locale, "telegram-begin"))
    if line.command == BEGIN:
        return [begin]
    if line.command != HELP or line.words.strip() or message.chat.type == "private":
        return []
    url = f"https://t.me/{bot_name}?start=help"
    button = Button(Action.SHOW, "help", words.say(locale, "telegram-help"), url=url)
    return [Reply(text=begin.text, buttons=((button,),))]
