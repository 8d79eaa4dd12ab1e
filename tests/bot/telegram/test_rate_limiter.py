"""Telegram's limits are never met: who waits, who comes back later, who goes first."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.telegram.rate_limiter import RateLimits, TelegramRateLimiter, Urgency, seconds_of
from ganshare.testing import TIMEOUT

GROUP, PRIVATE = -100, 100


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Line:
    """A pace, and what went through it."""

    def __init__(self, **limits: Any) -> None:
        self.clock = Clock()
        self.pace = TelegramRateLimiter(RateLimits(**limits), self.clock)
        self.sent: list[tuple[float, object]] = []

    async def send(
        self, chat: int, urgency: Urgency, message: object = None, endpoint: str = "sendMessage"
    ) -> None:
        async def callback() -> None:
            self.sent.append((self.clock.now, message))

        data = {"chat_id": chat, "message_id": message}
        await self.pace.process_request(callback, (), {}, endpoint, data, urgency)

    async def wait_for(self, chat: int, urgency: Urgency, message: object = None) -> float:
        """The time to come back, or 0 if it went through."""
        try:
            await self.send(chat, urgency, message, "editMessageText")
        except RetryAfter as error:
            return seconds_of(error)
        return 0.0


async def test_progress_in_a_group_leaves_room_for_answers_and_finals() -> None:
    line = Line(for_progress=0.5)
    shown = 0
    for _ in range(600):  # a minute, in which somebody tries ten times a second
        shown += await line.wait_for(GROUP, Urgency.PROGRESS, 1) == 0
        line.clock.now += 0.1
    assert 9 <= shown <= 11
    for _ in range(8):
        await line.send(GROUP, Urgency.ANSWER)
    assert await line.wait_for(GROUP, Urgency.FINAL) == 0
    assert await line.wait_for(GROUP, Urgency.FINAL) == 0


async def test_places_in_the_queue_take_what_progress_leaves() -> None:
    line, shown, progress = Line(), 0, 0
    for _ in range(600):
        shown += await line.wait_for(GROUP, Urgency.WAITING, "place") == 0
        line.clock.now += 0.1
    assert shown == 6
    line.clock.now += 60
    line.sent.clear()
    for _ in range(600):
        for job in (1, 2):
            progress += await line.wait_for(GROUP, Urgency.PROGRESS, job) == 0
        assert await line.wait_for(GROUP, Urgency.WAITING, "place") > 0 or progress == 0
        line.clock.now += 0.1
    assert progress >= 11
    assert await line.wait_for(PRIVATE, Urgency.WAITING, "place") == 0


async def test_jobs_of_a_group_take_turns() -> None:
    line = Line(for_progress=0.5)  # one change in six seconds
    seen = dict.fromkeys(range(4), 0)
    again = dict.fromkeys(range(4), line.clock.now)
    for _ in range(1300):
        for job, time in again.items():
            if time <= line.clock.now:
                wait = await line.wait_for(GROUP, Urgency.PROGRESS, job)
                seen[job] += wait == 0
                again[job] = line.clock.now + (wait or 3.0)
        line.clock.now += 0.1
    assert sum(seen.values()) >= 18
    assert max(seen.values()) - min(seen.values()) <= 1


async def test_no_minute_ever_has_more_than_its_twenty() -> None:
    line = Line()
    for tick in range(1800):
        for urgency in Urgency:
            if urgency is not Urgency.ANSWER:
                await line.wait_for(GROUP, urgency, tick % 3)
        line.clock.now += 0.1
    times = [time for time, _ in line.sent]
    assert len(times) >= 55
    for start in times:
        assert len([time for time in times if start <= time < start + 60]) <= 20


async def test_an_answer_waits_where_a_final_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(group=2, for_answers=1.0)
    for _ in range(2):
        await line.send(GROUP, Urgency.ANSWER)
    assert await line.wait_for(GROUP, Urgency.FINAL) == 60
    monkeypatch.setattr("bot.telegram.rate_limiter.asyncio.sleep", line.clock.sleep)
    began = line.clock.now
    await line.send(GROUP, Urgency.ANSWER)
    assert [at - began for at, _ in line.sent] == [0, 0, 60]


async def test_a_chat_that_was_told_to_slow_down_stops_no_other() -> None:
    line = Line()

    async def refused() -> None:
        raise RetryAfter(timedelta(seconds=900))

    with pytest.raises(RetryAfter):
        await line.pace.process_request(
            refused, (), {}, "sendMessage", {"chat_id": GROUP}, Urgency.FINAL
        )
    assert await line.wait_for(GROUP, Urgency.FINAL) == pytest.approx(900)
    await asyncio.wait_for(line.send(PRIVATE, Urgency.ANSWER), TIMEOUT)
    await asyncio.wait_for(line.send(GROUP - 1, Urgency.ANSWER), TIMEOUT)


async def test_what_is_not_counted_never_waits() -> None:
    line = Line(group=1)
    for endpoint in ("getChatAdministrators", "sendChatAction", "deleteMessage", "sendMessage"):
        await asyncio.wait_for(line.send(GROUP, Urgency.ANSWER, endpoint=endpoint), TIMEOUT)
    assert await line.wait_for(GROUP, Urgency.FINAL) > 0


async def test_at_most_so_many_answers_wait_in_one_chat() -> None:
    line = Line(group=1, waiting=3)
    await line.send(GROUP, Urgency.ANSWER)
    waiting = [asyncio.create_task(line.send(GROUP, Urgency.ANSWER)) for _ in range(4)]
    done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), len(pending)) == (1, 3)
    assert isinstance(done.pop().exception(), RetryAfter)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
