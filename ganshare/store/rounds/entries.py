"""Entries of a round: made by members, by curators, or automatically.

A painting has one round. Only if too few voted there may it enter a later one.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import Entry, LogKind, Round
from ganshare.errors import VoteError, quoted
from ganshare.sentences import sentence
from ganshare.store.community.notes import unknown_artwork
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, now
from ganshare.store.db.rows_queue import to_artwork
from ganshare.store.db.rows_rounds import to_entry, to_round
from ganshare.store.db.tables_queue import artworks
from ganshare.store.db.tables_votes import (
    accounts_of,
    curated,
    one_at_a_time,
    round_entries,
    round_views,
    round_waiting,
    rounds,
)
from ganshare.store.rounds.false_rounds import find_false_rounds
from ganshare.store.votes.log import append

__all__ = ["Entries"]


class Entries:
    """The paintings of each round."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enter(
        self,
        round_id: str,
        artwork: str,
        by: str,
        *,
        curator: bool = False,
        named: bool = False,
        reason: str = "",
    ) -> Entry:
        """Enter a painting; said twice, it is entered once.

        Args:
            curator: may enter others' paintings, and more than one person's share.
            named: a curator whom the owner named; others have no say over paintings of elsewhere.
            reason: for the log.

        Raises:
            JobError: there is no such painting.
            VoteError: the round has ended or is full, the painting is someone else's, hidden or
                deleted, was vetoed, has had its round, or the person has entered enough.
        """

        async def take_in(connection: AsyncConnection) -> Row:
            await one_at_a_time(connection, round_id)
            round_ = await _open(connection, round_id)
            await one_at_a_time(connection, artwork)
            this = sa.and_(round_entries.c.round == round_id, round_entries.c.artwork == artwork)
            there = await connection.execute(sa.select(round_entries).where(this))
            if (found := there.mappings().first()) is not None:
                return found
            painting = await _painting(connection, artwork)
            if not painting.public:
                raise VoteError(sentence("enter-not-public"), given=artwork)
            if not curator:
                await _check_theirs(connection, painting, by, round_)
            await _check_free(connection, painting)
            await _check_room(connection, round_)
            row: dict[str, Any] = {
                "round": round_id,
                "artwork": artwork,
                "entered_by": by,
                "entered": now(),
            }
            row |= {"posted": 0, "final": False}
            seen = sa.select(sa.func.count()).where(  # before it left, if it did
                round_views.c.round == round_id, round_views.c.artwork == artwork
            )
            row["dealt"] = seen.scalar_subquery()
            new = round_entries.insert().values(row).returning(round_entries)
            made: Row = (await connection.execute(new)).mappings().one()
            data = {"round": round_id} | ({"named": True} if named else {})
            await append(
                connection, LogKind.ENTER, artwork=artwork, by=by, reason=reason, data=data
            )
            return made

        return to_entry(await self._database.atomically(take_in))

    async def enter_finished(self, artwork: str, place: str) -> Entry | None:
        """Enter a painting that was just finished, if the place's round takes them by itself.

        None if it doesn't, has no room for it, or lets the critic choose; then the painting waits.
        """
        here = sa.select(rounds).where(rounds.c.place == place, rounds.c.closed.is_(None))
        row = await self._database.row(here.where(rounds.c.closes > now()))
        painting = await self._database.row(sa.select(artworks).where(artworks.c.id == artwork))
        if row is None or painting is None or not to_round(row).rules.automatic:
            return None
        if not to_artwork(painting).public:
            return None
        if to_round(row).rules.preselect < 1:
            values = {"round": row["id"], "artwork": artwork, "since": now()}
            new = insert(self._database.dialect, round_waiting).values(values)
            await self._database.write(new.on_conflict_do_nothing())
            return None
        try:
            return await self.enter(row["id"], artwork, painting["person"])
        except VoteError:
            return None

    async def leave(self, round_id: str, artwork: str, by: str, *, curator: bool = False) -> bool:
        """Take a painting out of a round that has not ended; False if it was not in it.

        Raises:
            VoteError: the round has ended, or the painting is someone else's.
        """

        async def take_out(connection: AsyncConnection) -> bool:
            await one_at_a_time(connection, round_id)
            await _open(connection, round_id)
            painting = await _painting(connection, artwork, gone_too=True)
            if not curator:
                await _check_theirs(connection, painting, by)
            this = sa.and_(round_entries.c.round == round_id, round_entries.c.artwork == artwork)
            # What it was shown to stays: who saw it has seen it, should it come back.
            gone = round_entries.delete().where(this).returning(round_entries.c.artwork)
            if (await connection.execute(gone)).first() is None:
                return False
            data = {"round": round_id}
            await append(connection, LogKind.LEAVE, artwork=artwork, by=by, data=data)
            return True

        return await self._database.atomically(take_out)

    async def is_free(self, artwork: str) -> bool:
        """Whether a painting may enter a round that has room for it."""

        async def look(connection: AsyncConnection) -> bool:
            try:
                painting = await _painting(connection, artwork)
                await _check_free(connection, painting)
            except VoteError:
                return False
            return painting.public

        return await self._database.atomically(look)

    async def of_round(self, round_id: str) -> list[Entry]:
        """The paintings of a round, in the order of entering."""
        order = (round_entries.c.entered, round_entries.c.artwork)
        found = sa.select(round_entries).where(round_entries.c.round == round_id)
        return [to_entry(row) for row in await self._database.rows(found.order_by(*order))]

    async def of_artwork(self, artwork: str) -> Entry | None:
        """The newest round's entry of a painting."""
        found = sa.select(round_entries).where(round_entries.c.artwork == artwork)
        row = await self._database.row(found.order_by(round_entries.c.round.desc()).limit(1))
        return None if row is None else to_entry(row)


async def _open(connection: AsyncConnection, round_id: str) -> Round:
    found = await connection.execute(
        sa.select(rounds, (rounds.c.closes <= now()).label("over")).where(rounds.c.id == round_id)
    )
    row = found.mappings().first()
    if row is None:
        raise VoteError(sentence("round-gone", given=quoted(round_id)), given=round_id)
    if row["closed"] is not None or row["over"]:
        raise VoteError(sentence("round-ended"), given=round_id)
    return to_round(row)


async def _painting(
    connection: AsyncConnection, artwork: str, *, gone_too: bool = False
) -> Artwork:
    found = await connection.execute(sa.select(artworks).where(artworks.c.id == artwork))
    row = found.mappings().first()
    if row is None:
        raise unknown_artwork(artwork)
    painting = to_artwork(row)
    if not painting.shown and not gone_too:
        raise VoteError(sentence("vote-gone"), given=artwork)
    return painting


async def _check_theirs(
    connection: AsyncConnection, painting: Artwork, by: str, round_: Round | None = None
) -> None:
    """Whether it is their own, and with a round, whether they may enter one more there."""
    theirs = await accounts_of(connection, by)
    if painting.person not in theirs:
        raise VoteError(sentence("enter-not-yours"), given=painting.id)
    if round_ is None:
        return
    own = round_entries.join(artworks, artworks.c.id == round_entries.c.artwork)
    number = sa.select(sa.func.count()).select_from(own)
    number = number.where(round_entries.c.round == round_.id, artworks.c.person.in_(theirs))
    most = round_.rules.per_person
    if (await connection.execute(number)).scalar_one() >= most:
        raise VoteError(sentence("enter-many", allowed=most), given=most, allowed=most)


async def _check_free(connection: AsyncConnection, painting: Artwork) -> None:
    """Whether it may still have a round."""
    false = await find_false_rounds(connection, painting)
    veto = sa.select(curated.c.reason).where(
        curated.c.artwork == painting.id,
        sa.not_(curated.c.approved),
        curated.c.round.not_in(false),
    )
    if (reason := (await connection.execute(veto)).scalar()) is not None:
        raise VoteError(sentence("enter-vetoed", reason=reason), given=painting.id)
    earlier = (
        sa.select(rounds.c.closed, round_entries.c.has_quorum)
        .select_from(round_entries.join(rounds, rounds.c.id == round_entries.c.round))
        .where(round_entries.c.artwork == painting.id, rounds.c.id.not_in(false))
    )
    for row in await connection.execute(earlier):
        if row.closed is None:
            raise VoteError(sentence("enter-elsewhere"), given=painting.id)
        if row.has_quorum:
            raise VoteError(sentence("enter-again"), given=painting.id)


async def _check_room(connection: AsyncConnection, round_: Round) -> None:
    number = sa.select(sa.func.count()).where(round_entries.c.round == round_.id)
    if (await connection.execute(number)).scalar_one() >= round_.rules.pool:
        raise VoteError(
            sentence("round-full", allowed=round_.rules.pool),
            given=round_.rules.pool,
            allowed=round_.rules.pool,
        )
