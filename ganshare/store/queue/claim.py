"""Claiming: one statement that picks jobs in fair order, and locks only what it takes."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store.db.dialect import notify, now
from ganshare.store.db.tables_queue import QUEUED, jobs, pauses, state_in
from ganshare.store.db.topics import Topic
from ganshare.store.queue.fairness import advanced_clock
from ganshare.store.queue.slots import least_free

__all__ = ["IN_ORDER", "claim_statement", "waiting_statement"]

IN_ORDER = (jobs.c.priority.desc(), jobs.c.tag, jobs.c.id)


@lru_cache(8)
def claim_statement(limits: QueueLimits) -> sa.Executable:
    """Build the statement; its values are worker, models, max_area, alone and count.

    It takes one job of a person at most, so that each finds the person's least free slot; who may
    have more comes again in the next round. Rows that another claim has locked are skipped. Two
    claims that take different jobs of one person at the same moment find the same slot; then the
    unique index lets one of them through, and the other looks again.
    """
    candidates = (
        _candidates(limits)
        .limit(sa.bindparam("count"))
        .with_for_update(skip_locked=True, of=jobs)
        .cte("candidates")
    )
    turn = sa.func.row_number().over(
        partition_by=candidates.c.person,
        order_by=(candidates.c.priority.desc(), candidates.c.tag, candidates.c.id),
    )
    turns = sa.select(candidates.c.id, turn.label("turn")).subquery("turns")
    return (
        jobs.update()
        .where(QUEUED, jobs.c.id.in_(sa.select(turns.c.id).where(turns.c.turn == 1)))
        .values(
            state=JobState.RUNNING,
            worker=sa.bindparam("worker"),
            attempt=jobs.c.attempt + 1,
            slot=least_free("slot", jobs.c.person, JobState.RUNNING),
            virtual_time=advanced_clock(),
            started=now(),
            lease_until=now() + limits.lease_seconds,
            revision=jobs.c.revision + 1,
        )
        .returning(jobs, *notify(Topic.NEWS))
    )


@lru_cache(8)
def waiting_statement(limits: QueueLimits) -> sa.Executable:
    """Ask whether anything could be claimed, locked or not; the values are those of the claim."""
    return _candidates(limits).limit(1)


def _candidates(limits: QueueLimits) -> sa.Select[*tuple[Any, ...]]:
    running = jobs.alias("running")
    at_limit = (
        sa.select(running.c.person)
        .where(state_in(running, JobState.RUNNING))
        .group_by(running.c.person)
        .having(sa.func.count() >= limits.per_person_running)
    )
    engine = "engine:" + sa.bindparam("worker", type_=sa.Text)
    paused = sa.select(sa.func.substr(pauses.c.subject, len("model:") + 1)).where(
        pauses.c.subject.like("model:%")
    )
    # Looked up in an index of few rows: the one that gives the order need not know it.
    waiting = jobs.alias("waiting")
    suspects = sa.select(waiting.c.id).where(waiting.c.suspect, state_in(waiting, JobState.QUEUED))
    return (
        sa.select(jobs.c.id, jobs.c.person, jobs.c.priority, jobs.c.tag)
        .where(
            QUEUED,
            sa.or_(sa.bindparam("alone", type_=sa.Boolean), jobs.c.id.not_in(suspects)),
            jobs.c.model.in_(sa.bindparam("models", expanding=True)),
            jobs.c.area <= sa.bindparam("max_area"),
            jobs.c.person.not_in(at_limit),
            ~sa.exists().where(pauses.c.subject.in_(["all", engine])),
            jobs.c.model.not_in(paused),
        )
        .order_by(*IN_ORDER)
    )
