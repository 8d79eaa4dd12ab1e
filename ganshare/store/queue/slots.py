"""Finds the least free number: a person's place in the queue, or the slot of a running job."""

import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.store.db.tables_queue import jobs, state_in

__all__ = ["least_free"]


def least_free(
    column: str, person: sa.ColumnElement[str], *states: JobState
) -> sa.ColumnElement[int]:
    """The least number from 0 that no job of this person in one of these states has.

    A unique index refuses the second of two statements that found the same one.
    """
    first, taken, follower = (jobs.alias(f"{name}_{column}") for name in ("first", "taken", "next"))
    first_taken = sa.exists().where(
        first.c.person == person, state_in(first, *states), first.c[column] == 0
    )
    followed = sa.exists().where(
        follower.c.person == taken.c.person,
        state_in(follower, *states),
        follower.c[column] == taken.c[column] + 1,
    )
    after_gap = (
        sa.select(sa.func.min(taken.c[column]) + 1)
        .where(taken.c.person == person, state_in(taken, *states), ~followed)
        .scalar_subquery()
    )
    return sa.case((~first_taken, sa.literal_column("0", sa.Integer)), else_=after_gap)
