"""Whose place in the queue is shown anew, and how seldom, however many wait."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.core.delivery.queue_positions import FRONT, QueuePositions
from ganshare.domain.jobs import Job, JobState

Hall = Any  # of conftest.py
Queue = Callable[..., list[Job]]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Room:
    """Queue positions whose messages are changed as soon as it says so."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        self.room = QueuePositions(pace=5.0, clock=self.clock, **options)

    def look(self, queue: list[Job], *, there_is_room: bool = True) -> list[str]:
        """Look once more, a pace later; gives whose messages were to be changed."""
        self.clock.now += 5.0
        due = [job.id for job in self.room.due(queue, "discord")]
        waiting = [job.id for job in queue if job.state is JobState.QUEUED]
        for job in due:
            if there_is_room:
                self.room.shows(job, waiting.index(job) + 1)
        return due


@pytest.fixture
async def queue(hall: Hall) -> Queue:
    job = await hall.ask_one()

    def make(count: int, channels: int | None = None, origin: str = "discord") -> list[Job]:
        """So many waiting jobs, each in a channel of its own if no number is given."""
        return [
            replace(
                job,
                id=f"{origin}{number:04}",
                origin=origin,
                reply_to={"desk": {"place": f"{origin}:{number % (channels or count)}"}},
            )
            for number in range(count)
        ]

    return make


def test_what_was_just_posted_is_left_alone_until_it_moves(queue: Queue) -> None:
    room, jobs = Room(), queue(3)
    assert [room.look(jobs) for _ in range(3)] == [[], [], []]
    assert room.look(jobs[1:]) == ["discord0001", "discord0002"]
    assert room.look(jobs[1:]) == []


def test_the_time_is_told_anew_in_front(queue: Queue) -> None:
    room, jobs = Room(), queue(FRONT + 1)
    for _ in range(6):
        assert room.look(jobs) == []
    assert room.look(jobs) == [job.id for job in jobs[:FRONT]]


def test_further_back_a_place_is_shown_once_it_is_a_good_part_smaller(queue: Queue) -> None:
    room, jobs = Room(most=1000), queue(100)
    shown: Counter[str] = Counter()
    for gone in range(100):
        for _ in range(2):
            shown.update(room.look(jobs[gone:]))
    assert shown["discord0099"] <= 12 + FRONT + 5  # of a hundred steps
    assert shown["discord0099"] >= 10


def test_two_hundred_who_wait_are_few_edits_for_any_channel(queue: Queue) -> None:
    """Ten minutes in which a job begins every three seconds, all of them in five channels."""
    room, jobs = Room(), queue(200, channels=5)
    edits: list[tuple[float, str]] = []
    for look in range(120):
        gone = int(look * 5 / 3)
        due = room.look(jobs[gone:])
        edits += [(room.clock.now, str(int(job[-4:]) % 5)) for job in due]
        assert len(due) <= 4
    for channel in "01234":
        times = [at for at, where in edits if where == channel]
        assert all(later - earlier >= 5 for earlier, later in itertools.pairwise(times))
    assert len(edits) >= 200


def test_who_finds_no_room_comes_again_and_keeps_nobody_else_waiting(queue: Queue) -> None:
    room, jobs = Room(most=1), queue(3)
    room.look(jobs)
    room.look(jobs)
    tried = [room.look(jobs[1:], there_is_room=False) for _ in range(4)]
    assert tried == [["discord0001"], ["discord0002"], ["discord0001"], ["discord0002"]]


def test_only_ones_own_platform_counts_and_what_began_is_forgotten(queue: Queue) -> None:
    room, ours, theirs = Room(), queue(1), queue(1, origin="telegram")
    room.look(theirs + ours)
    room.look(theirs + ours)
    assert room.look(ours) == ["discord0000"]
    running = replace(ours[0], state=JobState.RUNNING)
    assert room.look([running]) == []
    assert room.room._shown == {}
