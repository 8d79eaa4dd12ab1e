"""Keeps Telegram's limits: 20 messages a minute in a group, 30 a second in all.

Replaces python-telegram-bot's AIORateLimiter, whose bucket lets 39 through in a group's
first minute, and which stops every chat when one of them is told to slow down. Here each chat
waits for itself, and progress never takes the last places: those are for answers, and the very
last ones for finished paintings. Places in the queue are shown where all of them leave room.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

__all__ = ["NoLongerWanted", "RateLimits", "TelegramRateLimiter", "Turn", "Urgency", "seconds_of"]

_COUNTED = ("send", "edit", "copy", "forward")  # beginnings of methods that the limits are for
_FREE = ("sendChatAction",)
_SLACK = 0.05  # seconds, for those who come back a little early
_MOST_CHATS = 1000  # that are remembered while quiet


class Urgency(IntEnum):
    """What a request is for; passed as `rate_limit_args`."""

    WAITING = 1  # a place in the queue: only where nobody else has need of the room
    PROGRESS = 2  # refused rather than delayed: a newer frame comes anyway
    ANSWER = 3  # waits for its turn; the default
    FINAL = 4  # before all others; refused where there is no place, to be tried again soon


class NoLongerWanted(TelegramError):  # noqa: N818  # says what is the case
    """What was to be sent has been said otherwise while it waited for its turn."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What `rate_limit_args` says of a request.

    Args:
        is_wanted: asked once more after it has waited; None: whatever happens meanwhile.
    """

    urgency: Urgency = Urgency.ANSWER
    is_wanted: Callable[[], Awaitable[bool]] | None = None


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Telegram's limits, and how they are shared.

    Args:
        group: messages and edits in one group within `group_seconds`.
        overall: the same in all chats within one second.
        for_waiting: the share that places in the queue may take; `for_progress` and
            `for_answers` are the shares of those.
        private_gap: seconds between two changes of one private message.
        patience: seconds that an answer waits at most; `waiting` answers at most in one chat.
    """

    group: int = 20
    group_seconds: float = 60.0
    overall: int = 28
    for_waiting: float = 0.3
    for_progress: float = 0.6
    for_answers: float = 0.9
    private_gap: float = 1.0
    patience: float = 120.0
    waiting: int = 20


class _Window:
    """Counts what happened within the last seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._times: deque[float] = deque()

    def until_free(self, now: float, share: float, count: int) -> float:
        """Seconds until so many more fit into a share of the limit; 0 if they fit now."""
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        over = len(self._times) + count - max(count, int(self._limit * share))
        return 0.0 if over <= 0 else self._times[over - 1] + self._seconds - now

    def take(self, now: float, count: int) -> None:
        """Count some."""
        self._times.extend([now] * count)

    def is_empty(self, now: float) -> bool:
        """Whether nothing is counted any more."""
        return not self._times or self._times[-1] <= now - self._seconds


@dataclass
class _Chat:
    """One chat's share.

    Args:
        closed: until when Telegram wants silence.
        turns: when each message may show progress next.
        last_turn: the latest of them that was given.
    """

    window: _Window
    closed: float = 0.0
    turns: dict[object, float] = field(default_factory=dict)
    last_turn: float = 0.0
    waiting: int = 0


class TelegramRateLimiter(BaseRateLimiter[Any]):
    """Delays or refuses requests, so that Telegram never has to.

    Progress in a group goes round: with so many jobs running, each has its turn that much more
    seldom. What comes too early or finds no place raises RetryAfter with the time to come again.
    """

    def __init__(
        self, limits: RateLimits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits or RateLimits()
        self._clock = clock
        self._overall = _Window(self._limits.overall, 1.0)
        self._chats: dict[int | str, _Chat] = {}

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | Turn | None,
    ) -> Any:
        """Call at the right time.

        Raises:
            RetryAfter: that is not now.
            NoLongerWanted: while it waited, it came to be of no use.
        """
        where = data.get("chat_id")
        if where is None or endpoint in _FREE or not endpoint.startswith(_COUNTED):
            return await callback(*args, **kwargs)
        chat = self._chat(where)
        turn = rate_limit_args
        if not isinstance(turn, Turn):
            turn = Turn(Urgency(turn or Urgency.ANSWER))
        urgency = turn.urgency
        count = len(data.get("media", ())) if endpoint == "sendMediaGroup" else 1
        deadline = self._clock() + self._limits.patience
        while True:
            await self._turn(chat, where, turn, count, data.get("message_id"), deadline)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                chat.closed = self._clock() + seconds_of(error)
                if urgency is not Urgency.ANSWER or chat.closed > deadline:
                    raise

    async def _turn(
        self,
        chat: _Chat,
        where: int | str,
        turn: Turn,
        count: int,
        message: object,
        deadline: float,
    ) -> None:
        """Wait until the request may go, and count it."""
        urgency = turn.urgency
        chat.waiting += 1
        try:
            while (wait := self._wait(chat, where, urgency, count, message)) > 0:
                patient = self._clock() + wait <= deadline and chat.waiting <= self._limits.waiting
                if urgency is not Urgency.ANSWER or not patient:
                    raise RetryAfter(timedelta(seconds=wait))
                await asyncio.sleep(wait)
                if turn.is_wanted is not None and not await turn.is_wanted():
                    raise NoLongerWanted("something newer is there")
        finally:
            chat.waiting -= 1
        now = self._clock()
        chat.window.take(now, count)
        self._overall.take(now, count)

    def _wait(
        self, chat: _Chat, where: int | str, urgency: Urgency, count: int, message: object
    ) -> float:
        """Seconds until the request may go; 0 for now."""
        now, limits = self._clock(), self._limits
        shares = {
            Urgency.WAITING: limits.for_waiting,
            Urgency.PROGRESS: limits.for_progress,
            Urgency.ANSWER: limits.for_answers,
            Urgency.FINAL: 1.0,
        }
        free = max(
            chat.closed - now,
            chat.window.until_free(now, shares[urgency], count) if _is_group(where) else 0.0,
            self._overall.until_free(now, shares[urgency], count),
        )
        if urgency is Urgency.PROGRESS and free <= 0:
            return self._round(chat, where, message, now)
        if urgency is Urgency.WAITING and any(at > now for at in chat.turns.values()):
            return max(free, limits.private_gap)
        return free

    def _round(self, chat: _Chat, where: int | str, message: object, now: float) -> float:
        """Seconds until it is this message's turn in its chat."""
        limits = self._limits
        gap = limits.private_gap
        if _is_group(where):
            # A little longer than its share, so that the share is never what refuses a turn.
            gap = 1.05 * limits.group_seconds / int(limits.group * limits.for_progress)
        chat.turns = {each: at for each, at in chat.turns.items() if at > now - 2 * gap}
        if message not in chat.turns:
            chat.turns[message] = chat.last_turn = max(now, chat.last_turn + gap)
        wait = chat.turns[message] - now
        if wait <= _SLACK:
            del chat.turns[message]
            return 0.0
        return wait

    def _chat(self, where: int | str) -> _Chat:
        now = self._clock()
        if len(self._chats) > _MOST_CHATS:
            self._chats = {
                each: chat
                for each, chat in self._chats.items()
                if chat.waiting or chat.closed > now or not chat.window.is_empty(now)
            }
        if where not in self._chats:
            window = _Window(self._limits.group, self._limits.group_seconds)
            self._chats[where] = _Chat(window)
        return self._chats[where]


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants to be left alone."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _is_group(where: int | str) -> bool:
    """Groups have negative ids; names are those of groups and channels."""
    return isinstance(where, str) or where < 0
