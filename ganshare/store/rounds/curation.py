"""Curation: curators approve winners, or veto them with a reason; they cannot choose others."""

import json
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.votes import CuratedItem, LogKind, Standing
from ganshare.errors import VoteError, quoted
from ganshare.store.community.notes import unknown_artwork
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, now
from ganshare.store.db.rows_rounds import to_standing
from ganshare.store.db.tables_community import storable
from ganshare.store.db.tables_queue import artworks, jobs
from ganshare.store.db.tables_votes import curated, one_at_a_time, round_entries, rounds
from ganshare.store.votes.log import append

__all__ = ["Curation"]


_VETOED = sa.exists().where(curated.c.artwork == artworks.c.id, sa.not_(curated.c.approved))
_GONE = sa.or_(artworks.c.hidden.is_not(None), artworks.c.deleted.is_not(None))


class Curation:
    """Approves and vetoes; reads the set that comes of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def approve(self, artwork: str, by: str, reason: str = "") -> None:
        """Take a winner into the curated set.

        If winners were vetoed, as many of the next best in their rounds count as winners.

        Raises:
            VoteError: it has not won a round, or it is hidden or deleted.
        """

        async def decide(connection: AsyncConnection) -> None:
            await one_at_a_time(connection, artwork)
            row = await _entry(connection, artwork)
            standing = to_standing(row) if row["has_quorum"] is not None else None
            if standing is None or not await _may_be_approved(connection, standing):
                raise VoteError(
                    f"The painting {quoted(artwork)} has not won a round; only winners can be "
                    "approved.",
                    given=artwork,
                )
            await _decide(connection, row, by, reason, approved=True)

        await self._database.atomically(decide)

    async def veto(self, artwork: str, by: str, reason: str) -> None:
        """Keep a painting from winning, or out of the curated set; a reason is needed.

        Raises:
            VoteError: there is no reason, or the painting was in no round.
        """
        if not reason.strip():
            raise VoteError("A veto needs a reason, which stays in the log.", given=artwork)

        async def decide(connection: AsyncConnection) -> None:
            await one_at_a_time(connection, artwork)
            row = await _entry(connection, artwork)
            await _decide(connection, row, by, reason, approved=False)

        await self._database.atomically(decide)

    async def to_decide(self, limit: int = 100) -> list[Standing]:
        """Winners that no curator has decided about, those of the oldest round first."""
        approved = sa.exists().where(
            curated.c.artwork == round_entries.c.artwork, curated.c.approved
        )
        unsettled = (
            sa.select(round_entries.c.round)
            .join(artworks, artworks.c.id == round_entries.c.artwork)
            .where(round_entries.c.won, sa.or_(~approved, _GONE))
        )
        decided = sa.exists().where(curated.c.artwork == round_entries.c.artwork)
        eligible = (
            sa.select(round_entries, rounds.c.rules, decided.label("decided"))
            .join(artworks, artworks.c.id == round_entries.c.artwork)
            .join(rounds, rounds.c.id == round_entries.c.round)
            .where(round_entries.c.round.in_(unsettled), round_entries.c.has_quorum)
            .where(rounds.c.closed.is_not(None), ~_VETOED, ~_GONE)
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
            .where(curated.c.approved.is_(True))
            .where(artworks.c.hidden.is_(None), artworks.c.deleted.is_(None))
            .order_by(curated.c.event)
        )
        if round_id is not None:
            found = found.where(curated.c.round == round_id)
        return [_item(row) for row in await self._database.rows(found)]

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
    raise VoteError(f"The painting {quoted(artwork)} was in no round.", given=artwork)


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
                ~_VETOED,
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
    connection: AsyncConnection, entry: Row, by: str, reason: str, *, approved: bool
) -> None:
    kind = LogKind.APPROVE if approved else LogKind.VETO
    data = {"round": entry["round"]}
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
    new = insert(connection.dialect.name, curated).values(artwork=entry["artwork"], **news)
    await connection.execute(new.on_conflict_do_update(index_elements=["artwork"], set_=news))


def _item(row: Row) -> CuratedItem:
    return CuratedItem(
        id=row["id"],
        sha256=row["sha256"],
        blob=row["blob"],
        prompt=row["prompt"],
        attributes=json.loads(row["attributes"]),
        seed=row["seed"],
        model=row["model"],
        steps=row["steps"],
        width=row["width"],
        height=row["height"],
        may_sell=bool(row["may_sell"]),
        requester=row["person"],
        votes=row["votes"],
        views=row["views"],
        bound=float(row["bound"]),
        rank=row["place"],
        round=row["round"],
        approved_by=row["decided_by"],
        approved=float(row["decided"]),
        reason=row["reason"],
    )
