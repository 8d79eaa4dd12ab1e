"""Updates come in, each is handled at once and on its own, and none is lost.

Telegram forgets an update when the one after it is asked for. python-telegram-bot's updater asks
at once, so that what it holds in memory dies with the process; here an update is confirmed when
its handler is done, or has at least carried out what was asked and only waits to say so.
"""

import asyncio
import logging
import os
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.telegram.pace import seconds_of
from ganshare.errors import SettingsError

__all__ = ["Handled", "Intake", "poll", "token_refused"]

_log = logging.getLogger(__name__)
_REMEMBERED = 2000  # updates that are done, should they come again
_SECONDS_TO_SAY = 3.0  # that the answer may take after the deed before the update is confirmed
_LONG_POLL = 25
_SHORT_POLL = 0.2  # while updates are under way, and come again each time
_RETRY = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


@dataclass
class Handled:
    """How far an update has got; its handler sets `taken` once nothing can be lost any more."""

    taken: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class Intake:
    """Hands each update to a handler of its own task, once."""

    def __init__(self, handle: Callable[[Update, Handled], Awaitable[None]]) -> None:
        self._handle = handle
        self._open: dict[int, Handled] = {}
        self._done: OrderedDict[int, None] = OrderedDict()
        self._highest = -1
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()

    @property
    def offset(self) -> int | None:
        """The first update that is not settled, for Telegram to begin with.

        None once all are confirmed: after a quiet week Telegram goes on with any other number.
        """
        if self._open:
            return min(self._open)
        return None if self._highest < 0 else self._highest + 1

    def confirmed(self) -> None:
        """Telegram has forgotten whatever is settled."""
        self._highest = -1

    @property
    def is_idle(self) -> bool:
        """Whether every update is settled."""
        return not self._open

    def take(self, update: Update) -> Handled | None:
        """Begin with an update; None if it is settled already."""
        number = update.update_id
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
        try:
            await self._handle(update, handled)
        except Exception:
            _log.exception("update %s was not handled", update.update_id)
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
        self._done[number] = None
        self._highest = max(self._highest, number)
        while len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
        self._news.set()


async def poll(bot: "ExtBot[int]", intake: Intake) -> None:
    """Fetch updates until cancelled.

    Raises:
        SettingsError: Telegram refuses the token.
    """
    failures = 0
    while True:
        try:
            was_idle = intake.is_idle
            updates = await bot.get_updates(
                offset=intake.offset,
                timeout=_LONG_POLL if was_idle else 0,
                allowed_updates=Update.ALL_TYPES,
                read_timeout=10.0,
            )
        except TelegramError as error:
            pause = _RETRY[min(failures, len(_RETRY) - 1)]
            failures += 1
            await asyncio.sleep(_pause(error, pause))
            continue
        failures = 0
        if was_idle:
            intake.confirmed()
        for update in updates:
            intake.take(update)
        if not intake.is_idle:
            await intake.rest(_SHORT_POLL)


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
            "another process fetches this bot's updates, or a webhook is set (process %s): %s",
            os.getpid(),
            error.message,
        )
        return max(pause, 5.0)
    level = logging.WARNING if isinstance(error, NetworkError) else logging.ERROR
    _log.log(level, "Telegram cannot be reached, next try in %g s: %s", pause, error.message)
    return pause
