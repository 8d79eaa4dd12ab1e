"""Whatever order events, repeats, restarts and lists come in, the tally is that of the final state.

A platform is played for some voters and two messages of a painting. What it did is known; what the
store is told are its events and its lists, shuffled, repeated, some events lost before a list.
"""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ganshare.domain.votes import Guards, VoteEvent, Voter
from ganshare.errors import StoreError
from ganshare.store import Store, open_store
from ganshare.store.db.tables_votes import ballots
from ganshare.store.votes.audit import audit, replay
from ganshare.testing import MODEL, PostgresServer, make_artwork, make_request

PEOPLE = ("discord:1", "discord:2", "discord:3")
WAYS = ("discord:a", "discord:b")
OPEN = Guards(per_minute=10**6, burst_votes=0)

_numbers = itertools.count()


@dataclass(frozen=True)
class Event:
    who: int
    way: int
    up: bool
    at: int


@dataclass(frozen=True)
class Snapshot:
    way: int
    at: int
    who: frozenset[int]


History = tuple[list[Event | Snapshot], set[tuple[int, int]]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """What happened on the platform, as it would be told; and who stands where in the end."""
    told: list[Event | Snapshot] = []
    state: set[tuple[int, int]] = set()
    for at in range(1, draw(st.integers(1, 14)) + 1):
        way = draw(st.integers(0, 1))
        if draw(st.integers(0, 3)) == 0:
            listed = frozenset(who for who, there in state if there == way)
            told = [
                each
                for each in told
                # A list makes good for whatever was lost before it.
                if isinstance(each, Snapshot) or each.way != way or draw(st.booleans())
            ]
            told.append(Snapshot(way, at, listed))
        else:
            who = draw(st.integers(0, len(PEOPLE) - 1))
            up = (who, way) not in state
            (state.add if up else state.discard)((who, way))
            told.append(Event(who, way, up, at))
    repeated = told + [each for each in told if draw(st.integers(0, 3)) == 0]
    return draw(st.permutations(repeated)), state


class World:
    """One database for all examples, with a new painting for each."""

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.url = url
        self.loop = loop
        self.store = self.run(self._open())

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def _open(self) -> Store:
        return await open_store(self.url, migrate=True).__aenter__()

    async def restart(self) -> None:
        await self.store.__aexit__()
        self.store = await open_store(self.url).__aenter__()

    async def painting(self) -> str:
        key = f"{next(_numbers)}"
        await self.store.queue.submit(f"web:{key}", "test", make_request(), key=key)
        (job,) = await self.store.queue.claim("engine", models=[MODEL], max_area=10**6)
        made = await self.store.queue.finish(job, make_artwork())
        assert made is not None
        return made.id

    async def tell(self, artwork: str, news: Event | Snapshot) -> None:
        if isinstance(news, Snapshot):
            voters = [Voter(PEOPLE[who]) for who in news.who]
            await self.store.votes.reconcile(artwork, WAYS[news.way], voters, float(news.at))
        else:
            voter = Voter(PEOPLE[news.who])
            event = VoteEvent(artwork, voter, WAYS[news.way], news.up, float(news.at))
            await self.store.votes.cast(event, OPEN)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('votes')}/store.db"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database("interleavings")
    with asyncio.Runner() as runner:
        world = World(url, runner.get_loop())
        yield world
        world.run(world.store.__aexit__())


FEW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


# What chance seldom finds: old news after a list that knew better, and a tie.
LATE: History = ([Snapshot(0, 3, frozenset()), Event(0, 0, True, 1)], set())
TIE: History = ([Event(0, 0, True, 5), Event(0, 0, False, 5)], set())


@FEW
@example(history=LATE, restart=False)
@example(history=TIE, restart=True)
@given(history=histories(), restart=st.booleans())
def test_any_interleaving_gives_the_tally_of_the_final_state(
    world: World, history: History, restart: bool
) -> None:
    check_interleaving(world, history, restart)


@pytest.mark.slow
@settings(FEW, max_examples=300)
@given(history=histories(), restart=st.booleans())
def test_any_of_many_interleavings_does(world: World, history: History, restart: bool) -> None:
    check_interleaving(world, history, restart)


def check_interleaving(world: World, history: History, restart: bool) -> None:
    told, state = history

    async def play() -> None:
        artwork = await world.painting()
        for number, news in enumerate(told):
            await world.tell(artwork, news)
            if restart and number == len(told) // 2:
                await world.restart()
        found = await world.store.votes.ballots(artwork)
        up = {(PEOPLE.index(each.account), WAYS.index(each.via)) for each in found if each.up}
        assert up == state
        assert await world.store.votes.count([artwork]) == {artwork: len({who for who, _ in state})}

    world.run(play())


@pytest.mark.heavy
@FEW
@given(history=histories())
def test_told_all_at_once_by_two_processes_it_is_the_same(world: World, history: History) -> None:
    told, state = history

    async def play() -> None:
        artwork = await world.painting()
        other = await open_store(world.url).__aenter__()
        ours = World.__new__(World)
        ours.store = other
        worlds = (world, ours)
        await asyncio.gather(*(worlds[n % 2].tell(artwork, news) for n, news in enumerate(told)))
        await other.__aexit__()
        assert await world.store.votes.count([artwork]) == {artwork: len({who for who, _ in state})}

    world.run(play())


def test_the_log_of_all_that_played_back_equals_the_tables(world: World) -> None:
    """Comes last: the log holds everything that the tests above have told."""

    async def check() -> None:
        found = await audit(world.store.votes.log, world.store.database)
        assert found.differences == ()
        assert found.entries > 20
        told = await replay(world.store.votes.log)
        rows = await world.store.database.rows(sa.select(ballots).where(ballots.c.up.is_(True)))
        assert {(row["artwork"], row["account"], row["via"]) for row in rows} == told.up

    world.run(check())


@pytest.mark.parametrize("damage", ["turned", "lost", "added"])
def test_an_audit_finds_what_somebody_changed_in_the_tables(world: World, damage: str) -> None:
    async def check() -> None:
        artwork = await world.painting()
        await world.tell(artwork, Event(0, 0, True, 5))
        this = ballots.c.artwork == artwork
        change: Any = ballots.update().where(this).values(up=False)
        if damage == "lost":
            change = ballots.delete().where(this)
        if damage == "added":
            change = ballots.insert().values(
                artwork=artwork, account="discord:66", via="x", up=True, at=1.0
            )
        await world.store.database.write(change)
        found = await audit(world.store.votes.log, world.store.database)
        assert any(artwork in each for each in found.differences)
        undo = ballots.delete().where(this)
        await world.store.database.write(undo)
        await world.store.votes.reconcile(artwork, WAYS[0], [], 6.0)
        assert not (await audit(world.store.votes.log, world.store.database)).differences

    world.run(check())


async def test_the_database_itself_refuses_to_change_the_log(store: Store) -> None:
    await store.votes.hold("discord:1", "discord:9", "because")
    for change in ("UPDATE vote_log SET reason = 'x'", "DELETE FROM vote_log"):
        with pytest.raises(StoreError):
            await store.database.write(sa.text(change))
    (entry,) = await store.votes.log.read()
    assert entry.reason == "because"
