"""Tables of votes and rounds, as the newest migration leaves them, and shared conditions."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.store.db.tables_community import everyone

__all__ = [
    "DECIDED",
    "VETOED",
    "accounts_of",
    "ballot_lists",
    "ballots",
    "critic_scores",
    "critics",
    "curated",
    "one_at_a_time",
    "round_entries",
    "round_notices",
    "round_views",
    "round_waiting",
    "round_weights",
    "rounds",
    "vote_holds",
    "vote_log",
    "voters",
]

_LOCK = 0x67616E03  # the first half of PostgreSQL's advisory locks for votes

_metadata = sa.MetaData()


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Float) for name in names]


def _switch(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean)


vote_log = sa.Table(
    "vote_log",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    *_texts("kind", "artwork", "account", "via"),
    *_numbers("at"),
    *_texts("done_by", "reason", "data", "key"),  # data is JSON
    *_numbers("created"),
)
ballots = sa.Table(
    "ballots", _metadata, *_texts("artwork", "account", "via"), _switch("up"), *_numbers("at")
)
ballot_lists = sa.Table("ballot_lists", _metadata, *_texts("artwork", "via"), *_numbers("at"))
voters = sa.Table("voters", _metadata, *_texts("account"), *_numbers("born"), _switch("told"))
vote_holds = sa.Table(
    "vote_holds",
    _metadata,
    *_texts("artwork", "account"),
    _switch("held"),
    *_texts("held_by", "reason"),
    sa.Column("event", sa.Integer),
)
rounds = sa.Table(
    "rounds",
    _metadata,
    *_texts("id", "place", "title"),
    *_numbers("opens", "closes"),
    *_texts("rules"),  # JSON
    *_numbers("closed"),
)
round_entries = sa.Table(
    "round_entries",
    _metadata,
    *_texts("round", "artwork", "entered_by"),
    *_numbers("entered"),
    *(sa.Column(name, sa.Integer) for name in ("dealt", "posted")),
    _switch("final"),
    *(sa.Column(name, sa.Integer) for name in ("votes", "views")),
    sa.Column("shown_votes", sa.Integer),
    *_numbers("rate", "bound"),
    sa.Column("place", sa.Integer),
    _switch("has_quorum"),
    _switch("won"),
)
round_views = sa.Table(
    "round_views", _metadata, *_texts("round", "artwork", "account"), *_numbers("at")
)
round_weights = sa.Table(
    "round_weights", _metadata, *_texts("round", "account"), *_numbers("weight")
)
round_notices = sa.Table(
    "round_notices", _metadata, *_texts("round", "kind", "origin"), *_numbers("created")
)
round_waiting = sa.Table(
    "round_waiting", _metadata, *_texts("round", "artwork"), *_numbers("since")
)
critics = sa.Table(
    "critics",
    _metadata,
    *_texts("name", "phrase", "perceptor"),
    *_texts("report"),  # JSON
    *_numbers("made"),
)
critic_scores = sa.Table(
    "critic_scores", _metadata, *_texts("artwork", "critic"), *_numbers("score")
)
curated = sa.Table(
    "curated",
    _metadata,
    *_texts("artwork", "round"),
    _switch("approved"),
    *_texts("decided_by", "reason"),
    *_numbers("decided"),
    sa.Column("event", sa.Integer),
)

# A decision counts in the round that it was made about; for conditions beside `round_entries`.
DECIDED = sa.and_(
    curated.c.artwork == round_entries.c.artwork, curated.c.round == round_entries.c.round
)
VETOED = sa.exists().where(DECIDED, sa.not_(curated.c.approved))


async def one_at_a_time(connection: AsyncConnection, subject: str) -> None:
    """Let others with the same subject wait until this transaction ends, as SQLite does anyway.

    Who needs two subjects takes the round's first.
    """
    if connection.dialect.name == "postgresql":
        lock = sa.func.pg_advisory_xact_lock(_LOCK, sa.func.hashtext(subject))
        await connection.execute(sa.select(lock))


async def accounts_of(connection: AsyncConnection, person: str) -> list[str]:
    """All accounts of a person, given any of them."""
    return sorted(row.account for row in await connection.execute(everyone(person)))
