"""Sends the dispatcher's replies to a chat, offers paintings inline, and says how to begin."""

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from telegram import (
    InlineQuery,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    Message,
)
from telegram.error import BadRequest, ChatMigrated, NetworkError, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.app import Front
from bot.core.messages import Action, Button, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.painting_content import bare
from bot.core.rendering.replies import shortened
from bot.telegram.message_refs import ORIGIN, MessageRef, Spot, person_id
from bot.telegram.parsing import BEGIN, HELP, Line, start_with
from bot.telegram.sender import Sender, Wanted
from ganshare.domain.visibility import Visibility
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["Answers", "InlineAnswers", "guidance"]

_log = get_logger(__name__)
PAGE = 20  # of the 50 results that Telegram takes
MOST_PAGES = 10  # looked through for one answer
CACHE_SECONDS = 10  # for which Telegram may repeat an answer; a painting may be deleted meanwhile
LONGEST_LABEL = 40  # UTF-16 units of a prompt on the button
_OFFSET = re.compile(r"[0-9a-f]{1,40}")
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


class InlineAnswers:
    """Answers inline queries: own paintings to send in any chat, and the way to paint another."""

    def __init__(self, bot: "ExtBot[int]", front: Front) -> None:
        self._bot, self._front = bot, front

    async def answer(self, query: InlineQuery) -> None:
        """Offer what matches; an answer that comes too late is none."""
        words, locale = query.query.strip(), query.from_user.language_code or "en"
        after = query.offset if _OFFSET.fullmatch(query.offset) else ""
        try:
            found, following = await self._find(person_id(query.from_user.id), words, after)
        except WorldError as error:
            _log.warning("an inline query finds nothing", reason=str(error))
            found, following = [], ""
        say = self._front.words.say
        label = say(locale, "telegram-inline-new")
        if words:
            label = say(locale, "telegram-inline", prompt=shortened(words, LONGEST_LABEL))
        try:
            await self._bot.answer_inline_query(
                query.id,
                found,
                cache_time=CACHE_SECONDS,
                is_personal=True,
                next_offset=following,
                button=InlineQueryResultsButton(label, start_parameter=start_with(words)),
            )
        except TelegramError as error:
            _log.info("an inline query was not answered", reason=error.message)

    async def _find(
        self, person: str, words: str, after: str
    ) -> tuple[Sequence[InlineQueryResultCachedPhoto], str]:
        """A page of someone's own paintings that Telegram has, and where the next one begins."""
        results: list[InlineQueryResultCachedPhoto] = []
        store = self._front.store
        for _ in range(MOST_PAGES):
            page = await store.gallery.search(
                after=after or None, limit=PAGE, text=words, person=person
            )
            # What only they may see is not for a chat with others, not even by mistake.
            shown = [each for each in page if each.visibility is not Visibility.ONLY_ME]
            showings = await store.posts.of_artworks([each.id for each in shown], ORIGIN)
            photos = {each.artwork: each.address.get("photo") for each in showings}
            results += [
                InlineQueryResultCachedPhoto(each.id, photo, caption=shortened(each.prompt))
                for each in shown
                if (photo := photos.get(each.id))
            ]
            after = page[-1].id if len(page) == PAGE else ""
            if not after or len(results) >= PAGE:
                break
        return results, after


def guidance(
    words: Catalogue, bot_name: str, message: Message, line: Line, locale: str
) -> list[Reply]:
    """One short message instead of the list of all commands; none where the line is a command."""
    begin = Reply(text=words.say(locale, "telegram-begin"))
    if line.command == BEGIN and line.words:  # perhaps a stranger's: it is not painted at once
        how = words.say(locale, "telegram-start-prompt")
        return [Reply(text=how), Reply(text=line.words)]
    if line.command == BEGIN:
        return [begin]
    if line.command != HELP or line.words.strip() or message.chat.type == "private":
        return []
    url = f"https://t.me/{bot_name}?start=help"
    button = Button(Action.SHOW, "help", words.say(locale, "telegram-help"), url=url)
    return [Reply(text=begin.text, buttons=((button,),))]
