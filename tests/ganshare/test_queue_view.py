"""The queue's view, of a real store: who waits and for how long, who paints, what was given up."""

import asyncio
import io
import json
from collections.abc import AsyncIterator

import pytest
from rich.console import Console

from ganshare.domain.jobs import Job, JobState
from ganshare.queue_view import duration, look, picture
from ganshare.store import Store, open_store
from ganshare.store.db.tables_queue import jobs
from ganshare.testing import make_artwork, make_report, make_request


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with open_store(sqlite_url) as opened:
        yield opened


async def submit(store: Store, number: int, prompt: str = "a castle") -> Job:
    request = make_request(prompt=prompt, seed=number)
    await asyncio.sleep(0.002)  # who asked within the same millisecond has no order
    submitted = await store.queue.submit(f"chat:{number}", "chat", request, key=f"key-{number}")
    return submitted.job


async def claim(store: Store, count: int = 1) -> list[Job]:
    request = make_request()
    return await store.queue.claim("engine-1", models=[request.model], max_area=10**9, count=count)


async def drawn(store: Store, width: int = 120, trouble: str | None = None) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=False)
    console.print(picture(await look(store), trouble))
    return stream.getvalue()


async def test_an_empty_store_without_engines_says_what_to_do(store: Store) -> None:
    text = await drawn(store)
    assert "0 queued   0 running" in text
    assert "No engine is alive: `ganshare engine` starts one." in text
    assert "Nobody waits." in text


async def test_each_job_is_shown_where_it_stands(store: Store) -> None:
    await store.queue.report_engine(make_report(rate=0.5))
    for number, prompt in enumerate(["a ruined castle", "a running horse", "a late guest"]):
        await submit(store, number, prompt)
    ruined, running = await claim(store, 2)
    await store.queue.fail(ruined, "The weights are truncated.", retry=False)
    await store.queue.beat(running, step=30)
    view = await look(store)
    assert (view.counts[JobState.QUEUED], view.counts[JobState.DEAD]) == (1, 1)
    assert [job.id for job in view.running] == [running.id]
    assert [(job.request.prompt, place.position) for job, place in view.waiting] == [
        ("a late guest", 1)
    ]
    assert [job.error for job in view.dead] == ["The weights are truncated."]
    text = await drawn(store)
    assert "30/120" in text
    for words in ("engine-1", "a running horse", "a late guest", "The weights are truncated."):
        assert words in text


async def test_a_painting_that_was_done_counts_in_the_headline(store: Store) -> None:
    await submit(store, 1)
    (job,) = await claim(store)
    assert await store.queue.finish(job, make_artwork()) is not None
    text = await drawn(store)
    assert "1 done" in text
    assert "In the last 60 min 1 were painted, each in 0 s after waiting for 0 s" in text


async def test_many_running_jobs_do_not_hide_who_waits(store: Store) -> None:
    for number in range(30):
        await submit(store, number)
    assert len(await claim(store, 25)) == 25
    view = await look(store, waiting=3)
    assert (len(view.running), len(view.waiting)) == (25, 3)


async def test_jobs_left_out_are_counted(store: Store) -> None:
    for number in range(13):
        await submit(store, number)
    assert "and 3 more" in await drawn(store)


async def test_a_job_that_shall_end_is_marked(store: Store) -> None:
    """As versions did that waited for the engine."""
    await submit(store, 1)
    await claim(store)
    await store.database.write(jobs.update().values(cancel_requested=True))
    assert "0/120 ending" in await drawn(store)


async def test_a_job_past_its_lease_is_marked(store: Store) -> None:
    await submit(store, 1)
    await claim(store)
    assert "silent" not in await drawn(store)
    await store.database.write(jobs.update().values(lease_until=1.0))
    assert "0/120 silent" in await drawn(store)


async def test_nothing_that_came_from_elsewhere_speaks_to_the_terminal(store: Store) -> None:
    await submit(store, 1, "a castle [bold red]x[/]\nend")
    (job,) = await claim(store)
    await store.queue.fail(job, "failed with \x1b]0;owned\x07", retry=False)
    text = await drawn(store, width=160)
    assert "\x1b" not in text
    assert "a castle [bold red]x[/] end" in text
    assert "failed with" in text


async def test_trouble_is_said_above_the_last_picture(store: Store) -> None:
    assert "The store is away." in await drawn(store, trouble="The store is away.")


async def test_json_holds_the_same_facts(store: Store) -> None:
    await store.queue.report_engine(make_report(rate=0.5))
    running, waiting = [await submit(store, number) for number in (1, 2)]
    await claim(store)
    facts = json.loads(json.dumps((await look(store)).to_json()))
    assert facts["counts"] == {"queued": 1, "running": 1, "done": 0, "cancelled": 0, "dead": 0}
    assert [job["id"] for job in facts["running"]] == [running.id]
    assert [(job["id"], job["position"], job["of"]) for job in facts["waiting"]] == [
        (waiting.id, 1, 1)
    ]
    assert facts["engines"][0]["rate"] == 0.5


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (8.4, "8 s"),
        (99, "99 s"),
        (100, "2 min"),
        (5940, "99 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_times_are_said_as_people_do(seconds: float, words: str) -> None:
    assert duration(seconds) == words
