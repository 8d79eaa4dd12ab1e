"""Admission to the queue: once per key, and never beyond the limits, however many knock at once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.jobs import JobState
from ganshare.errors import AdmissionError, ParameterError
from ganshare.store.db.tables_queue import jobs
from ganshare.store.queue.submit import Candidate
from ganshare.testing import TIMEOUT, make_report, make_request


async def test_a_job_comes_back_as_it_was_asked_for(store: Any) -> None:
    request = make_request(prompt="a | ü:0.5 | c:-1", seed=2**63 - 1, init_image="inits/1.png")
    reply_to = {"channel": 12, "message": "ü"}
    submitted = await store.queue.submit("ann", "discord", request, key="1", reply_to=reply_to)
    job = await store.queue.get(submitted.job.id)
    assert submitted.is_new
    assert job == submitted.job == await store.queue.get_by_key("1")
    assert (job.person, job.origin, job.request) == ("ann", "discord", request)
    assert job.reply_to == reply_to
    assert (job.state, job.attempt, job.cost) == (JobState.QUEUED, 0, request.cost)


async def test_the_same_key_gives_the_same_job(asker: Any) -> None:
    first = await asker.submit(key="1")
    second = await asker.submit(key="1", prompt="something else")
    assert (first.is_new, second.is_new) == (True, False)
    assert second.job == first.job


async def test_twenty_deliveries_at_once_make_one_job(another: Any) -> None:
    stores = [await another() for _ in range(4)]
    submits = [
        stores[number % 4].queue.submit("ann", "bot", make_request(), key="1")
        for number in range(20)
    ]
    submitted = await asyncio.gather(*submits)
    assert len({each.job.id for each in submitted}) == 1
    assert [each.is_new for each in submitted].count(True) == 1


async def test_a_repeated_delivery_is_no_job_more_than_allowed(another: Any) -> None:
    store = await another(per_person_active=1)
    first = await store.queue.submit("ann", "bot", make_request(), key="1")
    again = await store.queue.submit("ann", "bot", make_request(), key="1")
    assert again.job == first.job


async def test_a_person_has_so_many_active_jobs_and_not_more(another: Any) -> None:
    store = await another(per_person_active=2)
    first = await store.queue.submit("ann", "bot", make_request(), key="1")
    await store.queue.submit("ann", "bot", make_request(), key="2")
    with pytest.raises(AdmissionError, match=r"You have 2 paintings .* at most 2 are allowed"):
        await store.queue.submit("ann", "bot", make_request(), key="3")
    await store.queue.submit("bob", "bot", make_request(), key="4")
    await store.queue.cancel(first.job.id, by="ann")
    await store.queue.submit("ann", "bot", make_request(), key="5")
    assert [job.key for job in await store.queue.active("ann")] == ["2", "5"]


async def test_the_limit_per_person_holds_when_all_come_at_once(another: Any) -> None:
    stores = [await another(per_person_active=5) for _ in range(4)]
    submits = [
        stores[number % 4].queue.submit("ann", "bot", make_request(), key=str(number))
        for number in range(24)
    ]
    answers = await asyncio.gather(*submits, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, AdmissionError)]
    assert len(refused) == 24 - 5
    assert len(await stores[0].queue.active("ann")) == 5
    assert all(isinstance(answer, AdmissionError) or answer.is_new for answer in answers)


async def test_the_cap_holds_when_all_come_at_once(another: Any) -> None:
    stores = [await another(queue_cap=7) for _ in range(4)]
    submits = [
        stores[number % 4].queue.submit(f"person-{number}", "bot", make_request(), key=str(number))
        for number in range(24)
    ]
    answers = await asyncio.gather(*submits, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, AdmissionError)]
    queued = (await stores[0].queue.counts())[JobState.QUEUED]
    assert queued == 24 - len(refused)
    assert queued == 7
    for store in stores:
        with pytest.raises(AdmissionError, match="The queue is full"):
            await store.queue.submit("late", "bot", make_request(), key="late")


async def test_nobody_who_is_refused_waits_for_a_submit_under_way(another: Any) -> None:
    store = await another(queue_cap=1)
    if store.database.dialect == "sqlite":
        pytest.skip("all writes wait for each other there")
    await store.queue.submit("ann", "bot", make_request(), key="1")

    async def while_somebody_submits(connection: AsyncConnection) -> None:
        candidate = Candidate("ann", "bot", make_request(), "2", 0, 1.0, {})
        await connection.execute(store.queue._admission, candidate.values(10))
        async with asyncio.timeout(TIMEOUT):
            with pytest.raises(AdmissionError, match="The queue is full"):
                await store.queue.submit("bob", "bot", make_request(), key="3")
            assert not (await store.queue.submit("ann", "bot", make_request(), key="1")).is_new

    await store.database.atomically(while_somebody_submits)


async def test_a_full_queue_says_how_long_it_is(another: Any) -> None:
    store = await another(queue_cap=2)
    for number in range(2):
        await store.queue.submit("ann", "bot", make_request(), key=str(number))
    with pytest.raises(AdmissionError, match="2 paintings are waiting, and no engine is running"):
        await store.queue.submit("bob", "bot", make_request(), key="3")
    await store.queue.report_engine(make_report(rate=1 / 90))
    with pytest.raises(
        AdmissionError, match=r"2 paintings are waiting, .* about 3 min; please try"
    ):
        await store.queue.submit("bob", "bot", make_request(), key="3")


async def test_the_last_room_is_kept_for_those_who_have_little_in_the_queue(another: Any) -> None:
    store = await another(queue_cap=20, per_person_active=10)
    for number in range(7):
        for person in ("ann", "bob"):
            await store.queue.submit(person, "bot", make_request(), key=f"{person} {number}")
    with pytest.raises(
        AdmissionError, match=r"nearly full: .* fewer paintings waiting than your 7; please try"
    ):
        await store.queue.submit("ann", "bot", make_request(), key="ann 7")
    for number in range(6):
        assert (
            await store.queue.submit(f"new {number}", "bot", make_request(), key=f"{number}")
        ).is_new
    with pytest.raises(AdmissionError, match=r"The queue is full: 20 paintings"):
        await store.queue.submit("new 6", "bot", make_request(), key="6")


async def test_running_jobs_do_not_fill_the_queue(another: Any) -> None:
    store = await another(queue_cap=1)
    await store.queue.submit("ann", "bot", make_request(), key="1")
    model = make_request().model
    assert await store.queue.claim("engine", models=[model], max_area=512 * 512)
    assert (await store.queue.submit("ann", "bot", make_request(), key="2")).is_new


async def test_a_model_that_no_engine_has_is_refused(asker: Any) -> None:
    await asker.submit(model="any")  # nobody is there to know better
    await asker.store.queue.report_engine(make_report(models=("paintings-f8", "100%_/wild")))
    message = r"No engine offers the model 'painting-f8' now; .* mean 'paintings-f8'"
    with pytest.raises(AdmissionError, match=message):
        await asker.submit(model="painting-f8")
    with pytest.raises(AdmissionError, match="allowed are 100%_/wild and paintings-f8"):
        await asker.submit(model="paintings_f8")
    await asker.submit(model="100%_/wild")


async def test_a_size_that_fits_no_engine_is_refused(asker: Any) -> None:
    await asker.store.queue.report_engine(make_report(max_area=320 * 320))
    await asker.submit(width=320, height=320)
    with pytest.raises(AdmissionError, match=r"512x512 .* at most 102,400 pixels .* 320 on each"):
        await asker.submit(width=512, height=512)
    await asker.store.queue.report_engine(make_report(id="engine-2", max_area=512 * 512))
    await asker.submit(width=512, height=512)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite's writes are serial
async def test_a_refused_job_leaves_nothing_behind(another: Any) -> None:
    store = await another(per_person_active=0)
    with pytest.raises(AdmissionError):
        await store.queue.submit("ann", "bot", make_request(), key="1")
    assert await store.queue.get_by_key("1") is None


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
async def test_a_share_is_above_zero(asker: Any, weight: float) -> None:
    with pytest.raises(ParameterError, match="must be above zero"):
        await asker.submit(weight=weight)


async def test_what_nobody_painted_of_late_is_refused_although_no_engine_is_alive(
    asker: Any,
) -> None:
    store = asker.store
    await asker.submit(model="anything")  # while no engine is known
    await store.queue.report_engine(make_report())
    await store.queue.forget_engine("engine-1")
    assert await store.queue.engines() == []
    await asker.submit()
    with pytest.raises(AdmissionError, match="No engine offers the model 'nothing' now"):
        await asker.submit(model="nothing")
    await store.queue.report_engine(make_report(max_area=256 * 256))
    await store.queue.forget_engine("engine-1")
    with pytest.raises(AdmissionError, match="No engine can paint 512x256"):
        await asker.submit(width=512)


async def test_who_waits_for_too_long_is_told(asker: Any) -> None:
    store = asker.store
    old, young = await asker.ask(count=2)
    long_ago = jobs.c.created - 8 * 86_400.0
    await store.database.write(jobs.update().where(jobs.c.id == old.id).values(created=long_ago))
    assert await store.queue.expire() == 1
    (told,) = [job for job in await store.queue.inbox("bot") if job.state is JobState.DEAD]
    assert told.id == old.id
    assert told.error == "No engine painted this within 7 days; please ask again."
    assert await store.queue.active("ann") == [young]


async def test_one_housekeeper_at_a_time(another: Any) -> None:
    stores = [await another() for _ in range(8)]
    taken = await asyncio.gather(*(each.queue.take_turn("blobs", 60.0) for each in stores))
    assert sum(taken) == 1
    assert await stores[0].queue.take_turn("pictures", -1.0)
    assert await stores[1].queue.take_turn("pictures", 60.0)  # its time was over
    await stores[2].queue.give_turn_back("blobs")
    assert await stores[3].queue.take_turn("blobs", 60.0)
