"""Whose votes count: one for each person and painting, counted as rows and never as sums kept.

The statements count persons at the moment of reading: who links two accounts has one vote from
then on, and none for what the other account had asked for.
"""

import sqlalchemy as sa

from ganshare.store.community_tables import accounts, blocks
from ganshare.store.tables import artworks
from ganshare.store.votes_tables import (
    ballots,
    round_entries,
    round_views,
    round_weights,
    vote_holds,
    voters,
)

__all__ = [
    "counted_votes",
    "person_of",
    "pool_of_artworks",
    "pool_of_round",
    "seen_by",
    "tally_statement",
    "too_young",
    "weights_of",
]

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


def too_young(born_before: float) -> sa.Select[tuple[str]]:
    """Accounts that are newer than that, unless their person has an older one."""
    own, others, old = accounts.alias("own"), accounts.alias("others"), voters.alias("old")
    older = (
        sa.exists()
        .where(own.c.account == voters.c.account, others.c.main == own.c.main)
        .where(
            sa.or_(
                others.c.since <= born_before,
                sa.exists().where(old.c.account == others.c.account, old.c.born <= born_before),
            )
        )
    )
    return sa.select(voters.c.account).where(voters.c.born > born_before, ~older)


def counted_votes(pool: sa.CTE, born_before: float | None = None) -> sa.CTE:
    """Rows (artwork, voter): one for each person whose vote counts."""
    voter = person_of(ballots.c.account)
    held = vote_holds.alias("held")
    found = (
        sa.select(ballots.c.artwork, voter.label("voter"))
        .select_from(pool.join(ballots, ballots.c.artwork == pool.c.artwork))
        .where(UP, voter != pool.c.owner)
        .where(ballots.c.account.not_in(sa.select(blocks.c.person)))
        .where(
            ~sa.exists().where(
                held.c.account == ballots.c.account,
                sa.text("held.held"),
                held.c.artwork.in_([ballots.c.artwork, ""]),
            )
        )
    )
    if born_before is not None:
        found = found.where(ballots.c.account.not_in(too_young(born_before)))
    return found.distinct().cte("counted")


def tally_statement(pool: sa.CTE, born_before: float | None = None) -> sa.Select[tuple[str, int]]:
    """Count the votes of each painting; those without any have no row."""
    counted = counted_votes(pool, born_before)
    number = sa.func.count().label("votes")
    return sa.select(counted.c.artwork, number).group_by(counted.c.artwork)


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
