"""What is remembered, and for how long: paintings for ever, what came to nothing for a time."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.cli import ganshare, run_cli
from ganshare.domain.jobs import Job, JobState
from ganshare.store import Pruned, Store, open_store
from ganshare.store.db.tables_queue import frames, jobs
from ganshare.testing import fill_queue, make_artwork, make_request

KEPT = 90 * 86_400.0
LONG_AGO = "00"  # ids begin with their time


async def change(store: Store, table: sa.Table, **values: Any) -> None:
    await store.database.write(table.update().values(values))


async def claimed(asker: Any) -> Job:
    """A job that runs and has two previews."""
    await asker.ask()
    job: Job = await asker.claim_one()
    for step in (10, 20):
        await asker.store.queue.beat(job, step=step, preview=f"p/{step}.jpg")
    return job


async def tag_of(store: Store, job: Job) -> float:
    row = await store.database.row(sa.select(jobs.c.tag).where(jobs.c.id == job.id))
    assert row is not None
    return float(row["tag"])


async def test_old_previews_are_forgotten_and_paintings_are_not(asker: Any) -> None:
    store = asker.store
    await asker.ask()
    await change(store, jobs, id=LONG_AGO)
    old = await asker.claim_one()
    await store.queue.beat(old, step=10, preview="p/10.jpg")
    await change(store, frames, created=frames.c.created - 2 * KEPT)
    await store.queue.beat(old, step=20, preview="p/20.jpg")  # it took as long as that
    new = await claimed(asker)
    for job in (old, new):
        assert await store.queue.finish(job, make_artwork()) is not None
        await store.posts.save_of_job(job.id, "bot", {"message": 1})
    await change(store, jobs, finished=jobs.c.finished - 2 * KEPT)
    assert await store.queue.prune(KEPT) == Pruned(frames=1, jobs=0)
    assert [frame.step for frame in await store.queue.frames(old.id)] == [20]
    assert len(await store.queue.frames(new.id)) == 2
    assert len(await store.gallery.recent()) == 2
    for job in (old, new):
        assert (await store.queue.get(job.id)).state is JobState.DONE
        assert await store.posts.of_job(job.id) is not None
    assert await store.queue.prune(KEPT) == Pruned()


@pytest.mark.parametrize("end", ["dead", "cancelled"])
async def test_old_jobs_that_came_to_nothing_are_forgotten(end: str, asker: Any) -> None:
    store = asker.store

    async def end_one() -> Job:
        job = await claimed(asker)
        await store.posts.save_of_job(job.id, "bot", {"message": 1})
        if end == "cancelled":
            await store.queue.cancel(job.id, by=job.person)  # ends a running job at once, too
        else:
            assert await store.queue.fail(job, "The models are gone.", retry=False)
        return job

    old = await end_one()
    await change(store, jobs, finished=jobs.c.finished - 2 * KEPT)
    new, running = await end_one(), await claimed(asker)
    assert await store.queue.prune(KEPT) == Pruned(jobs=1)
    assert await store.queue.get(old.id) is None
    assert await store.posts.of_job(old.id) is None
    assert await store.queue.frames(old.id) == []
    assert {job.id for job in await store.queue.several([old.id, new.id, running.id])} == {
        new.id,
        running.id,
    }


async def test_the_fair_order_goes_on_as_if_nothing_had_been_forgotten(asker: Any) -> None:
    store = asker.store
    for _ in range(3):
        await asker.ask()
        assert await store.queue.fail(await asker.claim_one(), "gone", retry=False)
    await change(store, jobs, finished=1.0)
    before = (await asker.submit("newcomer")).job
    await store.queue.cancel(before.id, by="newcomer")
    assert (await store.queue.prune(KEPT)).jobs == 2  # the clock stands at the third
    after = (await asker.submit("newcomer")).job
    assert await tag_of(store, after) == await tag_of(store, before) > 0.0


async def test_many_are_forgotten_in_short_transactions(
    asker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganshare.store.queue.prune._AT_ONCE", 40)
    await fill_queue(asker.store, 100, people=10)
    await change(asker.store, jobs, state="cancelled", finished=1.0)
    assert await asker.store.queue.prune(KEPT) == Pruned(jobs=100)


def test_an_operator_forgets_sooner(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def cancel_one() -> None:
        async with open_store(url) as store:
            job = (await store.queue.submit("ann", "bot", make_request(), key="1")).job
            await store.queue.cancel(job.id, by="ann")

    asyncio.run(cancel_one())
    monkeypatch.setenv("GANSHARE_DATABASE_URL", url)
    assert run_cli(ganshare, ["store", "prune"]) == 0
    assert capsys.readouterr().out == "Removed 0 frames and 0 jobs.\n"
    assert run_cli(ganshare, ["store", "prune", "--days", "0"]) == 0
    assert capsys.readouterr().out == "Removed 0 frames and 1 jobs.\n"
