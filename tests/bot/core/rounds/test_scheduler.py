"""The scheduler: rounds end in time, and all is told once, whoever dies in between."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.delivery.platform import Away, PlaceGone
from bot.core.delivery.vote_counts import VoteCounts
from bot.core.messages import Button, Reply
from bot.core.rounds.scheduler import RoundScheduler, digest_week
from ganshare.domain.votes import RoundRules, Voter
from ganshare.store.db.tables_queue import jobs
from ganshare.testing import TIMEOUT

HALL = "discord:100"
LOOSE = RoundRules(min_age=0, quorum=1)

Hall = Any  # of conftest.py


@dataclass
class Board:
    """A platform where announcements are put up."""

    origin: str = "discord"
    posted: list[tuple[str, Reply]] = field(default_factory=list)
    vote_counts: dict[int, str] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)

    async def post(self, place: str, reply: Reply, name: str) -> Mapping[str, Any]:
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        self.posted.append((place, reply))
        return {"channel": 100, "message": len(self.posted)}

    async def renew(self, address: Mapping[str, Any], reply: Reply) -> Mapping[str, Any]:
        number = address["message"] - 1
        self.posted[number] = (self.posted[number][0], reply)
        return address

    async def relabel(
        self, address: Mapping[str, Any], buttons: Sequence[Sequence[Button]]
    ) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.vote_counts[address["message"]] = buttons[0][0].label

    @property
    def titles(self) -> list[str]:
        return [reply.title for _, reply in self.posted]


def scheduler(hall: Hall, board: Board) -> RoundScheduler:
    return RoundScheduler(hall.store, hall.blobs, hall.words, board)


async def open_round(hall: Hall, place: str = HALL, **options: Any) -> Any:
    return await hall.store.rounds.open(place, "discord:9", 3600, LOOSE, **options)


async def entered(hall: Hall, round_: Any) -> str:
    artwork = await hall.painted()
    await hall.store.rounds.entries.enter(round_.id, artwork.id, artwork.person)
    return str(artwork.id)


async def test_many_schedulers_tell_everything_once(hall: Hall) -> None:
    board, round_ = Board(), await open_round(hall, title="Spring")
    artwork = await entered(hall, round_)
    await hall.store.votes.toggle(artwork, Voter("discord:2"), key="press")
    schedulers = [scheduler(hall, board) for _ in range(4)]
    for _ in range(2):
        await asyncio.gather(*(each.look() for each in schedulers))
    await hall.store.rounds.close(round_.id, "discord:9", early=True)
    for _ in range(2):
        await asyncio.gather(*(each.look() for each in schedulers))
    told = ["A round of votes starts: Spring", "In the round", "The winners of “Spring”"]
    assert [title for title in board.titles if title in told] == told
    (winners,) = [reply for _, reply in board.posted if "winners" in reply.title]
    assert winners.pictures[0].data.startswith(b"\xff\xd8")
    assert "a castle in teal – one vote" in winners.fields[0][1]


async def test_what_could_not_be_told_is_told_later_and_what_is_gone_never(hall: Hall) -> None:
    board = Board(failures=[Away("no network")])
    await open_round(hall)
    await scheduler(hall, board).look()
    assert board.posted == []
    await scheduler(hall, board).look()
    assert len(board.posted) == 1
    await open_round(hall, "discord:200")
    board.failures.append(PlaceGone("no such channel"))
    for _ in range(2):
        await scheduler(hall, board).look()
    assert len(board.posted) == 1


async def test_what_enters_by_itself_is_not_shown_twice_within_seconds(hall: Hall) -> None:
    board, rules = Board(), RoundRules(min_age=0, quorum=1, automatic=True)
    await hall.store.rounds.open(HALL, "discord:9", 3600, rules)
    for message, ago in ((5, 0), (6, 600)):
        artwork = await hall.painted(f"a castle, {message}")
        address = {"channel": 100, "message": message}
        await hall.store.posts.save_of_job(artwork.job, "discord", address)
        this = jobs.update().where(jobs.c.id == artwork.job)
        await hall.store.database.write(this.values(finished=jobs.c.finished - ago))
        assert await hall.store.rounds.entries.enter_finished(artwork.id, HALL)
    for _ in range(2):
        await scheduler(hall, board).look()
    shown = [reply.text for _, reply in board.posted if reply.title == "In the round"]
    assert shown == ["a castle, 6"]


async def test_a_scheduler_that_dies_while_telling_is_followed_by_another(hall: Hall) -> None:
    board, _ = Board(failures=[RuntimeError("killed")]), await open_round(hall)
    with pytest.raises(RuntimeError):
        await scheduler(hall, board).look()
    await scheduler(hall, board).look()
    assert board.posted == []
    await hall.store.database.write(sa.text("UPDATE told SET until = until - 600"))
    await scheduler(hall, board).look()
    assert len(board.posted) == 1


async def test_rounds_of_other_platforms_are_left_to_their_own_schedulers(hall: Hall) -> None:
    board = Board()
    await open_round(hall, "telegram:5")
    await scheduler(hall, board).look()
    assert board.posted == []


async def test_a_place_is_told_in_its_language(hall: Hall) -> None:
    board = Board()
    await hall.store.places.change(HALL, {"language": "zh"}, by="discord:9")
    await open_round(hall)
    await scheduler(hall, board).look()
    assert board.titles == ["新一轮评选开始"]


async def test_the_week_is_summed_up_once_where_there_was_a_round(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, round_ = Board(), await open_round(hall)
    artwork = await entered(hall, round_)
    await hall.store.votes.toggle(artwork, Voter("discord:2"), key="press")
    await hall.store.rounds.close(round_.id, "discord:9", early=True)
    await open_round(hall, "discord:200")
    monkeypatch.setattr("bot.core.rounds.scheduler.digest_week", lambda _: "2026-48")
    for _ in range(3):
        await asyncio.gather(*(scheduler(hall, board).look() for _ in range(3)))
    digests = [(place, reply) for place, reply in board.posted if "week" in reply.title]
    ((place, digest),) = digests
    assert place == HALL
    assert digest.text == "Paintings finished: 1. Votes: 1, by one person."
    assert dict(digest.fields)["Winning styles"] == "Cubist"
    assert digest.pictures


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), ""),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "2026-48"),
        (datetime(2026, 11, 25, 8, 59, tzinfo=UTC), "2026-48"),
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), ""),
        (datetime(2026, 11, 29, 12, 0, tzinfo=UTC), ""),
        (datetime(2027, 1, 4, 12, 0, tzinfo=UTC), "2027-01"),
    ],
)
def test_the_week_is_news_from_monday_to_wednesday(moment: datetime, week: str) -> None:
    assert digest_week(moment) == week


# --- labels -----------------------------------------------------------------------------------


async def test_labels_follow_the_votes_wherever_they_come_from(hall: Hall) -> None:
    board, artwork = Board(), (await hall.painted()).id
    for number in (1, 2):
        address = {"channel": 100, "message": number}
        await hall.store.posts.save(artwork, "discord", f"100:{number}", address, "en")
    vote_counts = asyncio.create_task(VoteCounts(hall.store, hall.words, board, look=0.05).run())
    await asyncio.sleep(0.2)
    board.failures.append(Away("no network"))
    await hall.store.votes.toggle(artwork, Voter("telegram:2"), key="press")
    async with asyncio.timeout(TIMEOUT):
        while board.vote_counts != {1: "Vote · 1", 2: "Vote · 1"}:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    vote_counts.cancel()
    await asyncio.gather(vote_counts, return_exceptions=True)
