"""Whose turn it is: start-time fair queueing (Goyal, Vin and Cheng 1996) by person.

A job's tag is its turn in virtual time: where the person's last job ends, or the present if that
has passed. Jobs are claimed by tag, so that a newcomer waits for nobody's backlog. Priorities have
separate clocks, and so do models as long as each has jobs waiting, since other engines paint them.

The clock stands at the greatest tag that was started, and goes on a little with every claim. Of
N people who wait it should move by cost / N; we move it by cost / 1000 at least, so that even an
endless stream of newcomers, who all begin at the present, cannot keep anybody waiting for ever.
"""

import sqlalchemy as sa

from ganshare.jobs import JobState
from ganshare.store.tables import jobs, state_in

__all__ = ["advanced_clock", "share_end", "virtual_now"]

_PEOPLE = 1000.0


def share_end(person: str, priority: int) -> sa.ColumnElement[float]:
    """Where the person's last job ends; one that was cancelled before its start doesn't count."""
    mine = jobs.alias("mine")
    unused = sa.and_(state_in(mine, JobState.CANCELLED), mine.c.started.is_(None))
    return _greatest(mine, "tag_end", mine.c.person == person, mine.c.priority == priority, ~unused)


def virtual_now(model: str, priority: int) -> sa.ColumnElement[float]:
    """The present for a new job: of its model while others wait for that, else of all models.

    It is not before the first turn of those who wait: a model that nobody asked for lately has a
    clock that is late.
    """
    own, common, waiting = (jobs.alias(name) for name in ("own", "common", "waiting"))
    own_clock = _clock(own, own.c.model == model, own.c.priority == priority)
    first_turn = (
        sa.select(waiting.c.tag)
        .where(
            state_in(waiting, JobState.QUEUED),
            waiting.c.priority == priority,
            waiting.c.model == model,
        )
        .order_by(waiting.c.tag)
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(
        sa.case((own_clock > first_turn, own_clock), else_=first_turn),
        _clock(common, common.c.priority == priority),
        0.0,
    )


def advanced_clock() -> sa.ColumnElement[float]:
    """The clock of a job's model after its claim; for the SET clause of an UPDATE of jobs."""
    own = jobs.alias("own")
    before = sa.func.coalesce(
        _clock(own, own.c.model == jobs.c.model, own.c.priority == jobs.c.priority), jobs.c.tag
    )
    return sa.case((before > jobs.c.tag, before), else_=jobs.c.tag) + jobs.c.cost / _PEOPLE


def _clock(table: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[float]:
    return _greatest(table, "virtual_time", *conditions, table.c.virtual_time.is_not(None))


def _greatest(
    table: sa.FromClause, column: str, *conditions: sa.ColumnElement[bool]
) -> sa.ScalarSelect[float]:
    """The end of an index; with conditions, `max` would make SQLite read all of it."""
    ordered = sa.select(table.c[column]).where(*conditions).order_by(table.c[column].desc())
    return ordered.limit(1).scalar_subquery()
