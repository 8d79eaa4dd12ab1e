"""Prompts in other languages: read in English, shown as read, or refused; over a real store."""

from pathlib import Path
from typing import Any

import pytest

from bot.core.messages import Action, Person, Reply
from bot.core.moderation.prompt_filter import open_moderation
from ganshare.domain.jobs import JobRequest
from ganshare.testing import MODEL

ZOE = Person("discord:7", "Zoe", locale="zh")
LISTED = "未来主义风格的城市画，鲜艳的酒红棕色"

Hall = Any  # of conftest.py, which importlib mode does not let others import


def only(replies: list[Reply]) -> Reply:
    (reply,) = replies
    return reply


async def test_a_chinese_prompt_is_queued_with_its_reading(hall: Hall) -> None:
    reply = only(await hall.ask("paint", prompt=LISTED))
    job = await hall.job(reply.job)
    assert job.request.prompt == LISTED
    assert job.request.reading == "Futurist Painting of a City in Vivid Burgundy Brown"
    assert [part.text for part in job.request.prompts] == [job.request.reading]
    assert reply.text.startswith(f"{LISTED}\nRead as: {job.request.reading}\n\n")
    fields = dict(reply.fields)
    assert (fields["Style"], fields["Colour"]) == ("Futurist", "Vivid Burgundy Brown")
    assert JobRequest.from_json(job.request.to_json()) == job.request


async def test_the_reading_stays_until_the_painting_is_done(hall: Hall) -> None:
    reply = only(await hall.ask("paint", ZOE, prompt="雪山上的红色寺庙 🦊"))
    told = "译成英文：red temple on a snowy mountain\n无法识别，已略去：🦊"
    assert told in reply.text
    artwork = await hall.finish(only(await hall.claim()))
    assert artwork.prompt == "雪山上的红色寺庙 🦊"
    shown = only(await hall.press(Action.SHOW, artwork.id, ZOE))
    assert told in shown.text


async def test_again_and_vary_keep_the_reading(hall: Hall) -> None:
    artwork = await hall.painted("雪山上的红色寺庙")
    for action in (Action.AGAIN, Action.VARY):
        reply = only(await hall.press(action, artwork.id))
        assert (await hall.job(reply.job)).request.reading == "red temple on a snowy mountain"


async def test_a_request_from_before_readings_is_read_when_it_is_painted_again(hall: Hall) -> None:
    old = JobRequest.from_json({"prompt": "城堡:0.5", "seed": 1, "model": MODEL})
    assert old.reading is None
    submitted = await hall.store.queue.submit("discord:1", "discord", old, key="old")
    await hall.claim()
    reply = only(await hall.press(Action.AGAIN, submitted.job.id))
    assert (await hall.job(reply.job)).request.reading == "castle:0.5"


@pytest.mark.parametrize("prompt", ["Замок на море", "日本語の城", "🦊🦊", "قلعة"])
async def test_what_cannot_be_read_is_refused_in_the_askers_language(
    hall: Hall, prompt: str
) -> None:
    reply = only(await hall.ask("paint", prompt=prompt))
    assert reply.text.startswith("Most of the prompt cannot be read: ")
    assert reply.text.endswith("; English and Chinese can be read.")
    assert reply.is_private
    reply = only(await hall.ask("paint", ZOE, prompt=prompt))
    assert reply.text.startswith("提示词大部分无法识别：")
    assert reply.text.endswith("；可以使用中文和英文。")
    assert await hall.store.queue.jobs() == []


async def test_words_that_are_left_out_are_named(hall: Hall) -> None:
    reply = only(await hall.ask("paint", prompt="a castle by the sea замок"))
    assert "Read as: a castle by the sea\nLeft out, because it can’t be read: замок" in reply.text


async def test_english_has_no_reading(hall: Hall) -> None:
    reply = only(await hall.ask("paint", prompt="José's café, 1984"))
    assert (await hall.job(reply.job)).request.reading is None
    assert "Read as" not in reply.text


async def test_the_reading_is_moderated_too(hall: Hall, tmp_path: Path) -> None:
    rule = 'language = "en"\n[[rule]]\nname = "temples"\nwords = ["temple"]\n'
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.toml").write_text(rule)
    hall.open(open_moderation(tmp_path / "rules"))
    reply = only(await hall.ask("paint", prompt="雪山上的红色寺庙"))
    assert "temples" in reply.text
    assert await hall.store.queue.jobs() == []


async def test_an_engine_that_reads_chinese_gets_it_as_it_is(hall: Hall) -> None:
    await hall.engine(reads=("Latin", "Han"))
    reply = only(await hall.ask("paint", prompt="雪山上的红色寺庙"))
    assert (await hall.job(reply.job)).request.reading is None
    # beside one that does not, any of the two may paint it
    await hall.engine(id="engine-2", reads=None)
    reply = only(await hall.ask("paint", prompt="雪山上的红色寺庙"))
    assert (await hall.job(reply.job)).request.reading == "red temple on a snowy mountain"


async def test_a_long_reading_is_refused_in_a_sentence_about_it(hall: Hall) -> None:
    reply = only(await hall.ask("paint", prompt="摩天大楼和古代的城市，" * 80))
    assert "characters in English; at most 1,000 are allowed" in reply.text
    reply = only(await hall.ask("paint", ZOE, prompt="摩天大楼和古代的城市，" * 80))
    assert reply.text.startswith("提示词译成英文后有")
