"""Two hundred people ask within a minute: everybody is answered at once, and gets a painting."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest

from bot.testing.hanging import plain_picture
from bot.testing.telegram_people import Someone, group, shown, someone
from bot.testing.telegram_town import Town
from bot.testing.telegram_world import BOT_ID, Chat

PEOPLE, IN_GROUPS, GROUPS = 200, 40, 8
SECONDS = 60.0  # in which they ask
SEATS = 24  # paintings at the same moment
PAINT_SECONDS = 5.0
SOON = 1.0


@asynccontextmanager
async def sleeping_engines(town: Town) -> AsyncIterator[None]:
    """Paint nothing, slowly, and show frames of it."""
    frame, picture = plain_picture("#446688", (256, 256)), plain_picture("#226688", (512, 512))

    async def paint() -> None:
        while True:
            try:
                job = await town.hand.claim()
            except LookupError:
                await asyncio.sleep(0.2)
                continue
            for step in (30, 60, 90):
                await asyncio.sleep(PAINT_SECONDS / 4)
                await town.hand.show(job, step, frame)
            await asyncio.sleep(PAINT_SECONDS / 4)
            await town.hand.finish(job, picture)

    engines = [asyncio.create_task(paint()) for _ in range(SEATS)]
    try:
        yield
    finally:
        for each in engines:
            each.cancel()
        await asyncio.gather(*engines, return_exceptions=True)


async def _ask(person: Someone, chat: Chat, number: int, at: float) -> float:
    """Ask at some time, wait for the painting; gives how long the first answer took."""
    await asyncio.sleep(at)
    asked = await person.say(f"/paint a castle number {number}", chat)
    began = time.monotonic()

    def mine(message: dict[str, object]) -> bool:
        replied = message.get("reply_to_message") or {}
        return replied.get("message_id") == asked["message_id"]  # type: ignore[union-attr]

    await person.receives(mine, chat, seconds=120)
    answered = next(
        when
        for when, _, message in chat.history
        if message is not None and message["from"]["id"] == BOT_ID and mine(message)
    )
    await person.receives(lambda m: mine(m) and "Painted" in shown(m), chat, seconds=240)  # type: ignore[arg-type]
    return answered - began


@pytest.mark.slow
async def test_two_hundred_people_within_a_minute(town: Town) -> None:
    people = [someone(town.world, f"P{number}") for number in range(PEOPLE)]
    groups = [
        group(town.world, f"G{number}", *people[number:IN_GROUPS:GROUPS])
        for number in range(GROUPS)
    ]
    chance = random.Random(1)
    process = town.process()
    try:
        await town.world.until(lambda: len(town.world.commands) >= 8, 120)
        memory = psutil.Process(process.pid)
        before = memory.memory_info().rss
        peak = 0

        async def watch() -> None:
            nonlocal peak
            while True:
                peak = max(peak, memory.memory_info().rss)
                await asyncio.sleep(1)

        watching = asyncio.create_task(watch())
        async with sleeping_engines(town):
            waits = await asyncio.gather(
                *(
                    _ask(
                        person,
                        groups[number % GROUPS] if number < IN_GROUPS else person.chat,
                        number,
                        chance.uniform(0, SECONDS),
                    )
                    for number, person in enumerate(people)
                )
            )
        watching.cancel()
        after = memory.memory_info().rss
    finally:
        process.kill()
        process.wait()
    edits = [r for r in town.world.requests if r.method.startswith("edit")]
    figures = {
        "answers: median s": sorted(waits)[PEOPLE // 2],
        "answers: 99th of 100, s": sorted(waits)[int(PEOPLE * 0.99)],
        "answers: slowest s": max(waits),
        "requests": len(town.world.requests),
        "edits": len(edits),
        "refused with 429": len([r for r in town.world.requests if r.code == 429]),
        "memory before, peak, after MB": [round(m / 1e6) for m in (before, peak, after)],
    }
    print(figures)  # noqa: T201 - for docs/telegram.md
    assert figures["refused with 429"] == 0
    assert max(waits) < SOON
    assert after < before + 60e6
