"""Looks up who is an admin of a group, and caches the answer."""

import asyncio
import time

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.core.messages import Rank
from ganshare.monitoring.log import get_logger

__all__ = ["ChatAdmins"]

_log = get_logger(__name__)
_SECONDS = 600.0  # Telegram tells of changes only where the bot is an admin itself
_MOST_CHATS = 1000


class ChatAdmins:
    """The administrators of the groups that the bot is in."""

    def __init__(self, bot: "ExtBot[int]") -> None:
        self._bot = bot
        self._known: dict[int, tuple[float, asyncio.Task[frozenset[int]]]] = {}

    async def of(self, user: int, chat: int) -> Rank:
        """The rank of a person in a group; MEMBER if it cannot be looked up."""
        until, asked = self._known.get(chat, (0.0, None))
        if asked is None or time.monotonic() > until:
            if len(self._known) >= _MOST_CHATS:
                self._known.clear()
            asked = asyncio.create_task(self._ask(chat))
            self._known[chat] = (time.monotonic() + _SECONDS, asked)
        try:
            leading = await asyncio.shield(asked)
        except TelegramError as error:
            _log.info("the admins of a group are not known", reason=error.message)
            self.forget(chat)
            return Rank.MEMBER
        return Rank.ADMIN if user in leading else Rank.MEMBER

    async def speaks_for(self, sender: int, chat: int) -> bool:
        """Whether what a chat sends is a group's own word: the group's, or its linked channel's."""
        if sender == chat:
            return True
        try:
            return (await self._bot.get_chat(chat)).linked_chat_id == sender
        except TelegramError as error:
            _log.info("the channel of a group is not known", reason=error.message)
            return False

    def forget(self, chat: int) -> None:
        """Ask again next time."""
        self._known.pop(chat, None)

    async def _ask(self, chat: int) -> frozenset[int]:
        members = await self._bot.get_chat_administrators(chat)
        return frozenset(member.user.id for member in members)
