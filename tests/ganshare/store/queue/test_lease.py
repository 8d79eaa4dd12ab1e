"""From claim to artwork: leases, fences, cancelling, giving up, by the database's clock only."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from ganshare.domain.jobs import Job, JobState
from ganshare.errors import JobError
from ganshare.store import Beat, Reaped, Store
from ganshare.store.db.tables_queue import jobs
from ganshare.testing import MODEL, make_artwork, make_request


@pytest.fixture
async def hasty(another: Any) -> Store:
    """A store whose leases end at once, so that nothing needs to sleep."""
    store = await another(lease_seconds=-1.0)
    assert isinstance(store, Store)
    return store


async def submit(store: Store, key: str = "1", **options: Any) -> Job:
    return (await store.queue.submit("ann", "bot", make_request(), key=key, **options)).job


async def claim(store: Store) -> Job:
    (job,) = await store.queue.claim("engine", models=[MODEL], max_area=512 * 512)
    return job


async def test_a_beat_renews_the_lease_and_tells_what_is_new(asker: Any) -> None:
    store = asker.store
    await asker.ask()
    job = await asker.claim_one()
    await asyncio.sleep(0.01)
    beat = await store.queue.beat(job, step=25, loss=0.5, preview="p/25.jpg", saved_state="s/25")
    now = await store.queue.get(job.id)
    assert beat == Beat(mine=True, cancel=False)
    assert (now.step, now.loss, now.preview, now.saved_state) == (25, 0.5, "p/25.jpg", "s/25")
    assert now.lease_until > job.lease_until
    assert now.revision == job.revision + 1


async def test_a_beat_without_news_is_no_revision(asker: Any) -> None:
    await asker.ask()
    job = await asker.claim_one()
    await asker.store.queue.beat(job)
    await asker.store.queue.beat(job, saved_state="s/25")
    assert (await asker.store.queue.get(job.id)).revision == job.revision


async def test_previews_are_remembered_as_frames(asker: Any) -> None:
    await asker.ask()
    job = await asker.claim_one()
    for step in (10, 20, 20):
        await asker.store.queue.beat(job, step=step, loss=1 / step, preview=f"p/{step}.jpg")
    frames = await asker.store.queue.frames(job.id)
    assert [(frame.attempt, frame.step, frame.preview) for frame in frames] == [
        (1, 10, "p/10.jpg"),
        (1, 20, "p/20.jpg"),
    ]


async def test_finishing_publishes_job_and_artwork_together(asker: Any) -> None:
    store = asker.store
    await asker.ask(prompt="a lake", seed=7)
    job = await asker.claim_one()
    artwork = await store.queue.finish(job, make_artwork(sha256="1" * 64))
    done = await store.queue.get(job.id)
    assert (done.state, done.artwork, done.lease_until) == (JobState.DONE, artwork.id, None)
    assert (artwork.job, artwork.attempt, artwork.person) == (job.id, 1, "ann")
    assert (artwork.prompt, artwork.seed, artwork.model) == ("a lake", 7, MODEL)
    assert artwork == await store.gallery.get(artwork.id)
    assert done.finished >= done.started >= done.created


async def test_finishing_twice_gives_the_same_artwork(asker: Any) -> None:
    await asker.ask()
    job = await asker.claim_one()
    first = await asker.store.queue.finish(job, make_artwork())
    assert await asker.store.queue.finish(job, make_artwork()) == first
    assert await asker.store.queue.finish(job, make_artwork(sha256="2" * 64)) is None
    assert len(await asker.store.gallery.recent()) == 1


async def test_a_stale_attempt_can_do_nothing(hasty: Store) -> None:
    await submit(hasty)
    stale = await claim(hasty)
    assert await hasty.queue.reap() == Reaped(requeued=1)
    assert await hasty.queue.beat(stale, step=3) == Beat(mine=False, cancel=False)
    assert await hasty.queue.finish(stale, make_artwork()) is None
    fresh = await claim(hasty)
    assert fresh.attempt == 2
    assert not (await hasty.queue.beat(stale)).mine
    assert await hasty.queue.finish(stale, make_artwork()) is None
    assert not await hasty.queue.fail(stale, "late", retry=True)
    assert not await hasty.queue.release(stale)
    assert await hasty.gallery.recent() == []
    assert await hasty.queue.finish(fresh, make_artwork()) is not None


async def test_of_two_finishes_at_once_one_is_published(another: Any) -> None:
    stores = [await another() for _ in range(2)]
    await submit(stores[0])
    job = await claim(stores[0])
    pictures = [make_artwork(sha256=str(number) * 64) for number in range(4)]
    answers = await asyncio.gather(
        *(stores[number % 2].queue.finish(job, picture) for number, picture in enumerate(pictures))
    )
    assert len([answer for answer in answers if answer is not None]) == 1
    assert len(await stores[0].gallery.recent()) == 1


async def test_a_silent_engine_loses_its_job_at_its_old_place(hasty: Store) -> None:
    first = await submit(hasty, "1")
    await submit(hasty, "2")
    await claim(hasty)
    await hasty.queue.reap()
    again = await claim(hasty)
    assert (again.id, again.attempt) == (first.id, 2)
    assert again.error == "The engine engine stopped responding at step 0 of attempt 1."


async def test_a_job_that_silences_every_engine_is_dead_with_the_reason(hasty: Store) -> None:
    await submit(hasty)
    for _ in range(3):
        job = await claim(hasty)
        await hasty.queue.beat(job, step=17)
        reaped = await hasty.queue.reap()
    dead = await hasty.queue.get(job.id)
    assert reaped == Reaped(dead=1)
    assert dead is not None
    assert dead.state is JobState.DEAD
    assert dead.error == "The engine engine stopped responding at step 17 of attempt 3."
    assert dead.finished is not None
    assert await hasty.queue.dead_letters() == [dead]


async def test_a_poisonous_job_dies_alone_and_its_company_is_painted(another: Any) -> None:
    store = await another(lease_seconds=-1.0, per_person_running=9)
    poison, *harmless = [await submit(store, str(number)) for number in range(4)]
    silent, harmed = 0, []
    while (await store.queue.get(poison.id)).state is not JobState.DEAD:
        hands: list[Job] = []
        while len(hands) < 3 and not any(job.suspect for job in hands):
            found = await claim_some(store, alone=not hands)
            if not found:
                break
            hands += found
        if any(job.id == poison.id for job in hands):
            silent += 1
            harmed += [job.id for job in hands if job.id != poison.id]
            await store.queue.reap()
        else:
            for job in hands:
                await store.queue.finish(job, make_artwork())
    assert silent == 3
    assert len(harmed) == 2  # once, before anybody knew
    while found := await claim_some(store):
        for job in found:
            await store.queue.finish(job, make_artwork())
    for job in harmless:
        done = await store.queue.get(job.id)
        assert done.state is JobState.DONE
    dead = await store.queue.get(poison.id)
    assert dead.error == "The engine e stopped responding at step 0 of attempt 3."


async def claim_some(store: Store, alone: bool = True) -> list[Job]:
    return await store.queue.claim("e", models=[MODEL], max_area=512 * 512, alone=alone)


async def test_an_attempt_that_got_further_is_no_silence_of_the_jobs(hasty: Store) -> None:
    await submit(hasty)
    for number in range(5):
        job = await claim(hasty)
        state = f"states/{job.attempt}.safetensors"
        await hasty.queue.beat(job, step=10 * (number + 1), saved_state=state)
        assert await hasty.queue.reap() == Reaped(requeued=1)
    for left in (2, 1, 0):  # now it gets no further
        job = await claim(hasty)
        await hasty.queue.beat(job, step=50, saved_state=f"states/{job.attempt}.safetensors")
        assert await hasty.queue.reap() == (Reaped(requeued=1) if left else Reaped(dead=1))


async def test_silences_are_counted_apart_from_failures(hasty: Store) -> None:
    job = await submit(hasty)
    for _ in range(2):
        await claim(hasty)
        await hasty.queue.reap()
        await hasty.queue.fail(await claim(hasty), "broken", retry=True)
    assert (await hasty.queue.get(job.id)).state is JobState.QUEUED
    await hasty.queue.fail(await claim(hasty), "broken", retry=True)
    assert (await hasty.queue.get(job.id)).state is JobState.DEAD


async def test_a_suspect_is_given_to_nobody_who_has_another_job(another: Any) -> None:
    hasty = await another(lease_seconds=-1.0, per_person_running=9)
    suspect = await submit(hasty, "1")
    await claim(hasty)
    await hasty.queue.reap()
    other = await submit(hasty, "2")
    options: dict[str, Any] = {"models": [MODEL], "max_area": 512 * 512}
    assert await hasty.queue.suspects() == 1
    (job,) = await hasty.queue.claim("e", **options, alone=False)
    assert (job.id, job.suspect) == (other.id, False)
    assert await hasty.queue.claim("e", **options, alone=False) == []
    await submit(hasty, "3")
    several = await hasty.queue.claim("f", **options, count=5)
    assert [job.suspect for job in several] == [False]
    (job,) = await hasty.queue.claim("g", **options, count=5)
    assert (job.id, job.suspect) == (suspect.id, True)


async def test_a_silent_engines_cancelled_job_is_cancelled(hasty: Store) -> None:
    await submit(hasty)
    await claim(hasty)
    await hasty.database.write(jobs.update().values(cancel_requested=True))
    assert await hasty.queue.reap() == Reaped(cancelled=1)


async def test_reaping_leaves_those_who_beat(asker: Any) -> None:
    await asker.ask()
    await asker.claim_one()
    assert await asker.store.queue.reap() == Reaped()


async def test_reapers_at_once_reap_each_job_once(another: Any) -> None:
    stores = [await another(lease_seconds=-1.0, per_person_running=10) for _ in range(3)]
    for number in range(10):
        await submit(stores[0], str(number))
    await stores[0].queue.claim("engine", models=[MODEL], max_area=512 * 512, count=10)
    reaped = await asyncio.gather(*(stores[number % 3].queue.reap() for number in range(9)))
    assert sum(each.requeued for each in reaped) == 10


async def test_a_failed_attempt_is_retried_then_dead(asker: Any) -> None:
    store = asker.store
    await asker.ask()
    states = []
    for number in range(3):
        job = await asker.claim_one()
        assert await store.queue.fail(job, f"failure {number}", retry=True)
        failed = await store.queue.get(job.id)
        states.append((failed.state, failed.error))
    assert states == [("queued", "failure 0"), ("queued", "failure 1"), ("dead", "failure 2")]
    assert await asker.claim() == []


async def test_a_failure_without_hope_is_dead_at_once(asker: Any) -> None:
    await asker.ask()
    job = await asker.claim_one()
    await asker.store.queue.fail(job, "no such image", retry=False)
    assert (await asker.store.queue.get(job.id)).state is JobState.DEAD


async def test_handing_back_does_not_count_as_an_attempt(asker: Any) -> None:
    (asked,) = await asker.ask()
    attempts = []
    for _ in range(5):
        job = await asker.claim_one()
        attempts.append(job.attempt)
        assert await asker.store.queue.release(job)
    for _ in range(3):
        await asker.store.queue.fail(await asker.claim_one(), "broken", retry=True)
    assert attempts == [1, 2, 3, 4, 5]  # a fencing token never comes twice
    assert (await asker.store.queue.get(asked.id)).state is JobState.DEAD


async def test_a_queued_job_is_cancelled_at_once(asker: Any) -> None:
    (job,) = await asker.ask()
    cancelled = await asker.store.queue.cancel(job.id, by="ann")
    assert (cancelled.state, cancelled.revision) == (JobState.CANCELLED, job.revision + 1)
    assert await asker.claim() == []


async def test_a_running_job_is_cancelled_at_once_whatever_its_engine_does(another: Any) -> None:
    store = await another(per_person_running=1, per_person_active=2)
    await submit(store, "1")
    await submit(store, "2")
    job = await claim(store)
    cancelled = await store.queue.cancel(job.id, by="ann")
    assert (cancelled.state, cancelled.lease_until) == (JobState.CANCELLED, None)
    await submit(store, "3")  # there is a seat again, and a slot
    assert (await claim(store)).key == "2"
    assert await store.queue.beat(job, step=3) == Beat(mine=True, cancel=True)
    assert not await store.queue.release(job)
    assert not await store.queue.fail(job, "no", retry=True)
    assert await store.queue.finish(job, make_artwork()) is None
    assert (await store.queue.get(job.id)).state is JobState.CANCELLED


@pytest.mark.parametrize("end", ["release", "fail"])
async def test_a_job_that_an_older_version_asked_to_end_is_cancelled(asker: Any, end: str) -> None:
    store = asker.store
    await asker.ask()
    job = await asker.claim_one()
    await store.database.write(jobs.update().values(cancel_requested=True))
    assert await store.queue.beat(job, step=3) == Beat(mine=True, cancel=True)
    await (
        store.queue.release(job) if end == "release" else store.queue.fail(job, "no", retry=True)
    )
    assert (await store.queue.get(job.id)).state is JobState.CANCELLED


async def test_what_is_over_stays_as_it_is(asker: Any) -> None:
    await asker.ask()
    job = await asker.claim_one()
    await asker.store.queue.finish(job, make_artwork())
    assert (await asker.store.queue.cancel(job.id, by="ann")).state is JobState.DONE


async def test_only_the_requester_or_an_admin_cancels(asker: Any) -> None:
    (job,) = await asker.ask("ann")
    with pytest.raises(JobError, match="is not yours"):
        await asker.store.queue.cancel(job.id, by="bob")
    with pytest.raises(JobError, match="There is no painting 'nothing' in the queue"):
        await asker.store.queue.cancel("nothing", by="ann")
    assert (
        await asker.store.queue.cancel(job.id, by="bob", admin=True)
    ).state is JobState.CANCELLED


async def test_a_wrong_clock_of_a_host_changes_nothing(
    asker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values that a host sends carry no time; it is ten days behind, say."""
    store = asker.store
    before = await store.now()
    monkeypatch.setattr("time.time", lambda: before - 864_000.0)
    (asked,) = await asker.ask()
    job = await asker.claim_one()
    job = replace(job, lease_until=0.0, started=0.0, created=0.0)
    assert (await store.queue.beat(job, step=1)).mine
    assert await store.queue.reap() == Reaped()
    done = await store.queue.finish(job, make_artwork())
    after = await store.now()
    assert before <= asked.created <= done.created <= after
    assert int(asked.id[:12], 16) / 1000 == pytest.approx(asked.created, abs=0.1)
