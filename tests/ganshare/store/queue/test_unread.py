"""Beats of PostgreSQL that write no index, and what bots are told of nevertheless."""

import pytest
import sqlalchemy as sa

from ganshare.domain.jobs import Job
from ganshare.store import Store, open_store
from ganshare.testing import MODEL, make_artwork, make_request

BEATS = 40


async def claim(store: Store) -> Job:
    (job,) = await store.queue.claim("engine", models=[MODEL], max_area=512**2)
    return job


async def updates(store: Store) -> tuple[int, int]:
    """Updates of jobs, and those of them that wrote no index."""
    await store.database.rows(sa.text("SELECT pg_stat_force_next_flush()"))
    counted = sa.text(
        "SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables "
        "WHERE relname = 'jobs'"
    )
    (row,) = await store.database.rows(counted)
    return row["all"], row["hot"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_beat_writes_no_index(url: str) -> None:
    async with open_store(url, connections=1) as store:  # one session counts for itself
        await store.queue.submit("ann", "bot", make_request(), key="1")
        job = await claim(store)
        before = await updates(store)
        for step in range(BEATS):
            assert (await store.queue.beat(job, step=step + 1, loss=0.5)).mine
            await store.queue.ack(await store.queue.inbox("bot"))
        after = await updates(store)
    assert after[0] - before[0] == 2 * BEATS
    assert after[1] - before[1] >= 0.9 * 2 * BEATS


async def test_bots_are_told_of_all_that_happens_and_of_nothing_twice(store: Store) -> None:
    submitted = await store.queue.submit("ann", "bot", make_request(), key="1")

    async def told() -> list[str]:
        news = await store.queue.inbox("bot")
        await store.queue.ack(news)
        assert await store.queue.inbox("bot") == []
        return [job.state for job in news]

    assert await told() == ["queued"]
    job = await claim(store)
    assert await told() == ["running"]
    await store.queue.beat(job, step=1)
    assert await told() == ["running"]
    assert await store.queue.finish(job, make_artwork())
    assert await told() == ["done"]
    assert await store.queue.renew(submitted.job.id)
    assert await told() == ["done"]


async def test_an_end_that_was_not_shown_to_the_end_is_no_settled_one(store: Store) -> None:
    await store.queue.submit("ann", "bot", make_request(), key="1")
    job = await claim(store)
    old = await store.queue.inbox("bot")
    assert await store.queue.finish(job, make_artwork())
    await store.queue.ack(old)
    assert [job.state for job in await store.queue.inbox("bot")] == ["done"]
