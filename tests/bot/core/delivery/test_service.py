"""Delivery: one message per job, always up to date, whatever the platform does; a real store."""

import asyncio
import contextlib
import gc
import itertools
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.delivery.platform import Away, MessageGone, PlaceGone, SlowDown
from bot.core.delivery.service import DeliveryService
from bot.core.messages import Action, Person, Reply
from ganshare.domain.jobs import Job, JobState
from ganshare.store.db.tables_queue import jobs
from ganshare.testing import TIMEOUT

BEN = Person("discord:2", "Ben")

Hall = Any  # of conftest.py


@dataclass
class Message:
    """One message of the recorder's platform, with all that was ever shown in it."""

    channel: int
    shown: list[Reply] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    is_deleted: bool = False

    @property
    def titles(self) -> list[str]:
        return [reply.title.partition(":")[0] for reply in self.shown]


@dataclass
class Platform:
    """A platform that keeps messages, and can be told to fail as platforms do."""

    origin: str = "discord"
    messages: dict[int, Message] = field(default_factory=dict)
    told: list[tuple[str, Reply]] = field(default_factory=list)
    pings: list[tuple[str, str, str, str]] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)  # channels
    blocked: set[str] = field(default_factory=set)  # people who take no direct messages
    failures: list[Exception] = field(default_factory=list)  # of the next calls
    troubled: set[str] = field(default_factory=set)  # jobs that these are for; all if it is empty
    slow: set[str] = field(default_factory=set)  # jobs whose previews hang
    calls: Counter[str] = field(default_factory=Counter)

    def post(self, reply: Reply, channel: int = 100) -> dict[str, int]:
        """What a frontend does with the dispatcher's first reply."""
        number = len(self.messages) + 1
        self.messages[number] = Message(channel, [reply])
        return {"message": number}

    async def show(
        self, job: Job, address: Mapping[str, Any] | None, reply: Reply
    ) -> Mapping[str, Any]:
        self.calls[job.id] += 1
        if job.id in self.slow and not job.state.over:
            await asyncio.sleep(3600)
        await asyncio.sleep(0)
        if self.failures and job.id in (self.troubled or {job.id}):
            raise self.failures.pop(0)
        channel = job.reply_to["channel"]
        if address is not None and address["message"] in self.messages:
            channel = self.messages[address["message"]].channel
        if channel in self.closed:
            raise PlaceGone("no such channel")
        if address is None:
            address = {"message": len(self.messages) + 1}
            self.messages[address["message"]] = Message(channel)
        message = self.messages[address["message"]]
        if message.is_deleted:
            raise MessageGone("no such message")
        message.shown.append(reply)
        message.times.append(asyncio.get_running_loop().time())
        return address

    async def ping(
        self, job: Job, address: Mapping[str, Any], person: str, name: str, text: str
    ) -> None:
        self.pings.append((job.id, person, name, text))

    async def tell(self, person: str, reply: Reply) -> Mapping[str, Any]:
        if person in self.blocked:
            raise PlaceGone("blocked")
        self.told.append((person, reply))
        return self.post(reply, channel=0)


@dataclass
class Scene:
    hall: Any
    platform: Platform
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def start(self, **options: Any) -> "asyncio.Task[None]":
        options = {"pace": 0.05, "grace": 0.3} | options
        hall = self.hall
        delivery = DeliveryService(hall.store, hall.blobs, self.platform, hall.words, **options)
        self.tasks.append(asyncio.create_task(delivery.run()))
        return self.tasks[-1]

    async def kill(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()

    async def post(self, prompt: str = "a castle", *, channel: int = 100) -> Job:
        """Ask, and post the answer as a frontend does."""
        (reply,) = await self.hall.ask("paint", prompt=prompt)
        address = self.platform.post(reply, channel)
        await self.hall.dispatcher.save_message(reply.job, "discord", address)
        job: Job = await self.hall.job(reply.job)
        return job

    async def until(self, true: Any, seconds: float = TIMEOUT) -> None:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - nobody would set an event for us
                await asyncio.sleep(0.01)

    async def until_read(self) -> None:
        """Wait until everything is acknowledged."""
        async with asyncio.timeout(TIMEOUT):
            while await self.hall.store.queue.inbox("discord"):  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.02)

    def last(self, number: int = 1) -> Reply:
        return self.platform.messages[number].shown[-1]


@pytest.fixture
async def scene(hall: Hall) -> AsyncIterator[Scene]:
    made = Scene(hall, Platform())
    yield made
    await made.kill()


async def claimed(scene: Scene) -> Job:
    (job,) = await scene.hall.claim()
    return job


async def test_one_message_goes_from_the_queue_over_frames_to_the_painting(scene: Scene) -> None:
    await scene.post("a castle in teal")
    scene.start()
    job = await claimed(scene)
    for step in (30, 60, 90):
        await scene.hall.frame(job, step)
        wanted = f"Painting: step {step} of 120"
        await scene.until(lambda wanted=wanted: scene.last().title == wanted)
        assert scene.last().pictures[0].data.startswith(b"\x89PNG")
    assert scene.last().text.split("\n\n")[1].startswith("▰▰▰▰▰▰▰▰▰▱▱▱ 75 %")
    artwork = await scene.hall.finish(job)
    await scene.until(lambda: scene.last().title == "Painted")
    await scene.until_read()
    assert len(scene.platform.messages) == 1
    final = scene.last()
    assert final.pictures[0].data == await scene.hall.blobs.get(artwork.blob)
    assert dict(final.fields)["ID"] == artwork.id
    assert {button.action for row in final.buttons for button in row} >= {
        Action.AGAIN, Action.VARY, Action.MASTER, Action.DELETE, Action.REPORT,
    }  # fmt: skip
    assert scene.platform.told == []


async def finished(scene: Scene, seconds: float) -> Job:
    """A painting that was done so long after it was asked for."""
    job = await claimed(scene)
    earlier = sa.update(jobs).where(jobs.c.id == job.id).values(created=jobs.c.created - seconds)
    await scene.hall.store.database.write(earlier)
    await scene.hall.finish(job)
    await scene.until_read()
    return job


async def test_who_waited_long_is_told_that_it_is_done_and_chooses_otherwise(scene: Scene) -> None:
    scene.start()
    for when, seconds, is_told in (
        ("", 10, False),
        ("", 125, True),
        ("always", 10, True),
        ("never", 500, False),
        ("late", 500, True),
    ):
        if when:
            await scene.hall.ask("notify", when=when)
        await scene.post()
        job = await finished(scene, seconds)
        told = [each for each in scene.platform.pings if each[0] == job.id]
        name = "Ann"
        assert told == [(job.id, job.person, name, "your painting is finished.")] * is_told
        assert dict(scene.last(len(scene.platform.messages)).fields)["Requested by"] == name
    # Shown once more, it is no news.
    await scene.hall.store.queue.renew(job.id)
    await scene.until_read()
    assert len(scene.platform.pings) == 3


async def test_what_the_frontend_has_just_posted_is_not_shown_again(scene: Scene) -> None:
    job = await scene.post()
    scene.start()
    await scene.until_read()
    assert scene.platform.calls[job.id] == 0


async def test_who_waits_is_told_that_the_queue_has_moved(scene: Scene) -> None:
    for name in ("a castle", "an owl", "a bridge"):
        await scene.post(name)
    scene.start(queue_pace=0.05)
    await scene.until_read()
    assert scene.last(3).title == "Waiting: 3 of 3"
    first = await claimed(scene)
    await scene.until(lambda: scene.last(3).title == "Waiting: 2 of 2")
    await scene.kill()
    second = await claimed(scene)
    scene.start(queue_pace=0.05)  # which knows nothing of what was shown before
    await scene.until(lambda: scene.last(3).title == "Waiting: 1 of 1")
    assert scene.last(2).title.startswith("Painting")
    for job in (first, second, await claimed(scene)):
        await scene.hall.finish(job)
    await scene.until(lambda: all(scene.last(each).title == "Painted" for each in (1, 2, 3)))
    await scene.until_read()
    assert len(scene.platform.messages) == 3


async def test_a_place_that_cannot_be_shown_delays_nothing_that_can(scene: Scene) -> None:
    await scene.post("a castle")
    waiting = await scene.post("an owl")
    scene.start(queue_pace=0.05, pace=0.01)
    await scene.until_read()
    scene.platform.slow = {waiting.id}
    await scene.hall.finish(await claimed(scene))
    await scene.until(lambda: scene.platform.calls[waiting.id] > 0)
    await scene.hall.finish(await claimed(scene))
    await scene.until(lambda: scene.last(2).title == "Painted")


async def test_a_platform_that_wants_rest_is_not_asked_at_once_about_a_place(
    scene: Scene,
) -> None:
    await scene.post("a castle")
    waiting = await scene.post("an owl")
    scene.start(queue_pace=0.05, pace=0.01)
    await scene.until_read()
    scene.platform.troubled = {waiting.id}
    scene.platform.failures = [SlowDown(3600.0), Away("no network"), PlaceGone("no such channel")]
    await claimed(scene)
    await scene.until(lambda: not scene.platform.failures)  # each was met at another look
    assert [each.title for each in scene.platform.messages[2].shown] == ["Waiting: 2 of 2"]


async def test_progress_keeps_its_pace_and_shows_the_latest(scene: Scene) -> None:
    await scene.post()
    scene.start(pace=0.4)
    job = await claimed(scene)
    for step in range(1, 61):
        await scene.hall.frame(job, step)
        await asyncio.sleep(0.02)
    await scene.until(lambda: scene.last().title == "Painting: step 60 of 120")
    times = scene.platform.messages[1].times
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(gap >= 0.39 for gap in gaps)
    assert len(times) >= 2


async def test_an_end_does_not_wait_for_the_pace(scene: Scene) -> None:
    await scene.post()
    job = await claimed(scene)
    await scene.hall.frame(job, 10)
    scene.start(pace=3600.0)
    await scene.until(lambda: scene.last().title.startswith("Painting"))
    await scene.hall.frame(job, 20)  # has to wait
    await scene.hall.finish(job)
    await scene.until(lambda: scene.last().title == "Painted")
    assert "step 20" not in str(scene.platform.messages[1].shown)


async def test_steps_without_anything_new_to_see_cost_no_edit(scene: Scene) -> None:
    await scene.post()
    scene.start()
    job = await claimed(scene)
    await scene.hall.frame(job, 120)
    await scene.until(lambda: scene.last().title.startswith("Painted; now"))
    before = scene.platform.calls[job.id]
    for _ in range(5):
        await scene.hall.store.queue.beat(job, step=120)
        await asyncio.sleep(0.1)
    await scene.until_read()
    assert scene.platform.calls[job.id] == before


async def test_an_end_waits_neither_for_its_own_nor_for_others_slow_previews(scene: Scene) -> None:
    posted = [await scene.post(f"a castle {number}") for number in range(4)]
    scene.platform.slow = {job.id for job in posted[:3]}
    scene.start(at_once=2)
    jobs = {job.id: job for job in await scene.hall.claim(4)}
    for job in jobs.values():
        await scene.hall.frame(job, 10)
    await scene.until(lambda: len(+scene.platform.calls) >= 2)
    await scene.hall.finish(jobs[posted[3].id])  # the previews hang for an hour
    await scene.until(lambda: scene.last(4).title == "Painted")
    await scene.hall.finish(jobs[posted[0].id])
    await scene.until(lambda: scene.last(1).title == "Painted")


async def test_a_restart_loses_nothing_and_shows_an_end_once(scene: Scene) -> None:
    await scene.post()
    scene.start()
    job = await claimed(scene)
    await scene.hall.frame(job, 10)
    await scene.until(lambda: scene.last().title.startswith("Painting"))
    await scene.kill()
    await scene.hall.finish(job)
    for _ in range(3):
        scene.start()
        await scene.until_read()
        await asyncio.sleep(0.1)
        await scene.kill()
    assert scene.platform.messages[1].titles.count("Painted") == 1
    assert len(scene.platform.messages) == 1


async def test_kills_at_any_moment_leave_each_end_in_exactly_one_message(scene: Scene) -> None:
    posted = [await scene.post(f"a castle {number}") for number in range(5)]
    jobs = await scene.hall.claim(5)

    async def paint() -> None:
        for step in (10, 20, 30):
            for job in jobs:
                await scene.hall.frame(job, step)
                await asyncio.sleep(0.01)
        for job in jobs:
            await scene.hall.finish(job)
            await asyncio.sleep(0.02)

    painting = asyncio.create_task(paint())
    while not painting.done():
        scene.start(pace=0.02)
        await asyncio.sleep(0.06)
        await scene.kill()
    await painting
    scene.start()
    await scene.until_read()
    assert len(scene.platform.messages) == len(posted)
    for number in range(1, 6):
        assert scene.last(number).title == "Painted"


async def test_where_the_frontend_died_before_it_posted_the_service_sends_the_message(
    scene: Scene,
) -> None:
    await scene.hall.ask_one()
    scene.start()
    await asyncio.sleep(0.1)
    assert scene.platform.messages == {}
    await scene.until(lambda: 1 in scene.platform.messages)
    assert scene.platform.messages[1].titles == ["Waiting"]
    await scene.until_read()
    await scene.hall.finish(await claimed(scene))
    await scene.until(lambda: scene.last().title == "Painted")
    assert len(scene.platform.messages) == 1


async def test_a_frontend_that_posts_late_gets_no_second_message(scene: Scene) -> None:
    (reply,) = await scene.hall.ask("paint", prompt="a castle")
    scene.start(grace=60.0)
    await scene.hall.finish(await claimed(scene))
    await asyncio.sleep(0.3)
    await scene.hall.dispatcher.save_message(reply.job, "discord", scene.platform.post(reply))
    await scene.until(lambda: scene.last().title == "Painted")
    assert len(scene.platform.messages) == 1


async def test_a_deleted_message_ends_progress_and_the_painting_comes_anew(scene: Scene) -> None:
    posted = await scene.post()
    scene.start()
    job = await claimed(scene)
    await scene.hall.frame(job, 10)
    await scene.until(lambda: scene.last().title.startswith("Painting"))
    scene.platform.messages[1].is_deleted = True
    for step in (20, 30, 40):
        await scene.hall.frame(job, step)
        await asyncio.sleep(0.12)
    tries = scene.platform.calls[posted.id]
    await scene.kill()
    scene.start()
    await scene.hall.frame(job, 50)
    await scene.until_read()
    assert scene.platform.calls[posted.id] == tries
    await scene.hall.finish(job)
    await scene.until(lambda: 2 in scene.platform.messages)
    # Its place is known before.
    await scene.until(lambda: scene.platform.messages[2].titles == ["", "Painted"])


async def test_where_the_channel_is_gone_the_requester_is_told_once_with_the_painting(
    scene: Scene,
) -> None:
    await scene.post()
    scene.start()
    job = await claimed(scene)
    scene.platform.closed.add(100)
    await scene.hall.frame(job, 10)
    await asyncio.sleep(0.2)
    assert scene.platform.told == []
    await scene.hall.finish(job)
    await scene.until_read()
    ((person, first),) = scene.platform.told
    assert person == "discord:1"
    assert not first.pictures  # its place is known before
    reply = scene.last(2)
    assert reply.pictures
    assert "can no longer write" in reply.text
    await scene.kill()
    scene.start()
    await asyncio.sleep(0.2)
    assert len(scene.platform.told) == 1


async def test_who_can_be_told_nothing_costs_nothing_more(scene: Scene) -> None:
    await scene.post()
    scene.platform.closed.add(100)
    scene.platform.blocked.add("discord:1")
    scene.start()
    await scene.hall.finish(await claimed(scene))
    await scene.until_read()


@pytest.mark.parametrize(
    "failures",
    [
        [SlowDown(0.2), SlowDown(0.1)],
        [Away("connection reset"), Away("timed out")],
        [RuntimeError("a bug"), ValueError("another")],
    ],
    ids=["slow down", "away", "our own mistake"],
)
async def test_an_end_comes_after_every_trouble(scene: Scene, failures: list[Exception]) -> None:
    await scene.post()
    scene.platform.failures = [*failures]
    await scene.hall.finish(await claimed(scene))
    scene.start()
    await scene.until_read()
    assert scene.last().title == "Painted"
    assert scene.platform.messages[1].titles.count("Painted") == 1


async def test_news_read_before_they_were_acknowledged_are_not_shown_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.delivery.service.LOOK_SECONDS", 0.01)
    inbox, reads = scene.hall.store.queue.inbox, 0

    async def late(*args: Any, **options: Any) -> list[Job]:
        nonlocal reads
        page: list[Job] = await inbox(*args, **options)
        reads += 1
        if reads == 2:
            assert page
            while await inbox("discord"):  # noqa: ASYNC110 - nobody would set an event for us
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
        return page

    await scene.post()
    scene.platform.failures = [SlowDown(0.3)]
    await scene.hall.finish(await claimed(scene))
    monkeypatch.setattr(scene.hall.store.queue, "inbox", late)
    scene.start()
    await scene.until(lambda: reads > 5)
    assert scene.platform.messages[1].titles == ["Waiting", "Painted"]


async def test_what_can_never_be_shown_is_given_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.delivery.job_message.FIRST_PAUSE", 0.01)
    await scene.post()
    scene.platform.failures = [RuntimeError("a bug")] * 5
    await scene.hall.finish(await claimed(scene))
    scene.start()
    await scene.until_read()
    assert scene.platform.failures == []


async def test_other_ends_are_told_as_they_are(scene: Scene) -> None:
    for number in range(3):
        await scene.post(f"a castle {number}")
    scene.start()
    jobs = await scene.hall.claim(3)
    await scene.hall.store.queue.fail(jobs[0], "The image is damaged.", retry=False)
    await scene.hall.store.queue.fail(jobs[1], "Unexpected KeyError, id 7", retry=False)
    await scene.hall.store.queue.cancel(jobs[2].id, by="discord:1")
    await scene.hall.store.queue.release(jobs[2])
    await scene.until_read()
    assert "failed: The image is damaged." in scene.last(1).text
    assert "KeyError" not in scene.last(2).text
    assert scene.last(3).title == "Cancelled"
    assert scene.last(1).buttons[0][0].action is Action.AGAIN


async def test_a_painting_that_is_deleted_later_goes_from_its_message(scene: Scene) -> None:
    await scene.post()
    scene.start()
    artwork = await scene.hall.finish(await claimed(scene))
    await scene.until(lambda: scene.last().title == "Painted")
    await scene.hall.press(Action.DELETE, f"{artwork.id}-sure")
    await scene.until(lambda: scene.last().title == "Deleted")
    assert not scene.last().pictures
    assert not scene.last().buttons


async def test_a_hidden_painting_is_withheld(scene: Scene) -> None:
    await scene.post()
    scene.start()
    artwork = await scene.hall.finish(await claimed(scene))
    await scene.until(lambda: scene.last().title == "Painted")
    await scene.hall.store.gallery.hide(artwork.id, "discord:9", "not here")
    await scene.hall.store.queue.renew(artwork.job)
    await scene.until(lambda: scene.last().title == "Withheld")
    assert not scene.last().pictures


async def test_a_store_that_is_away_for_a_while_stops_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.delivery.service.TROUBLE_SECONDS", 0.05)
    await scene.post()
    job = await claimed(scene)
    path = scene.hall.url.partition(":///")[2]
    scene.start()
    async with asyncio.timeout(TIMEOUT):
        with contextlib.closing(sqlite3.connect(path)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            await asyncio.sleep(0.3)
            lock.rollback()
    await scene.hall.finish(job)
    await scene.until(lambda: scene.last().title == "Painted")


@pytest.mark.slow
async def test_nothing_is_kept_of_a_thousand_jobs(scene: Scene) -> None:
    scene.start(pace=0.01)

    async def some(count: int) -> None:
        for _ in range(count):
            await scene.post()
            job = await claimed(scene)
            await scene.hall.frame(job, 60)
            await scene.hall.finish(job)
        await scene.until_read()
        scene.platform.messages.clear()
        scene.platform.calls.clear()

    await some(100)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(10):
        await some(100)
    gc.collect()
    assert len(gc.get_objects()) - before < 1000  # less than one of each job
    assert (await scene.hall.store.queue.counts())[JobState.DONE] == 1100
