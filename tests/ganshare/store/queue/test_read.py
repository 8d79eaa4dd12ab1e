"""What bots, web pages and operators read: inboxes, places, engines, counts, artworks."""

from typing import Any

import pytest

from ganshare.domain.jobs import JobState, QueuePosition
from ganshare.store.db.tables_queue import jobs
from ganshare.testing import MODEL, make_artwork, make_report


async def test_an_inbox_has_what_is_new_for_its_origin(asker: Any) -> None:
    store = asker.store
    await asker.submit(key="1", origin="discord")
    await asker.submit(key="2", origin="telegram")
    await asker.submit(key="3", origin="discord")
    assert [job.key for job in await store.queue.inbox("discord")] == ["1", "3"]
    (first,) = await store.queue.inbox("discord", limit=1)
    assert first.key == "1"
    assert [job.key for job in await store.queue.inbox("discord", after=first.id)] == ["3"]
    await store.queue.ack(await store.queue.inbox("discord"))
    assert await store.queue.inbox("discord") == []
    assert [job.key for job in await store.queue.inbox("telegram")] == ["2"]


async def test_a_job_that_is_renewed_is_news_again(asker: Any) -> None:
    store = asker.store
    job = (await asker.submit(origin="discord")).job
    await store.queue.ack(await store.queue.inbox("discord"))
    assert await store.queue.renew(job.id)
    assert [each.id for each in await store.queue.inbox("discord")] == [job.id]
    assert not await store.queue.renew("none-such")


async def test_several_jobs_are_read_at_once(asker: Any) -> None:
    store = asker.store
    made = [(await asker.submit(key=str(number))).job for number in range(3)]
    wanted = [made[2].id, made[0].id, "none-such"]
    assert [job.key for job in await store.queue.several(wanted)] == ["0", "2"]
    assert await store.queue.several([]) == []


async def test_changes_after_the_reading_stay_in_the_inbox(asker: Any) -> None:
    store = asker.store
    await asker.ask()
    read = await store.queue.inbox("bot")
    job = await asker.claim_one()
    await store.queue.beat(job, step=3)
    await store.queue.ack(read)
    (unread,) = await store.queue.inbox("bot")
    assert unread.step == 3


async def test_an_acknowledgement_never_takes_back_another(asker: Any) -> None:
    store = asker.store
    await asker.ask()
    old = await store.queue.inbox("bot")
    await asker.claim_one()
    await store.queue.ack(await store.queue.inbox("bot"))
    await store.queue.ack(old)
    assert await store.queue.inbox("bot") == []
    await store.queue.ack([])


async def test_no_end_is_missed_when_the_database_forgot_what_was_shown(asker: Any) -> None:
    store = asker.store
    await asker.ask("ann", count=2)
    before, after = await asker.claim(2)
    for job in (before, after):
        await store.queue.beat(job, step=5)
    shown = await store.queue.inbox("bot")
    # A crash of PostgreSQL takes the beats back, and their revisions are given once more.
    await store.database.write(jobs.update().values(revision=jobs.c.revision - 1))
    await store.queue.finish(before, make_artwork())
    await store.queue.ack(shown)
    await store.queue.finish(after, make_artwork())
    assert [job.revision for job in await store.queue.inbox("bot")] == [
        job.revision for job in shown
    ]
    assert {job.state for job in await store.queue.inbox("bot")} == {JobState.DONE}
    assert len(await store.queue.inbox("bot")) == 2


async def test_every_end_of_a_job_reaches_the_inbox(asker: Any) -> None:
    store = asker.store
    jobs = await asker.ask("ann", count=2) + await asker.ask("bob", count=2)
    await store.queue.cancel(jobs[1].id, by="ann")
    done, dead = await asker.claim(2)
    await store.queue.ack(await store.queue.inbox("bot"))
    await store.queue.finish(done, make_artwork())
    await store.queue.fail(dead, "broken", retry=False)
    (third,) = await asker.claim()
    await store.queue.cancel(third.id, by="bob")
    states = {job.id: job.state for job in await store.queue.inbox("bot")}
    assert states == {
        done.id: JobState.DONE,
        dead.id: JobState.DEAD,
        third.id: JobState.CANCELLED,
    }


async def test_a_place_counts_who_goes_first(asker: Any) -> None:
    store = asker.store
    await asker.ask("ann", count=3)
    (job,) = await asker.ask("bob")
    assert await store.queue.position(job.id) == QueuePosition(position=2, eta_seconds=None, of=4)
    await asker.ask("cid", priority=1)
    assert await store.queue.position(job.id) == QueuePosition(position=3, eta_seconds=None, of=5)
    order = [each.id for each in await store.queue.jobs()]
    places = [await store.queue.position(each) for each in order]
    assert [place.position for place in places] == [1, 2, 3, 4, 5]
    await asker.claim(9)
    assert await store.queue.position(job.id) is None
    assert await store.queue.position("nothing") is None


async def test_an_eta_follows_the_rates_that_engines_measured(asker: Any) -> None:
    store = asker.store
    first, second = await asker.ask("ann", steps=60) + await asker.ask("bob")
    await store.queue.report_engine(make_report(id="a"))
    assert (await store.queue.position(first.id)).eta_seconds == 0.0  # an idle engine takes it
    assert (await store.queue.position(second.id)).eta_seconds is None  # nobody has measured yet
    await store.queue.report_engine(make_report(id="a", rate=0.1))
    assert (await store.queue.position(second.id)).eta_seconds == pytest.approx(5.0)
    running = await asker.claim_one()
    await store.queue.beat(running, step=30)
    assert (await store.queue.position(second.id)).eta_seconds == pytest.approx(2.5)
    (third,) = await asker.ask("cid")
    assert (await store.queue.position(third.id)).eta_seconds == pytest.approx(12.5)
    await store.queue.report_engine(make_report(id="b", rate=0.3))
    assert (await store.queue.position(third.id)).eta_seconds == pytest.approx(12.5 / 4)
    await store.queue.report_engine(make_report(id="c"))  # counts as much as the mean of the others
    assert (await store.queue.position(third.id)).eta_seconds == 0.0
    assert (
        await store.queue.position((await asker.ask("dan"))[0].id)
    ).eta_seconds == pytest.approx(22.5 / 6)


async def test_an_eta_leaves_out_engines_and_jobs_of_other_models(asker: Any) -> None:
    store = asker.store
    await asker.ask("ann", model="other")
    jobs = await asker.ask("bob") + await asker.ask("cid")
    await store.queue.report_engine(make_report(id="a", models=("other",), rate=5.0))
    assert (await store.queue.position(jobs[1].id)).eta_seconds is None
    await store.queue.report_engine(make_report(id="b", rate=0.5))
    assert (await store.queue.position(jobs[1].id)).eta_seconds == pytest.approx(2.0)


async def test_engines_are_alive_as_long_as_they_report(another: Any) -> None:
    store = await another(engine_seconds=1000.0)
    report = make_report(
        models=(MODEL, "b"),
        rate=0.25,
        running=("1", "2"),
        version="1.0",
        batch=4,
        reads=("Latin", "Han"),
    )
    await store.queue.report_engine(make_report())
    await store.queue.report_engine(report)
    await store.queue.report_engine(make_report(id="engine-2"))  # says nothing of what it reads
    assert await store.queue.engines() == [report, make_report(id="engine-2")]
    await store.queue.forget_engine("engine-2")
    assert [engine.id for engine in await store.queue.engines()] == ["engine-1"]
    forgetful = await another(engine_seconds=-1.0)
    assert await forgetful.queue.engines() == []


async def test_counts_and_throughput_sum_up(asker: Any) -> None:
    store = asker.store
    await asker.ask("ann", count=3, steps=240)
    await asker.ask("bob")
    done, dead = await asker.claim(2)
    await store.queue.finish(done, make_artwork())
    await store.queue.fail(dead, "broken", retry=False)
    await store.queue.report_engine(make_report(rate=0.5))
    counts = await store.queue.counts()
    assert counts == {"queued": 2, "running": 0, "done": 1, "cancelled": 0, "dead": 1}
    throughput = await store.queue.throughput()
    assert (throughput.done, throughput.dead, throughput.cancelled) == (1, 1, 0)
    assert (throughput.work, throughput.rate) == (2.0, 0.5)
    assert 0 <= throughput.wait_seconds < 10
    assert 0 <= throughput.paint_seconds < 10
    assert (await store.queue.throughput(window=-1.0)).done == 0


async def test_the_queue_shows_running_jobs_first(asker: Any) -> None:
    await asker.submit("ann", key="1")
    await asker.submit("bob", key="2")
    await asker.submit("cid", key="3", priority=1)
    await asker.claim_one()
    assert [job.key for job in await asker.store.queue.jobs()] == ["3", "1", "2"]
    assert [job.key for job in await asker.store.queue.jobs(limit=2)] == ["3", "1"]
    assert [job.key for job in await asker.store.queue.jobs(limit=1)] == ["3"]


async def test_artworks_are_paged_from_the_newest(asker: Any) -> None:
    store = asker.store
    for person in ("ann", "bob", "ann"):
        await asker.ask(person)
        await store.queue.finish(await asker.claim_one(), make_artwork())
    everything = await store.gallery.recent()
    assert [artwork.person for artwork in everything][1] == "bob"
    assert await store.gallery.recent(person="ann") == [everything[0], everything[2]]
    assert await store.gallery.recent(limit=1) == everything[:1]
    assert await store.gallery.recent(before=everything[0].id) == everything[1:]
    assert await store.gallery.get("nothing") is None
