"""/describe, from its option and from a message's menu: answered, painted, edited, refused."""

import asyncio
from typing import Any

import pytest

from bot.testing.fake_engine import plain_picture
from bot.testing.still_life import draw_apple, draw_circle
from ganshare.domain.descriptions import DESCRIBER, Description
from ganshare.domain.jobs import Job
from ganshare.testing import MODEL, TIMEOUT, make_report

FOUND = Description(
    "Geometric Painting of an Apple in Carnelian",
    "Geometric",
    "an Apple",
    ("an Orange",),
    (("white", 60), ("red", 18)),
)


async def engine_describes(stage: Any) -> None:
    report = make_report(id="describer", models=(MODEL, DESCRIBER))
    await stage.front.store.queue.report_engine(report)


async def claim(stage: Any) -> Job:
    async with asyncio.timeout(TIMEOUT):
        while True:
            store = stage.front.store
            if jobs := await store.queue.claim("d", models=[DESCRIBER], max_area=512 * 512):
                return jobs[0]  # type: ignore[no-any-return]  # of a stage of any kind
            await asyncio.sleep(0.02)


def message(stage: Any, someone: Any, *files: tuple[str, bytes]) -> dict[str, Any]:
    """Someone's message with attachments, as Discord shows it to a command of its menu."""
    world = stage.discord.world
    attachments = []
    for kind, data in files:
        attachments.append(world.attachment(f"file.{kind.rpartition('/')[2]}", data))
        attachments[-1]["content_type"] = kind
    return {
        "id": str(world.snowflake()), "channel_id": str(stage.channel.id), "type": 0,
        "author": someone.user, "content": "look", "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": attachments, "embeds": [], "pinned": False,
        "components": [], "flags": 0,
    }  # fmt: skip


async def test_a_picture_is_described_for_all_and_painted(stage: Any) -> None:
    await engine_describes(stage)
    ada, ben = stage.join(), stage.join("Ben")
    await ada.slash("describe", picture=draw_apple())
    job = await claim(stage)
    assert job.request.init_image is not None
    assert job.cost < 0.1
    await stage.front.store.queue.describe(job, FOUND)
    told = await stage.shows("What I see")
    text = str(told.embed)
    for each in (FOUND.prompt, "an Apple", "an Orange", "white 60 %, red 18 %", "Ada"):
        assert each in text
    assert told.json["attachments"], "the picture itself stands with its description"
    await ben.press(told, "Paint this")
    painted = await stage.engine.claim()
    assert painted.request.prompt == FOUND.prompt
    assert (painted.request.model, painted.request.init_image) == (MODEL, None)
    assert painted.person == f"discord:{ben.id}"


async def test_its_prompt_is_edited_before_it_is_painted(stage: Any) -> None:
    await engine_describes(stage)
    ada = stage.join(locale="zh-CN")
    await ada.slash("describe", picture=draw_apple())
    await stage.front.store.queue.describe(await claim(stage), FOUND)
    told = await stage.shows("我看到的")
    for each in ("苹果", "橙子", "白色 60 %, 红色 18 %"):
        assert each in str(told.embed)
    pressed = await ada.press(told, "修改")
    await stage.discord.people.until(lambda: pressed.modal)
    assert pressed.modal["title"] == "修改提示词"
    assert pressed.modal["components"][1]["component"]["value"] == FOUND.prompt
    await ada.submit(pressed, told, "Cubist Painting of an Apple in Teal --steps 30")
    asked = (await stage.engine.claim()).request
    assert (asked.prompt, asked.steps) == ("Cubist Painting of an Apple in Teal", 30)
    assert (asked.width, asked.model, asked.init_image) == (256, MODEL, None)


async def test_the_menu_of_a_message_takes_its_first_picture(stage: Any) -> None:
    await engine_describes(stage)
    ada, ben = stage.join(), stage.join("Ben")
    files = [("application/pdf", b"%PDF"), ("image/png", draw_circle())]
    await ada.apply("Describe picture", message(stage, ben, *files))
    await stage.front.store.queue.describe(await claim(stage), FOUND)
    assert "Ada" in str((await stage.shows("What I see")).embed)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], "/describe needs a picture"),
        ([("application/pdf", b"%PDF")], "/describe needs a picture"),
        ([("image/png", b"%PDF")], "cannot be read as a picture"),
    ],
)
async def test_what_is_no_picture_is_refused_in_a_sentence(
    stage: Any, files: list[tuple[str, bytes]], told: str
) -> None:
    await engine_describes(stage)
    ada = stage.join()
    sent = await ada.apply("Describe picture", message(stage, ada, *files))
    said = await stage.discord.people.until(lambda: stage.private_word(sent))
    assert told in str(said.embed)
    assert await stage.front.store.queue.active(f"discord:{ada.id}") == []


@pytest.mark.parametrize(("locale", "told"), [("en-US", "No engine can"), ("zh-CN", "没有引擎能")])
async def test_engines_that_cannot_describe_are_never_asked(
    stage: Any, locale: str, told: str
) -> None:
    """As those of an older version, whose reports do not name it."""
    ada = stage.join(locale=locale)
    until, word = stage.discord.people.until, stage.private_word
    sent = await ada.slash("describe", picture=plain_picture())
    assert told in str((await until(lambda: word(sent))).embed)
    other = await ada.slash("paint", prompt="a castle", model=DESCRIBER)
    assert MODEL in str((await until(lambda: word(other))).embed)


@pytest.mark.heavy
async def test_a_real_engine_sees_the_red_circle(stage: Any) -> None:
    from engine.model_cache import ModelCache
    from engine.worker.options import Until, WorkerOptions
    from engine.worker.worker import Worker

    await engine_describes(stage)
    ada = stage.join()
    await ada.slash("describe", picture=draw_circle())
    front, options = stage.front, WorkerOptions(until=Until.ONE_DONE)
    await Worker(front.store, front.blobs, ModelCache(), options).run()
    text = str((await stage.shows("What I see")).embed)
    for each in ("Geometric Painting of Spheres in Fire Engine Red", "white 70 %, red 30 %"):
        assert each in text
