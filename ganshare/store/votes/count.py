"""Counts votes: one per person and painting, from rows, never from stored sums.

The statements count persons at the moment of reading: who links two accounts has one vote from
then on, and none for what the other account had asked for.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from ganshare.domain.visibility import Visibility
from ganshare.store.db.database import Database
from ganshare.store.db.rows_rounds import AgeLimit
from ganshare.store.db.tables_community import accounts, blocks, gallery
from ganshare.store.db.tables_queue import artworks
from ganshare.store.db.tables_votes import (
    ballots,
    round_entries,
    round_views,
    round_weights,
    rounds,
    vote_holds,
    voters,
)

__all__ = [
    "count_votes",
    "counted_voters",
    "counted_votes",
    "most_voted",
    "person_of",
    "pool_of_artworks",
    "pool_of_round",
    "seen_by",
    "tally_statement",
    "too_young",
    "weights_of",
]

_AT_ONCE = 500  # ids in one condition

UP = sa.text("ballots.up")  # spelled as the partial index has it


def person_of(account: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """The account that stands for a person, by a lookup in the few that are linked."""
    linked = accounts.alias()
    main = sa.select(linked.c.main).where(linked.c.account == account).scalar_subquery()
    return sa.func.coalesce(main, account)


def pool_of_round(round_id: str) -> sa.CTE:
    """The paintings of a round, each with the person who asked for it."""
    pool = sa.select(artworks.c.id.label("artwork"), person_of(artworks.c.person).label("owner"))
    joined = pool.join(round_entries, round_entries.c.artwork == artworks.c.id)
    return joined.where(round_entries.c.round == round_id).cte("pool")


def pool_of_artworks(ids: list[str]) -> sa.CTE:
    """The same for some paintings."""
    pool = sa.select(artworks.c.id.label("artwork"), person_of(artworks.c.person).label("owner"))
    return pool.where(artworks.c.id.in_(ids)).cte("pool")


def too_young(limit: AgeLimit) -> sa.Select[tuple[str]]:
    """Accounts that are newer than that, unless their person has an older one."""
    begun = sa.select(sa.func.min(rounds.c.opens)).where(rounds.c.place == limit.place)
    first_days = begun.scalar_subquery() + limit.grace

    def was_there(each: Any) -> sa.ColumnElement[bool]:
        early = sa.and_(~each.c.told, each.c.born <= first_days)
        return sa.or_(each.c.born <= limit.born_before, early)

    own, others, old = accounts.alias("own"), accounts.alias("others"), voters.alias("old")
    older = (
        sa.exists()
        .where(own.c.account == voters.c.account, others.c.main == own.c.main)
        .where(
            sa.or_(
                others.c.since <= limit.born_before,
                sa.exists().where(old.c.account == others.c.account, was_there(old)),
            )
        )
    )
    new = voters.c.born > limit.born_before  # beside the next condition: an index knows it
    return sa.select(voters.c.account).where(new, ~was_there(voters), ~older)


def counted_votes(pool: sa.CTE, limit: AgeLimit | None = None) -> sa.CTE:
    """Rows (artwork, voter): one for each person whose vote counts."""
    votes = _votes(pool, limit)
    return votes.add_columns(ballots.c.artwork).distinct().cte("counted")


def counted_voters(pool: sa.CTE, limit: AgeLimit | None = None) -> sa.Select[Any]:
    """Rows (voter): each person with a vote that counts, once."""
    return _votes(pool, limit).distinct()


def _votes(pool: sa.CTE, limit: AgeLimit | None) -> sa.Select[Any]:
    voter = sa.func.coalesce(accounts.c.main, ballots.c.account)
    return (
        sa.select(voter.label("voter"))
        .select_from(pool.join(ballots, ballots.c.artwork == pool.c.artwork))
        .outerjoin(accounts, accounts.c.account == ballots.c.account)
        .where(*_valid(_barred(limit)), voter != pool.c.owner)
    )


async def count_votes(database: Database, artworks: Iterable[str]) -> dict[str, int]:
    """Count the persons whose votes count for each of some paintings, zeros included."""
    ids = list(dict.fromkeys(artworks))
    counts = dict.fromkeys(ids, 0)
    for start in range(0, len(ids), _AT_ONCE):
        pool = pool_of_artworks(ids[start : start + _AT_ONCE])
        rows = await database.rows(_count_statement(pool))
        counts |= {row["artwork"]: row["votes"] for row in rows}
    return counts


async def most_voted(database: Database, limit: int) -> list[str]:
    """Give the public paintings with the most votes, best first; those without any are left out."""
    raw = sa.func.count(ballots.c.account.distinct())
    shown = sa.select(ballots.c.artwork).join(gallery, gallery.c.artwork == ballots.c.artwork)
    shown = shown.where(UP, gallery.c.visibility == Visibility.PUBLIC)
    # Some ballots do not count: a few more are looked at than are wanted.
    page = shown.group_by(ballots.c.artwork).order_by(raw.desc(), ballots.c.artwork)
    rows = await database.rows(page.limit(2 * limit))
    votes = await count_votes(database, [row["artwork"] for row in rows])
    ranked = sorted((each for each in votes if votes[each]), key=lambda each: -votes[each])
    return ranked[:limit]


def _count_statement(pool: sa.CTE) -> sa.Select[Any]:
    """Count the votes of a few paintings; those without any have no row."""
    voter = sa.func.coalesce(accounts.c.main, ballots.c.account)
    votes = _votes(pool, None).with_only_columns(
        ballots.c.artwork, sa.func.count(voter.distinct()).label("votes")
    )
    return votes.group_by(ballots.c.artwork)


def tally_statement(pool: sa.CTE, limit: AgeLimit | None = None) -> sa.Select[Any]:
    """Count the votes of many paintings; those without any have no row.

    The rows of `counted_votes`, counted faster: most accounts are linked to no other, and each of
    those is a person, so that only the few others need a second look.
    """
    barred = _barred(limit)
    votes = pool.join(ballots, ballots.c.artwork == pool.c.artwork)
    several = sa.select(accounts.c.account)
    apart = sa.union(sa.select(barred.c.account), several).cte("apart")
    alone = (
        sa.select(ballots.c.artwork, sa.func.count(ballots.c.account.distinct()).label("votes"))
        .select_from(votes)
        .where(*_valid(apart), ballots.c.account != pool.c.owner)
        .group_by(ballots.c.artwork)
    )
    linked = (
        sa.select(ballots.c.artwork, sa.func.count(accounts.c.main.distinct()).label("votes"))
        .select_from(votes.join(accounts, accounts.c.account == ballots.c.account))
        .where(*_valid(barred), accounts.c.main != pool.c.owner)
        .group_by(ballots.c.artwork)
    )
    both = sa.union_all(alone, linked).subquery("both")
    number = sa.cast(sa.func.sum(both.c.votes), sa.Integer).label("votes")
    return sa.select(both.c.artwork, number).group_by(both.c.artwork)


def _barred(limit: AgeLimit | None) -> sa.CTE:
    """Accounts whose votes don't count anywhere: blocked, held everywhere, too young."""
    everywhere = sa.and_(sa.text("vote_holds.held"), vote_holds.c.artwork == "")
    reasons: list[sa.Select[Any]] = [
        sa.select(blocks.c.person.label("account")),
        sa.select(vote_holds.c.account).where(everywhere),
    ]
    if limit is not None:
        reasons.append(too_young(limit))
    return sa.union(*reasons).cte("barred")


def _valid(but: sa.CTE) -> list[sa.ColumnElement[bool] | sa.TextClause]:
    """Conditions on ballots: up, not of one of these accounts, not held for the painting."""
    held = sa.select(vote_holds.c.artwork, vote_holds.c.account).where(
        sa.text("vote_holds.held"), vote_holds.c.artwork != ""
    )
    pair = sa.tuple_(ballots.c.artwork, ballots.c.account)
    return [UP, ballots.c.account.not_in(sa.select(but.c.account)), pair.not_in(held)]


def seen_by(round_id: str) -> sa.CTE:
    """Rows (artwork, person): whom the round has shown which painting."""
    person = person_of(round_views.c.account).label("person")
    seen = sa.select(round_views.c.artwork, person).where(round_views.c.round == round_id)
    return seen.distinct().cte("seen")


def weights_of(round_id: str) -> sa.CTE:
    """Rows (person, weight) of a round's snapshot of shares."""
    person = person_of(round_weights.c.account).label("person")
    weight = sa.func.max(round_weights.c.weight).label("weight")
    found = sa.select(person, weight).where(round_weights.c.round == round_id)
    return found.group_by(person).cte("weights")
