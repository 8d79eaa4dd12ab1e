"""Replies about jobs: within what the platforms take, whatever the prompt; bars, times, cuts."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.messages import Person, Reply
from bot.core.rendering.job_view import JobView, load_job_view
from bot.core.rendering.replies import LONGEST_PROMPT, Replies, accent, progress_bar, shortened
from ganshare.blobs import picture_key
from ganshare.domain.jobs import JobState
from ganshare.testing import make_artwork

Hall = Any  # of conftest.py


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text(), st.integers(2, 50))
def test_a_text_is_cut_to_utf_16_units(text: str, most: int) -> None:
    cut = shortened(text, most)
    assert units(cut) <= most
    assert cut == text or cut.endswith("…")


@pytest.mark.parametrize(
    ("step", "bar"),
    [
        (0, "▱▱▱▱▱▱▱▱▱▱▱▱ 0 %"),
        (60, "▰▰▰▰▰▰▱▱▱▱▱▱ 50 %"),
        (119, "▰▰▰▰▰▰▰▰▰▰▰▱ 99 %"),
        (120, "▰▰▰▰▰▰▰▰▰▰▰▰ 100 %"),
        (500, "▰▰▰▰▰▰▰▰▰▰▰▰ 100 %"),
    ],
)
def test_a_bar_says_how_far_it_is(step: int, bar: str) -> None:
    assert progress_bar(step, 120) == bar


def test_an_accent_is_read_or_left_out() -> None:
    assert (accent("#008080"), accent(None), accent("teal")) == (0x008080, None, None)


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_the_longest_prompt_leaves_a_caption_within_telegrams_limit(
    hall: Hall, locale: str
) -> None:
    prompt = "🏰" * 990
    asker = Person("discord:1", "Ann", locale=locale)
    asked = await hall.ask_one("a castle", asker, seed=2**63 - 1, steps=2000, size="1024x256")
    (job,) = await hall.claim()
    await hall.frame(job, 1500)
    await hall.store.queue.beat(job, steps=1620)
    replies = Replies(hall.words)

    async def reply() -> Reply:
        found = await hall.job(asked.id)  # as it is stored: an older bot read such prompts, too
        found = replace(found, request=replace(found.request, prompt=prompt))
        view = replace(await load_job_view(hall.store, hall.blobs, found), seconds_left=99_999.0)
        return replies.of(view, locale)

    shown = [await reply()]
    traits = {"Style": "Expressionist", "Subject": prompt, "Colour": "Medium Spring Bud" * 9}
    blob = picture_key(job.id, job.attempt)
    manifest = {"steps": 2000, "steps_taken": 1620, "plateau_step": 1500}
    artwork = make_artwork(blob=blob, preview=blob, attributes=traits, manifest=manifest)
    await hall.store.queue.finish(job, artwork)
    shown.append(await reply())
    assert "1,620" in shown[0].text
    assert any("1620" in value for _, value in shown[1].fields)
    for reply in shown:
        lines = [reply.title, reply.text, *(f"{name}: {value}" for name, value in reply.fields)]
        assert units("\n".join(lines)) <= 1024
        assert units(reply.text) >= LONGEST_PROMPT
    assert not shown[1].pictures  # its blob is not there, and that is said
    assert "/master" not in shown[1].text
    assert len(shown[1].text.split("\n\n")) == 2


async def test_a_running_job_tells_what_it_is_at(hall: Hall) -> None:
    asked, replies = await hall.ask_one(), Replies(hall.words)
    (job,) = await hall.claim()

    async def title() -> str:
        return replies.of(JobView(await hall.job(asked.id)), "en").title

    assert await title() == "Painting: an engine has started"
    await hall.store.queue.beat(job, step=7)
    assert await title() == "Painting: step 7 of 120"
    await hall.store.queue.beat(job, step=90, steps=110)
    assert await title() == "Painting: step 90 of 110"
    text = replies.of(JobView(await hall.job(asked.id)), "en").text
    assert "No further progress: it ends after 110 of 120 steps." in text
    await hall.store.queue.beat(job, step=110)
    assert await title() == "Painted; now upscaling"
    view = JobView(replace(await hall.job(asked.id), step=60), seconds_left=61.0)
    assert "About 60 seconds left." in replies.of(view, "en").text
    cancelled = replace(view, job=replace(view.job, cancel_requested=True))
    assert "Cancelling it" in replies.of(cancelled, "en").text
    lost = replace(view.job, state=JobState.QUEUED)
    assert "is gone" in replies.of(JobView(lost), "en").text
