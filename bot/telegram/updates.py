"""Receives updates, handles each one concurrently, and loses none.

Telegram forgets an update once the next one is requested. python-telegram-bot's updater requests
it at once, so a crash loses updates. Here an update is confirmed only when its handler is done, or
has done the work and only the answer is outstanding.
"""

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from structlog.contextvars import bound_contextvars
from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.telegram.message_refs import person_id
from bot.telegram.rate_limiter import seconds_of
from ganshare.errors import SettingsError
from ganshare.monitoring.log import get_logger, pseudonym

__all__ = ["Handled", "UpdateReceiver", "poll", "token_refused"]

_log = get_logger(__name__)
_REMEMBERED = 2000  # updates that are done, should they come again
_SECONDS_TO_SAY = 3.0  # that the answer may take after the deed before the update is confirmed
_LONG_POLL = 25
_QUIET_SECONDS = 86_400.0  # after which Telegram may go on with any number
_NO_POLL, _PAUSE = 1.0, 0.5  # a server that answers "nothing" sooner than this does not wait itself
_SHORT_POLL = 0.2  # while updates are under way, and come again each time
_RETRY = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


@dataclass
class Handled:
    """How far an update has got; its handler sets `taken` once nothing can be lost any more."""

    taken: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class UpdateReceiver:
    """Hands each update to the handler once, in a task of its own."""

    def __init__(self, handle: Callable[[Update, Handled], Awaitable[None]]) -> None:
        self._handle = handle
        self._open: dict[int, Handled] = {}
        self._done: OrderedDict[int, None] = OrderedDict()
        self._highest = -1
        self._heard = time.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()

    @property
    def offset(self) -> int | None:
        """The first update that is not settled, for Telegram to begin with.

        None after a quiet day: after a quiet week Telegram goes on with any other number.
        """
        if self._open:
            return min(self._open)
        if time.monotonic() - self._heard > _QUIET_SECONDS:
            self._highest = -1
        return None if self._highest < 0 else self._highest + 1

    def skip(self, number: int) -> None:
        """Leave out an update that cannot be read."""
        self._note(number)

    @property
    def is_idle(self) -> bool:
        """Whether every update is settled."""
        return not self._open

    def take(self, update: Update) -> Handled | None:
        """Begin with an update; None if it is settled already."""
        number = update.update_id
        self._heard = time.monotonic()
        if number in self._done:
            return None
        if number not in self._open:
            handled = self._open[number] = Handled()
            for work in (self._work(update, handled), self._settle(number, handled)):
                task = asyncio.create_task(work)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return self._open[number]

    async def rest(self, seconds: float) -> None:
        """Wait until an update is settled, but not longer than this."""
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    async def close(self, seconds: float = 5.0) -> None:
        """Let handlers end; what is not settled by then comes again after the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, update: Update, handled: Handled) -> None:
        with bound_contextvars(**_log_keys(update)):
            try:
                await self._handle(update, handled)
            except Exception:
                _log.exception("an update was not handled")
        handled.taken.set()
        handled.settled.set()

    async def _settle(self, number: int, handled: Handled) -> None:
        await handled.taken.wait()
        try:
            async with asyncio.timeout(_SECONDS_TO_SAY):
                await handled.settled.wait()
        except TimeoutError:
            handled.settled.set()
        del self._open[number]
        self._note(number)
        self._news.set()

    def _note(self, number: int) -> None:
        self._done[number] = None
        self._highest = max(self._highest, number)
        while len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)


async def poll(bot: "ExtBot[int]", receiver: UpdateReceiver) -> None:
    """Fetch updates until cancelled.

    Raises:
        SettingsError: Telegram refuses the token.
    """
    failures = 0
    while True:
        try:
            began = time.monotonic()
            updates = await _fetch(bot, receiver)
        except TelegramError as error:
            pause = _RETRY[min(failures, len(_RETRY) - 1)]
            failures += 1
            await asyncio.sleep(_pause(error, pause))
            continue
        failures = 0
        for update in updates:
            receiver.take(update)
        if not receiver.is_idle:
            await receiver.rest(_SHORT_POLL)
        elif not updates and time.monotonic() - began < _NO_POLL:
            await asyncio.sleep(_PAUSE)


async def _fetch(bot: "ExtBot[int]", receiver: UpdateReceiver) -> Sequence[Update]:
    try:
        return await bot.get_updates(
            offset=receiver.offset,
            timeout=_LONG_POLL if receiver.is_idle else 0,
            allowed_updates=Update.ALL_TYPES,
            read_timeout=10.0,
        )
    except TelegramError:
        raise
    except Exception as error:  # one that python-telegram-bot cannot read; it would stay the first
        _log.warning("updates cannot be read at once", reason=type(error).__name__)
    # Spelt so, since python-telegram-bot warns of what it has a method for.
    raw = await bot.do_api_request("get__updates", {"offset": receiver.offset, "timeout": 0})
    return [update for each in raw if (update := _read(each, bot, receiver)) is not None]


def _read(given: Any, bot: "ExtBot[int]", receiver: UpdateReceiver) -> Update | None:
    try:
        return Update.de_json(given, bot)
    except Exception as error:
        number = given["update_id"]  # alone; messages of users do not belong in the log
        _log.error("an update cannot be read", update=number, reason=type(error).__name__)
        receiver.skip(number)
        return None


def _log_keys(update: Update) -> dict[str, Any]:
    """Whose update it is: people by their pseudonyms, and their private chats alike."""
    keys: dict[str, Any] = {"update": update.update_id}
    if (chat := update.effective_chat) is not None:
        name = person_id(chat.id)
        keys["chat"] = pseudonym(name) if chat.type == "private" else name
    if (user := update.effective_user) is not None:
        keys["person"] = pseudonym(person_id(user.id))
    return keys


def token_refused() -> SettingsError:
    """Say what to do about a token that Telegram does not know."""
    return SettingsError(
        "Telegram refuses BOT_TELEGRAM_TOKEN; @BotFather shows it under /mybots, API Token."
    )


def _pause(error: TelegramError, pause: float) -> float:
    """Say what happened, once for each try; give the time to wait."""
    if isinstance(error, InvalidToken):
        raise token_refused() from error
    if isinstance(error, RetryAfter):
        return seconds_of(error)
    if isinstance(error, Conflict):
        _log.error(
            "another process fetches this bot's updates, or a webhook is set",
            pid=os.getpid(),
            reason=error.message,
        )
        return max(pause, 5.0)
    say = _log.warning if isinstance(error, NetworkError) else _log.error
    say("Telegram cannot be reached", reason=error.message, next_try=pause)
    return pause
