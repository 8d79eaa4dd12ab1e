"""/describe below a picture or in reply to one: answered, painted, edited, refused."""

from typing import Any

import pytest

from bot.testing.still_life import draw_apple
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import group, shown, someone
from ganshare.domain.descriptions import DESCRIBER, Description
from ganshare.testing import MODEL, make_report

FOUND = Description(
    "Geometric Painting of an Apple in Carnelian",
    "Geometric",
    "an Apple",
    ("an Orange",),
    (("white", 60), ("red", 18)),
)


@pytest.fixture
async def harness(harness: TelegramHarness) -> TelegramHarness:
    report = make_report(id="describer", models=(MODEL, DESCRIBER))
    await harness.store.queue.report_engine(report)
    return harness


async def test_a_picture_that_is_replied_to_is_described_and_painted(
    harness: TelegramHarness,
) -> None:
    async with harness.bot():
        ann, bob = someone(harness.world, "Ann"), someone(harness.world, "Bob")
        chat = group(harness.world, "Painters", ann, bob)
        there = await ann.say("my lunch", chat, photo=draw_apple())
        await bob.say("/describe", chat, reply_to=there)
        await harness.engine.describe(await harness.claim(), FOUND)
        told = await bob.receives(lambda m: "What I see" in shown(m), chat)
        for each in (FOUND.prompt, "an Apple", "white 60 %, red 18 %", "Bob"):
            assert each in shown(told)
        assert "photo" in told
        await ann.press(told, "Paint this")
        job = await harness.claim()
        assert (job.request.prompt, job.request.init_image) == (FOUND.prompt, None)
        assert job.person == f"telegram:{ann.id}"


async def test_the_caption_of_an_own_picture_is_enough(harness: TelegramHarness) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann", "zh")
        await ann.say("/describe", photo=draw_apple())
        await harness.engine.describe(await harness.claim(), FOUND)
        told = await ann.receives(lambda m: "我看到的" in shown(m))
        assert "苹果" in shown(told)
        await ann.press(told, "修改")
        question = await ann.receives(lambda m: "forces_reply" in m)
        assert FOUND.prompt in shown(question)
        await ann.say("a lighthouse", reply_to=question)
        asked = (await harness.claim()).request
        assert (asked.prompt, asked.model, asked.init_image) == ("a lighthouse", MODEL, None)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "/describe needs a picture"),
        ({"document": b"%PDF-1.7", "media_type": "application/pdf"}, "cannot be read"),
    ],
)
async def test_what_is_no_picture_is_refused_in_a_sentence(
    harness: TelegramHarness, sent: dict[str, Any], told: str
) -> None:
    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/describe", **sent)
        await ann.receives(lambda m: told in shown(m))
        sizes = {"width": 8, "height": 8, "duration": 1}
        moving = await ann.say("", animation={"file_id": "x", "file_unique_id": "x", **sizes})
        await ann.say("/describe", reply_to=moving)
        await ann.receives(lambda m: "/describe needs a picture" in shown(m))
        assert await harness.store.queue.active(f"telegram:{ann.id}") == []


@pytest.mark.heavy
async def test_a_real_engine_sees_the_apple(harness: TelegramHarness) -> None:
    from engine.model_cache import ModelCache
    from engine.worker.options import Until, WorkerOptions
    from engine.worker.worker import Worker

    async with harness.bot():
        ann = someone(harness.world, "Ann")
        await ann.say("/describe", photo=draw_apple())
        await ann.receives(lambda m: "Waiting" in shown(m))
        options = WorkerOptions(until=Until.ONE_DONE)
        await Worker(harness.store, harness.blobs, ModelCache(), options).run()
        told = await ann.receives(lambda m: "What I see" in shown(m))
        for each in ("Geometric Painting of an Apple in", "Spheres", "white 60 %, red 18 %"):
            assert each in shown(told)
