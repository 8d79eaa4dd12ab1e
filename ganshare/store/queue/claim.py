"""Claiming: one statement that picks jobs in fair order and locks only those."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.domain.limits import DEFAULT_CUTOUTS
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store.db.dialect import contains, notify, now
from ganshare.store.db.tables_queue import QUEUED, engines, jobs, pauses, state_in
from ganshare.store.db.tables_shares import is_paid
from ganshare.store.db.topics import Topic
from ganshare.store.queue.fairness import advanced_clock
from ganshare.store.queue.slots import least_free

__all__ = ["IN_ORDER", "WARM_SLACK", "claim_statement", "more_cutouts", "waiting_statement"]

# Work units by which a job whose model is loaded may go before its turn: loading another one takes
# about as long as painting does, and nobody waits for more than a painting or two.
WARM_SLACK = 2.0

IN_ORDER = (jobs.c.priority.desc(), jobs.c.tag, jobs.c.id)


@lru_cache(8)
def claim_statement(limits: QueueLimits, *, is_choosy: bool = False) -> sa.Executable:
    """Build the statement; its values are worker, models, max_area, min_area, room, cutout_area,
    alone and count.

    It takes one job of a person at most, so that each finds the person's least free slot; who may
    have more comes again in the next round. Rows that another claim has locked are skipped. Two
    claims that take different jobs of one person at the same moment find the same slot; then the
    unique index lets one of them through, and the other looks again.

    Args:
        is_choosy: take only what is near its turn among all jobs of `all_models`, a further value.
    """
    candidates = (
        _candidates(limits, is_choosy=is_choosy)
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
            settled=sa.false(),
        )
        .returning(jobs, *notify(Topic.NEWS))
    )


@lru_cache(8)
def waiting_statement(limits: QueueLimits) -> sa.Executable:
    """Ask whether anything could be claimed, locked or not; the values are those of the claim."""
    return _candidates(limits).limit(1)


def _candidates(limits: QueueLimits, *, is_choosy: bool = False) -> sa.Select[*tuple[Any, ...]]:
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
    conditions = _is_near_its_turn() if is_choosy else []
    return (
        sa.select(jobs.c.id, jobs.c.person, jobs.c.priority, jobs.c.tag)
        .where(
            QUEUED,
            sa.or_(sa.bindparam("alone", type_=sa.Boolean), jobs.c.id.not_in(suspects)),
            jobs.c.model.in_(sa.bindparam("models", expanding=True)),
            jobs.c.area <= sa.bindparam("max_area"),
            jobs.c.area + more_cutouts(jobs.c.cutouts) * sa.bindparam("cutout_area")
            <= sa.bindparam("room"),
            sa.or_(
                jobs.c.area >= sa.bindparam("min_area", type_=sa.Integer), ~_better_engine(limits)
            ),
            jobs.c.person.not_in(at_limit),
            ~sa.exists().where(pauses.c.subject.in_(["all", engine])),
            jobs.c.model.not_in(paused),
            is_paid(),
            *conditions,
        )
        .order_by(*IN_ORDER)
    )


def more_cutouts(cutouts: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """How many cutouts a job has beyond the default, which every engine has room for."""
    return sa.case((cutouts > DEFAULT_CUTOUTS, cutouts - DEFAULT_CUTOUTS), else_=0)


def _better_engine(limits: QueueLimits) -> sa.ColumnElement[bool]:
    """Whether another engine is alive that is meant for canvases of a job's size."""
    return sa.exists().where(
        engines.c.reported > now() - limits.engine_seconds,
        engines.c.min_area <= jobs.c.area,
        engines.c.max_area >= jobs.c.area,
        contains(engines.c.models, sa.literal('"') + jobs.c.model + sa.literal('"')),
        engines.c.id != sa.bindparam("worker", type_=sa.Text),
    )


def _is_near_its_turn() -> list[sa.ColumnElement[bool]]:
    first = jobs.alias("first")
    head = (
        sa.select(first.c.priority, first.c.tag)
        .where(
            state_in(first, JobState.QUEUED),
            first.c.model.in_(sa.bindparam("all_models", expanding=True)),
            first.c.area <= sa.bindparam("max_area"),
        )
        .order_by(first.c.priority.desc(), first.c.tag, first.c.id)
        .limit(1)
        .subquery("head")
    )
    return [
        jobs.c.priority >= sa.select(head.c.priority).scalar_subquery(),
        jobs.c.tag <= sa.select(head.c.tag + WARM_SLACK).scalar_subquery(),
    ]
