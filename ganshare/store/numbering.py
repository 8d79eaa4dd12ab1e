"""The least free number: a person's seat in the queue, a running job's slot."""

import sqlalchemy as sa

from ganshare.jobs import JobState
from ganshare.store.tables import jobs, state_in

__all__ = ["least_free"]


def least_free(
    column: str, person: sa.ColumnElement[str], *states: JobState
) -> sa.ColumnElement[int]:
    """The least number from 0 that no job of this person in one of these states has.

    A unique index refuses the second of two statements that found the same one.
    """
    taken, next_taken = jobs.alias(f"taken_{column}"), jobs.alias(f"next_{column}")
    any_taken, first = taken.c[column], jobs.alias(f"first_{column}")
    first_taken = sa.exists().where(
        first.c.person == person, state_in(first, *states), first.c[column] == 0
    )
    gap = ~sa.exists().where(
        next_taken.c.person == person,
        state_in(next_taken, *states),
        next_taken.c[column] == any_taken + 1,
    )
    after_gap = (
        sa.select(sa.func.min(any_taken) + 1)
        .where(taken.c.person == person, state_in(taken, *states), gap)
        .scalar_subquery()
    )
    return sa.case((~first_taken, sa.literal_column("0", sa.Integer)), else_=after_gap)
