"""Many paintings at once in one group: its limit holds, all take turns, and ends come at once."""

import asyncio
import itertools
import time
from functools import partial

import pytest

from bot.core.delivery.service import DeliveryService
from bot.telegram.rate_limiter import RateLimits, TelegramRateLimiter
from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import group, shown, someone
from ganshare.domain.jobs import Job
from ganshare.testing import TIMEOUT

PAINTINGS = 6
SECONDS = 75.0


@pytest.mark.slow
@pytest.mark.serial
async def test_a_busy_group_is_never_refused_and_no_end_waits(harness: TelegramHarness) -> None:
    people = [someone(harness.world, f"P{number}") for number in range(PAINTINGS)]
    chat = group(harness.world, "Painters", *people)
    painting = plain_picture("#226688", (256, 256))
    async with harness.bot():
        for number, person in enumerate(people):
            asked = await person.say(f"/paint a castle number {number}", chat)
            await person.receives(lambda m: "castle" in shown(m), chat, after=asked)
        jobs = [await harness.claim() for _ in people]

        async def paint(job: Job) -> None:
            began = time.monotonic()
            for step in range(1, 120):
                if time.monotonic() - began > SECONDS:
                    return
                await harness.engine.show(job, step)
                await asyncio.sleep(1)

        await asyncio.gather(*(paint(job) for job in jobs))
        delays = []
        for job in jobs:
            began = time.monotonic()
            await harness.engine.finish(job, painting)
            number = job.request.prompt[-1]
            await people[0].receives(
                lambda m, number=number: "Painted" in shown(m) and f"number {number}" in shown(m),
                chat,
                seconds=TIMEOUT,
            )
            delays.append(time.monotonic() - began)
    assert [r for r in harness.world.requests if r.code == 429] == []
    frames: dict[int, int] = {}
    for _, number, message in chat.history:
        if message is not None and "step" in shown(message):
            frames[number] = frames.get(number, 0) + 1
    assert len(frames) == PAINTINGS
    assert max(frames.values()) - min(frames.values()) <= 1
    assert sum(frames.values()) >= 10
    assert max(delays) < 3


@pytest.mark.slow
@pytest.mark.serial
async def test_three_frames_and_more_in_one_message(harness: TelegramHarness) -> None:
    ann = someone(harness.world, "Ann")
    async with harness.bot():
        await ann.say("/paint a castle")
        first = await ann.receives()
        job = await harness.claim()
        for step in range(1, 14):
            await harness.engine.show(job, step)
            await asyncio.sleep(1)
        await harness.engine.finish(job, plain_picture("#226688", (1024, 1024)))
        await ann.receives(lambda m: "Painted" in shown(m))
    mine = [(when, m) for when, number, m in ann.chat.history if number == first["message_id"]]
    frames = [when for when, m in mine if m is not None and "photo" in m][:-1]
    assert 3 <= len(frames) <= 6
    assert min(b - a for a, b in itertools.pairwise(frames)) >= 2.5


async def test_an_answer_later_than_the_painting_is_dropped(
    harness: TelegramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    # one answer within some seconds; what is finished may always be shown
    limits = RateLimits(group=2, group_seconds=5.0)
    monkeypatch.setattr(
        "bot.telegram.frontend.TelegramRateLimiter", partial(TelegramRateLimiter, limits)
    )
    monkeypatch.setitem(DeliveryService.__init__.__kwdefaults__, "grace", 0.2)
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        chat = group(harness.world, "Painters", ann)
        await ann.say("/help", chat)
        await ann.receives(chat=chat)
        await ann.say("/paint a castle", chat)
        job = await harness.claim()
        artwork = await harness.engine.finish(job, plain_picture("#226688", (128, 96)))
        final = await ann.receives(lambda m: "photo" in m, chat)
        await harness.acknowledged(job)
        await asyncio.sleep(5.5)
        assert not [m for m in chat.messages.values() if "Waiting" in shown(m)]
        post = await harness.store.posts.of_job(job.id)
        assert post is not None
        assert post.address["message"] == final["message_id"]
        await harness.store.gallery.delete(artwork.id, f"telegram:{ann.id}")
        await harness.store.queue.renew(job.id)
        await ann.receives(
            lambda m: m["message_id"] == final["message_id"] and "deleted" in shown(m), chat
        )
