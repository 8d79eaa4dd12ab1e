"""Pending announcements: a round opened or closed, the weekly digest."""

import json
from collections import Counter

import sqlalchemy as sa

from ganshare.domain.announcements import Announcement, Digest
from ganshare.domain.votes import LogKind, Standing
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import insert, now
from ganshare.store.db.rows_rounds import to_round, to_standing
from ganshare.store.db.tables_queue import PUBLIC, artworks
from ganshare.store.db.tables_votes import round_entries, round_notices, rounds, vote_log
from ganshare.store.votes.count import person_of

__all__ = ["Announcements"]

_TRAITS = ("Style", "Category", "Subject", "Colour")
_MOST_TRAITS = 5


class Announcements:
    """Reads what is to be announced; nothing here decides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pending(self, origin: str, places: list[str]) -> list[Announcement]:
        """What an origin has not told yet about the rounds of its places, the oldest first.

        After telling, say so with `mark_told`; who crashes in between tells it again.
        """
        told = (
            sa.select(round_notices.c.round, round_notices.c.kind)
            .where(round_notices.c.origin == origin)
            .cte("told")
        )

        def untold(kind: str) -> sa.ColumnElement[bool]:
            return ~sa.exists().where(told.c.round == rounds.c.id, told.c.kind == kind)

        began = sa.and_(rounds.c.opens <= now(), untold("opened"))
        ended = sa.and_(rounds.c.closed.is_not(None), untold("closed"))
        found = sa.select(rounds).where(rounds.c.place.in_(places), sa.or_(began, ended))
        result = []
        for round_ in map(to_round, await self._database.rows(found.order_by(rounds.c.id))):
            if round_.closed is None:
                result.append(Announcement(round_, "opened"))
            else:  # one that ended before it was told of needs no opening any more
                result.append(Announcement(round_, "closed", await self._winners(round_.id)))
        return result

    async def mark_told(self, announcement: Announcement, origin: str) -> None:
        """Remember that an origin has told it."""
        kinds = {"opened"} | {announcement.kind}
        rows = [
            {"round": announcement.round.id, "kind": kind, "origin": origin, "created": now()}
            for kind in sorted(kinds)
        ]
        for row in rows:
            new = insert(self._database.dialect, round_notices).values(row)
            await self._database.write(new.on_conflict_do_nothing())

    async def digest(self, place: str, seconds: float = 7 * 86_400.0) -> Digest:
        """Sum up a place's last days: its rounds, their winners, and what they have in common."""
        start = sa.select((now() - seconds).label("since"))
        row = await self._database.row(start)
        since = float(row["since"]) if row else 0.0
        ended = sa.select(rounds).where(rounds.c.place == place, rounds.c.closed >= since)
        found = [to_round(each) for each in await self._database.rows(ended.order_by("id"))]
        winners = [each for round_ in found for each in await self._winners(round_.id)]
        winners.sort(key=lambda each: (-each.bound, each.artwork))
        cast = sa.select(
            sa.func.count().label("votes"),
            sa.func.count(person_of(vote_log.c.account).distinct()).label("voters"),
        ).where(vote_log.c.kind == LogKind.VOTE.value, vote_log.c.created >= since)
        votes = await self._database.row(cast)
        made = sa.select(sa.func.count().label("made")).where(artworks.c.created >= since, *PUBLIC)
        painted = await self._database.row(made)
        return Digest(
            since=since,
            rounds=tuple(found),
            winners=tuple(winners),
            votes=int(votes["votes"]) if votes else 0,
            voters=int(votes["voters"]) if votes else 0,
            paintings=int(painted["made"]) if painted else 0,
            traits=await self._traits([each.artwork for each in winners]),
        )

    async def _winners(self, round_id: str) -> tuple[Standing, ...]:
        won = sa.select(round_entries).where(
            round_entries.c.round == round_id, round_entries.c.won.is_(True)
        )
        rows = await self._database.rows(won.order_by(round_entries.c.place))
        return tuple(to_standing(row) for row in rows)

    async def _traits(self, ids: list[str]) -> dict[str, tuple[tuple[str, int], ...]]:
        found = sa.select(artworks.c.attributes).where(artworks.c.id.in_(ids), *PUBLIC)
        counts: dict[str, Counter[str]] = {name: Counter() for name in _TRAITS}
        for row in await self._database.rows(found):
            for name, value in json.loads(row["attributes"]).items():
                if name in counts:
                    counts[name][str(value)] += 1
        ordered = {
            name: sorted(counter.items(), key=lambda item: (-item[1], item[0]))
            for name, counter in counts.items()
        }
        return {name: tuple(items[:_MOST_TRAITS]) for name, items in ordered.items() if items}
