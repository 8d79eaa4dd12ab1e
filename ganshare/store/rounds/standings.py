"""Standings of a round: votes, views, and the confidence bound from both."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.ranking import Count, rank
from ganshare.domain.votes import Round, Standing
from ganshare.store.db.database import Row
from ganshare.store.db.rows_rounds import age_limit
from ganshare.store.db.tables_queue import PUBLIC, artworks
from ganshare.store.db.tables_votes import VETOED, round_entries
from ganshare.store.votes.count import (
    counted_voters,
    counted_votes,
    pool_of_round,
    seen_by,
    weights_of,
)

__all__ = ["compute_standings"]


async def compute_standings(connection: AsyncConnection, round_: Round) -> list[Standing]:
    """Count, rank and choose the winners: the best with a quorum and no veto."""
    rows = (await connection.execute(_counts(round_))).mappings().all()
    parted = (await connection.execute(_taking_part(round_))).mappings().one()
    everybody = float(parted["weight"] or 0.0)
    ranked = rank(round_.id, [_count(row, everybody) for row in rows], round_.rules)
    barred = await connection.execute(_barred(round_.id))
    out = {row.id for row in barred}
    left = [each.artwork for each in ranked if each.has_quorum and each.artwork not in out]
    winners = set(left[: round_.rules.winners])
    return [_marked(each, won=each.artwork in winners) for each in ranked]


def _marked(standing: Standing, *, won: bool) -> Standing:
    return replace(standing, won=won)


def _count(row: Row, everybody: float) -> Count:
    seen = float(row["seen"] or 0.0)
    return Count(
        artwork=row["artwork"],
        votes=row["votes"] or 0,
        shown_votes=row["shown_votes"] or 0,
        views=row["views"] or 0,
        liked=float(row["liked"] or 0.0),
        seen=seen,
        seen_squared=float(row["seen_squared"] or 0.0),
        walked_in=float(row["cast"] or 0.0) - float(row["liked"] or 0.0),
        absent=max(0.0, everybody - seen),
    )


def _counts(round_: Round) -> sa.Select[Any]:
    """One row for each painting of the round: persons and weights of votes and views."""
    counted = counted_votes(pool_of_round(round_.id), age_limit(round_))
    seen = seen_by(round_.id)
    one = sa.literal_column("1.0", sa.Float)
    votes_from: sa.FromClause = counted.outerjoin(
        seen,
        sa.and_(seen.c.artwork == counted.c.artwork, seen.c.person == counted.c.voter),
    )
    views_from: sa.FromClause = seen
    weight: sa.ColumnElement[float] = one
    view_weight: sa.ColumnElement[float] = one
    if round_.rules.weighted:
        weights = weights_of(round_.id)
        theirs, viewers = weights.alias("theirs"), weights.alias("viewers")
        votes_from = votes_from.outerjoin(theirs, theirs.c.person == counted.c.voter)
        views_from = seen.outerjoin(viewers, viewers.c.person == seen.c.person)
        weight = sa.func.coalesce(theirs.c.weight, one)
        view_weight = sa.func.coalesce(viewers.c.weight, one)
    shown = seen.c.person.is_not(None)
    votes = (
        sa.select(
            counted.c.artwork,
            sa.func.count().label("votes"),
            sa.func.count(seen.c.person).label("shown_votes"),
            sa.func.sum(weight).label("cast"),
            sa.func.sum(sa.case((shown, weight), else_=sa.literal_column("0.0"))).label("liked"),
        )
        .select_from(votes_from)
        .group_by(counted.c.artwork)
        .cte("votes")
    )
    views = (
        sa.select(
            seen.c.artwork,
            sa.func.count().label("views"),
            sa.func.sum(view_weight).label("seen"),
            sa.func.sum(view_weight * view_weight).label("seen_squared"),
        )
        .select_from(views_from)
        .group_by(seen.c.artwork)
        .cte("views")
    )
    return (
        sa.select(
            round_entries.c.artwork,
            votes.c.votes,
            votes.c.shown_votes,
            votes.c.cast,
            votes.c.liked,
            views.c.views,
            views.c.seen,
            views.c.seen_squared,
        )
        .outerjoin(votes, votes.c.artwork == round_entries.c.artwork)
        .outerjoin(views, views.c.artwork == round_entries.c.artwork)
        .where(round_entries.c.round == round_.id)
        .order_by(round_entries.c.artwork)
    )


def _taking_part(round_: Round) -> sa.Executable:
    """How many persons voted or were shown something in the round, and what they weigh."""
    voters = counted_voters(pool_of_round(round_.id), age_limit(round_)).subquery()
    seen = seen_by(round_.id)
    both = sa.union(sa.select(voters.c.voter.label("person")), sa.select(seen.c.person))
    people = both.subquery("people")
    number = sa.func.count().label("persons")
    if not round_.rules.weighted:
        return sa.select(number, sa.func.count().label("weight")).select_from(people)
    weights = weights_of(round_.id)
    weight = sa.func.coalesce(weights.c.weight, sa.literal_column("1.0", sa.Float))
    joined = people.outerjoin(weights, weights.c.person == people.c.person)
    return sa.select(number, sa.func.sum(weight).label("weight")).select_from(joined)


def _barred(round_id: str) -> sa.Select[tuple[str]]:
    """Paintings of a round that cannot win: vetoed, or not for all to see."""
    gone = sa.or_(VETOED, sa.not_(sa.and_(*PUBLIC)))
    joined = sa.select(artworks.c.id).join(round_entries, round_entries.c.artwork == artworks.c.id)
    return joined.where(round_entries.c.round == round_id, gone)
