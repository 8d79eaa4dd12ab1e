"""Curation: curators approve winners, or veto them with a reason; they cannot choose others."""

import json
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import CuratedItem, Decision, LogKind, Standing
from ganshare.errors import VoteError, quoted
from ganshare.sentences import Sentence, sentence
from ganshare.store.community.notes import unknown_artwork
from ganshare.store.community.shown import set_hidden
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import now, upsert
from ganshare.store.db.rows_queue import to_artwork, to_value
from ganshare.store.db.rows_rounds import to_standing
from ganshare.store.db.tables_community import storable
from ganshare.store.db.tables_ledger import tokens
from ganshare.store.db.tables_queue import PUBLIC, artworks, jobs
from ganshare.store.db.tables_votes import (
    DECIDED,
    VETOED,
    curated,
    one_at_a_time,
    round_entries,
    rounds,
)
from ganshare.store.rounds.false_rounds import find_false_rounds
from ganshare.store.votes.log import append

__all__ = ["Curation"]


_GONE = sa.not_(sa.and_(*PUBLIC))


class Curation:
    """Approves and vetoes; reads the set that comes of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def approve(
        self, artwork: str, by: str, reason: str = "", *, named: bool = False
    ) -> None:
        """Take a winner into the curated set.

        If winners were vetoed, as many of the next best in their rounds count as winners.

        Args:
            named: by a curator whom the owner named; the log says so.

        Raises:
            VoteError: it has not won a round, it is hidden or deleted, or planned for minting.
        """

        async def decide(connection: AsyncConnection) -> None:
            await one_at_a_time(connection, artwork)
            await _unhide(connection, artwork)
            row = await _entry(connection, artwork)
            standing = to_standing(row) if row["has_quorum"] is not None else None
            if standing is None or not await _may_be_approved(connection, standing):
                raise VoteError(sentence("approve", given=quoted(artwork)), given=artwork)
            await _decide(connection, row, by, reason, approved=True, named=named)

        await self._database.atomically(decide)

    async def veto(self, artwork: str, by: str, reason: str, *, named: bool = False) -> None:
        """Keep a painting from winning, and hide it like a reported one; a reason is needed.

        Args:
            named: as for `approve`.

        Raises:
            VoteError: there is no reason, the painting was in no round, or is planned for minting.
        """
        if not reason.strip():
            raise VoteError(sentence("veto-reason"), given=artwork)

        async def decide(connection: AsyncConnection) -> None:
            await one_at_a_time(connection, artwork)
            row = await _entry(connection, artwork)
            await _decide(connection, row, by, reason, approved=False, named=named)
            painting = await _painting(connection, artwork)
            # A veto of someone who had no right to judge it must not hide it.
            false = await find_false_rounds(connection, painting)
            if painting.shown and row["round"] not in false:
                why = sentence("unsafe-vetoed", reason=storable(reason.strip(), 200))
                await set_hidden(connection, artwork, why)

        await self._database.atomically(decide)

    async def undo(self, artwork: str, by: str, *, named: bool = False) -> None:
        """Take a decision back, so that the painting waits for one as before.

        Args:
            named: as for `approve`.

        Raises:
            VoteError: nobody has decided about it, or it is planned for minting.
        """

        async def take_back(connection: AsyncConnection) -> None:
            await one_at_a_time(connection, artwork)
            await _check_unplanned(connection, artwork)
            this = curated.delete().where(curated.c.artwork == artwork).returning(curated.c.round)
            round_id = (await connection.execute(this)).scalar()
            if round_id is None:
                raise VoteError(sentence("decided-nothing"), given=artwork)
            await _unhide(connection, artwork)
            data = {"round": round_id} | ({"named": True} if named else {})
            await append(connection, LogKind.UNDO, artwork=artwork, by=by, data=data)

        await self._database.atomically(take_back)

    async def to_decide(self, limit: int = 100) -> list[Standing]:
        """Winners that no curator has decided about, those of the oldest round first."""
        approved = sa.exists().where(DECIDED, curated.c.approved)
        unsettled = (
            sa.select(round_entries.c.round)
            .join(artworks, artworks.c.id == round_entries.c.artwork)
            .where(round_entries.c.won, sa.or_(~approved, _GONE))
        )
        decided = sa.exists().where(DECIDED)
        eligible = (
            sa.select(round_entries, rounds.c.rules, decided.label("decided"))
            .join(artworks, artworks.c.id == round_entries.c.artwork)
            .join(rounds, rounds.c.id == round_entries.c.round)
            .where(round_entries.c.round.in_(unsettled), round_entries.c.has_quorum)
            .where(rounds.c.closed.is_not(None), ~VETOED, ~_GONE)
            .order_by(round_entries.c.round, round_entries.c.place)
        )
        found: list[Standing] = []
        for _, rows in groupby(await self._database.rows(eligible), lambda row: row["round"]):
            best = list(rows)
            best = best[: _winners(best[0]["rules"])]
            found += [to_standing(row) for row in best if not row["decided"]]
        return found[:limit]

    async def approved(self, round_id: str | None = None) -> list[CuratedItem]:
        """What was approved and still may be shown, in the order of approval."""
        found = (
            sa.select(
                artworks,
                jobs.c.steps,
                round_entries.c.votes,
                round_entries.c.views,
                round_entries.c.bound,
                round_entries.c.place,
                curated.c.round,
                curated.c.decided_by,
                curated.c.decided,
                curated.c.reason,
                rounds.c.place.label("held_in"),
            )
            .join(curated, curated.c.artwork == artworks.c.id)
            .join(
                round_entries,
                sa.and_(
                    round_entries.c.artwork == artworks.c.id,
                    round_entries.c.round == curated.c.round,
                ),
            )
            .join(jobs, jobs.c.id == artworks.c.job)
            .join(rounds, rounds.c.id == curated.c.round)
            .where(curated.c.approved.is_(True))
            .where(*PUBLIC)
            .order_by(curated.c.event)
        )
        if round_id is not None:
            found = found.where(curated.c.round == round_id)
        return [_item(row) for row in await self._database.rows(found)]

    async def decisions(self, limit: int = 50) -> list[Decision]:
        """What was decided last, newest first."""
        planned = sa.exists().where(tokens.c.artwork == curated.c.artwork)
        found = sa.select(curated, planned.label("is_planned")).order_by(curated.c.event.desc())
        return [
            to_value(Decision, row, by=row["decided_by"])
            for row in await self._database.rows(found.limit(limit))
        ]

    async def decision(self, artwork: str) -> tuple[bool, str, str] | None:
        """What a curator decided, as (approved, by, reason); None if nothing yet."""
        row = await self._database.row(sa.select(curated).where(curated.c.artwork == artwork))
        return None if row is None else (bool(row["approved"]), row["decided_by"], row["reason"])


async def _entry(connection: AsyncConnection, artwork: str) -> Row:
    newest = round_entries.c.round.desc()
    found = await connection.execute(
        sa.select(round_entries).where(round_entries.c.artwork == artwork).order_by(newest).limit(1)
    )
    row: Row | None = found.mappings().first()
    if row is not None:
        return row
    known = await connection.execute(sa.select(artworks.c.id).where(artworks.c.id == artwork))
    if known.first() is None:
        raise unknown_artwork(artwork)
    raise VoteError(sentence("entered-nowhere", given=quoted(artwork)), given=artwork)


async def _may_be_approved(connection: AsyncConnection, standing: Standing) -> bool:
    """Whether it is among the best of its ended round, those not counted that cannot win."""
    here = sa.and_(round_entries.c.round == standing.round, round_entries.c.has_quorum)
    eligible = (
        sa.select(round_entries.c.artwork, rounds.c.rules, artworks.c.id)
        .join(artworks, artworks.c.id == round_entries.c.artwork)
        .join(rounds, rounds.c.id == round_entries.c.round)
        .where(here, rounds.c.closed.is_not(None))
        .where(
            sa.or_(
                artworks.c.id == standing.artwork,  # a veto of its own may be taken back
                ~VETOED,
            )
        )
        .where(~_GONE)
        .order_by(round_entries.c.place)
    )
    rows = (await connection.execute(eligible)).mappings().all()
    if not rows:
        return False
    return standing.artwork in [row["artwork"] for row in rows[: _winners(rows[0]["rules"])]]


def _winners(rules: str) -> int:
    return int(json.loads(rules).get("winners", 0))


async def _decide(
    connection: AsyncConnection, entry: Row, by: str, reason: str, *, approved: bool, named: bool
) -> None:
    await _check_unplanned(connection, entry["artwork"])
    kind = LogKind.APPROVE if approved else LogKind.VETO
    data = {"round": entry["round"]} | ({"named": True} if named else {})
    event = await append(
        connection, kind, artwork=entry["artwork"], by=by, reason=reason, data=data
    )
    news = {
        "round": entry["round"],
        "approved": approved,
        "decided_by": by,
        "reason": storable(reason),
        "decided": now(),
        "event": event,
    }
    key = {"artwork": entry["artwork"]}
    await connection.execute(upsert(connection.dialect.name, curated, key, news))


async def _unhide(connection: AsyncConnection, artwork: str) -> None:
    """Show a painting again that a veto has hidden, and nothing else."""
    painting = await _painting(connection, artwork)
    reason = painting.hidden
    is_vetoed = isinstance(reason, Sentence) and reason.code == "unsafe-vetoed"
    if is_vetoed and painting.deleted is None:
        await set_hidden(connection, artwork, None)


async def _painting(connection: AsyncConnection, artwork: str) -> Artwork:
    found = await connection.execute(sa.select(artworks).where(artworks.c.id == artwork))
    row = found.mappings().first()
    if row is None:
        raise unknown_artwork(artwork)
    return to_artwork(row)


async def _check_unplanned(connection: AsyncConnection, artwork: str) -> None:
    """Whether a decision about it may still change; raises VoteError."""
    planned = sa.select(tokens.c.token).where(tokens.c.artwork == artwork).limit(1)
    if (await connection.execute(planned)).first() is not None:
        raise VoteError(sentence("decided-planned"), given=artwork)


def _item(row: Row) -> CuratedItem:
    return to_value(
        CuratedItem,
        row,
        attributes=json.loads(row["attributes"]),
        requester=row["person"],
        rank=row["place"],
        approved_by=row["decided_by"],
        approved=row["decided"],
        place=row["held_in"],
    )
