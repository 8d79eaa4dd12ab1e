"""Fair order between persons: start-time fair queueing (Goyal, Vin and Cheng 1996).

A job's tag is its turn in virtual time: where the person's last job ends, or the present if that
has passed. Jobs are claimed by tag, so that a newcomer waits for nobody's backlog. Priorities have
separate clocks, and so do models as long as each has jobs waiting, since other engines paint them.

The clock stands at the greatest tag that was started, and goes on a little with every claim. Of
N people who wait it should move by cost / N; we move it by cost / 1000 at least, so that even an
endless stream of newcomers, who all begin at the present, cannot keep others waiting forever.
"""

from typing import Any

import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.store.db.tables_queue import jobs, state_in

__all__ = ["advanced_clock", "clocks", "model_clock", "turn"]

_PEOPLE = 1000.0


def clocks(
    person: sa.ColumnElement[str], model: sa.ColumnElement[str], priority: sa.ColumnElement[int]
) -> list[sa.Label[float]]:
    """Columns that `turn` reads; any of them may be NULL."""
    mine, own, common, waiting = (jobs.alias(name) for name in ("mine", "own", "common", "waiting"))
    # A job that was cancelled before its start doesn't count.
    unused = sa.and_(state_in(mine, JobState.CANCELLED), mine.c.started.is_(None))
    share_end = _greatest(
        mine, "tag_end", mine.c.person == person, mine.c.priority == priority, ~unused
    )
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
    return [
        share_end.label("share_end"),
        first_turn.label("first_turn"),
        _clock(own, own.c.model == model, own.c.priority == priority).label("model_clock"),
        _clock(common, common.c.priority == priority).label("common_clock"),
    ]


def turn(clock: Any) -> sa.ColumnElement[float]:
    """The tag of a new job: where the person's share ends, or the present if that is later.

    The present is that of the job's model while others wait for the model, but not before their
    first turn, since the clock of a model that nobody asked for is late; else that of all models.
    """
    present = sa.func.coalesce(
        sa.case((clock.model_clock > clock.first_turn, clock.model_clock), else_=clock.first_turn),
        clock.common_clock,
        0.0,
    )
    return sa.case((clock.share_end > present, clock.share_end), else_=present)


def advanced_clock() -> sa.ColumnElement[float]:
    """The clock of a job's model after its claim; for the SET clause of an UPDATE of jobs."""
    before = sa.func.coalesce(model_clock(), jobs.c.tag)
    return sa.case((before > jobs.c.tag, before), else_=jobs.c.tag) + jobs.c.cost / _PEOPLE


def model_clock() -> sa.ScalarSelect[float]:
    """Where the clock of a job's model stands; NULL if none of its jobs was ever started."""
    own = jobs.alias("own")
    return _clock(own, own.c.model == jobs.c.model, own.c.priority == jobs.c.priority)


def _clock(table: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[float]:
    return _greatest(table, "virtual_time", *conditions, table.c.virtual_time.is_not(None))


def _greatest(
    table: sa.FromClause, column: str, *conditions: sa.ColumnElement[bool]
) -> sa.ScalarSelect[float]:
    """The end of an index; with conditions, `max` would make SQLite read all of it."""
    ordered = sa.select(table.c[column]).where(*conditions).order_by(table.c[column].desc())
    return ordered.limit(1).scalar_subquery()
