"""Leaderboards: who painted, who voted, and who voted early for what won."""

import json

import sqlalchemy as sa

from ganshare.domain.community import Ranked
from ganshare.domain.visibility import Visibility
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import asked_in, asked_within, contains, now
from ganshare.store.db.rows_queue import as_object
from ganshare.store.db.tables_community import everyone, people, sessions
from ganshare.store.db.tables_queue import PUBLIC, artworks, jobs
from ganshare.store.db.tables_votes import ballots, round_entries, rounds
from ganshare.store.votes.count import person_of

__all__ = ["Leaderboards"]

_OTHERS = person_of(ballots.c.account) != person_of(artworks.c.person)  # one's own never counts


class Leaderboards:
    """Ranks persons, with all their accounts, by what all may see.

    Args of all: `seconds` back from now that count, how many persons at most, and a channel, group
    or server, if only paintings count that were asked for there.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def painters(self, seconds: float, limit: int, place: str | None = None) -> list[Ranked]:
        """By their public paintings."""
        found = sa.select(
            person_of(artworks.c.person).label("who"), sa.func.count().label("count")
        ).where(artworks.c.created >= now() - seconds, *PUBLIC)
        return await self._rank(found.where(*_asked_for(place)), limit)

    async def voters(self, seconds: float, limit: int, place: str | None = None) -> list[Ranked]:
        """By the paintings of others that they voted for."""
        found = self._ballots().where(ballots.c.at >= now() - seconds)
        return await self._rank(found.where(*_asked_for(place)), limit)

    async def tasters(self, seconds: float, limit: int, place: str | None = None) -> list[Ranked]:
        """By the winners that they voted for in the first half of the round."""
        middle = rounds.c.opens + (rounds.c.closed - rounds.c.opens) / 2
        joined = sa.and_(
            round_entries.c.artwork == artworks.c.id,
            round_entries.c.won,
            round_entries.c.round == rounds.c.id,
            rounds.c.closed >= now() - seconds,
            ballots.c.at <= middle,
        )
        found = self._ballots().where(joined)
        return await self._rank(found.where(*_asked_for(place)), limit)

    @staticmethod
    def _ballots() -> sa.Select[str, int]:
        return sa.select(
            person_of(ballots.c.account).label("who"),
            sa.func.count(ballots.c.artwork.distinct()).label("count"),
        ).where(ballots.c.artwork == artworks.c.id, ballots.c.up, _OTHERS, *PUBLIC)

    async def _rank(self, found: sa.Select[str, int], limit: int) -> list[Ranked]:
        order = (sa.text("count DESC"), sa.text("who"))
        rows = await self._database.rows(found.group_by("who").order_by(*order).limit(limit))
        return [Ranked(row["who"], await self._name(row["who"]), row["count"]) for row in rows]

    async def _name(self, person: str) -> str:
        """As they were called when they last asked for a painting, signed in or voted; or ""."""
        theirs = sa.select(jobs.c.reply_to).where(jobs.c.person.in_(everyone(person)))
        row = await self._database.row(theirs.order_by(jobs.c.id.desc()).limit(1))
        desk = as_object(row["reply_to"]).get("desk") if row is not None else None
        if row is not None:  # what is not said there is not to be said
            return str(desk.get("name", "")) if isinstance(desk, dict) else ""
        signed_in = sa.select(sessions.c.name).where(sessions.c.person.in_(everyone(person)))
        row = await self._database.row(signed_in.order_by(sessions.c.expires.desc()).limit(1))
        if row is not None:
            return str(row["name"])
        voted = sa.select(people.c.name).where(
            people.c.person.in_(everyone(person)),
            people.c.name.is_not(None),
            ~_keeps_to_themselves(person),
        )
        row = await self._database.row(voted.limit(1))
        return str(row["name"]) if row is not None else ""


def _keeps_to_themselves(person: str) -> sa.ColumnElement[bool]:
    """Whether they have chosen that only they see what they ask for."""
    chosen = people.alias("chosen")
    return sa.exists().where(
        chosen.c.person.in_(everyone(person)), chosen.c.visibility == Visibility.ONLY_ME
    )


def _asked_for(place: str | None) -> list[sa.ColumnElement[bool]]:
    """That a painting was asked for in a place, or within it."""
    if place is None:
        return []
    within = contains(asked_within(jobs.c.reply_to), sa.literal(json.dumps(place)))
    there = sa.or_(asked_in(jobs.c.reply_to) == place, within)
    return [sa.exists().where(jobs.c.id == artworks.c.job, there)]
