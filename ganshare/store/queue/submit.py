"""Admission: the INSERT that queues a job, or the reason why it was refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ganshare.domain.engines import EngineReport, painted_by
from ganshare.domain.jobs import JobRequest, JobState
from ganshare.domain.limits import DEFAULT_CUTOUTS
from ganshare.domain.queue_limits import QueueLimits
from ganshare.domain.shares import Payment
from ganshare.domain.visibility import Visibility
from ganshare.errors import AdmissionError, listing, nearest, quoted
from ganshare.sentences import sentence
from ganshare.store.db.dialect import insert, made_id, notify, now
from ganshare.store.db.rows_queue import as_text
from ganshare.store.db.tables_queue import engines, jobs, state_in, state_name
from ganshare.store.db.tables_shares import charge, holdings, is_paid
from ganshare.store.db.topics import Topic
from ganshare.store.queue.capacity import has_room
from ganshare.store.queue.claim import more_cutouts
from ganshare.store.queue.fairness import clocks, turn
from ganshare.store.queue.position import Load
from ganshare.store.queue.slots import least_free

__all__ = ["Candidate", "admission_statement", "refusal", "time_statement"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job that asks for admission; the fields are those of `Store.queue.submit`."""

    person: str
    origin: str
    request: JobRequest
    key: str
    priority: int
    weight: float
    reply_to: Mapping[str, Any]
    visibility: Visibility = Visibility.PUBLIC
    payment: Payment | None = None

    def values(self, room: int) -> dict[str, Any]:
        """What `admission_statement` needs to know.

        Args:
            room: queued jobs from which on no more are admitted.
        """
        # An engine's models are JSON, in which a name in its quotes is found as text.
        name = re.sub("[/%_]", r"/\g<0>", as_text(self.request.model))
        values = {f"new_{column}": read(self) for column, read in _GIVEN.items()}
        return {
            **values,
            "weight": self.weight,
            "room": room,
            "pattern": f"%{name}%",
            "allowance": self.payment.seconds if self.payment else 0.0,
            "seconds_per_cost": self.payment.seconds_per_cost if self.payment else 0.0,
            "period_start": self.payment.period_start if self.payment else 0.0,
        }


_GIVEN: Mapping[str, Callable[[Candidate], Any]] = {  # columns that the job itself decides
    "key": lambda new: new.key,
    "person": lambda new: new.person,
    "origin": lambda new: new.origin,
    "reply_to": lambda new: as_text(dict(new.reply_to)),
    "request": lambda new: as_text(new.request.to_json()),
    "model": lambda new: new.request.model,
    "area": lambda new: new.request.area,
    "cutouts": lambda new: new.request.num_cutouts,
    "priority": lambda new: new.priority,
    "cost": lambda new: new.request.cost,
    "steps": lambda new: new.request.steps,
    "visibility": lambda new: new.visibility,
    "share": lambda new: new.payment.payer if new.payment else None,
}


def time_statement() -> sa.Executable:
    """Ask whether something is left of what would pay; the values are those of the admission."""
    return sa.select(_is_left().label("has_time"))


@lru_cache(8)
def admission_statement(dialect: str, limits: QueueLimits) -> sa.Executable:
    """Build the INSERT; it returns the new row, or none if the job is there or not admitted."""
    facts = _facts()
    place = (
        sa.select(turn(facts.c).label("tag"), facts.c.seat)
        .where(facts.c.seat < limits.per_person_active, *_conditions(limits, facts))
        .subquery("place")
    )
    share = _new("cost") / sa.bindparam("weight", type_=sa.Float)
    columns: dict[str, Any] = {
        **{name: _new(name) for name in _GIVEN},
        "id": made_id(),
        "created": now(),
        "tag": place.c.tag,
        "tag_end": place.c.tag + share,
        "seat": place.c.seat,
        "state": state_name(JobState.QUEUED),
        "attempt": sa.literal(0),
        "max_attempts": sa.literal(limits.max_attempts),
        "cancel_requested": sa.false(),
        "step": sa.literal(0),
        "revision": sa.literal(1),
        "seen": sa.literal(0),
        "settled": sa.false(),
    }
    row = sa.select(*(value.label(name) for name, value in columns.items()))
    # SQLite wants a WHERE here, lest it take ON CONFLICT for the condition of a join.
    statement = insert(dialect, jobs).from_select(list(columns), row.where(sa.true()))
    return statement.on_conflict_do_nothing().returning(jobs, *notify(Topic.WORK))


def _new(column: str) -> sa.BindParameter[Any]:
    return sa.bindparam(f"new_{column}", type_=jobs.c[column].type)


def _facts() -> sa.Subquery:
    """What the tag follows from, the seat, and how long the queue is."""
    queued = jobs.alias("queued")
    length = sa.select(sa.func.count()).where(state_in(queued, JobState.QUEUED))
    seat = least_free("seat", _new("person"), JobState.QUEUED, JobState.RUNNING)
    found = clocks(_new("person"), _new("model"), _new("priority"))
    # With LIMIT, each is looked up once, however often it is used.
    facts = sa.select(*found, seat.label("seat"), length.scalar_subquery().label("queued"))
    return facts.limit(1).subquery("facts")


def _conditions(limits: QueueLimits, facts: sa.Subquery) -> list[sa.ColumnElement[bool]]:
    """There is room, and a live engine fits, or one of the last day if none is alive.

    The more jobs a person has, the earlier the queue is full for them, so that a few who ask for
    much don't keep the others out: see `_room`.
    """
    alive = engines.c.reported > now() - limits.engine_seconds
    pattern = sa.bindparam("pattern", type_=sa.Text)
    taken = _new("area") + more_cutouts(_new("cutouts")) * engines.c.cutout_area
    fits = sa.and_(
        engines.c.max_area >= _new("area"),
        engines.c.room >= taken,
        engines.c.models.like(pattern, escape="/"),
    )
    room = sa.bindparam("room", type_=sa.Integer)
    return [
        has_room(facts.c.queued, room - room * facts.c.seat // (2 * limits.per_person_active)),
        sa.case(
            (sa.exists().where(alive), sa.exists().where(alive, fits)),
            else_=~sa.exists().select_from(engines) | sa.exists().where(fits),
        ),
        _is_left(),
    ]


def _is_left() -> sa.ColumnElement[bool]:
    """Something is left of what pays for the job, whoever else asks at this moment.

    Two jobs of one person are never admitted side by side: they would have the same seat.
    """
    share, same = _new("share"), holdings.alias("same")
    mine, others = holdings.alias("mine"), jobs.alias("others")
    siblings = (
        sa.select(same.c.id)
        .join(mine, sa.and_(mine.c.token == same.c.token, mine.c.unit == same.c.unit))
        .where(mine.c.id == share)
    )
    rate = sa.bindparam("seconds_per_cost", type_=sa.Float)
    start = sa.bindparam("period_start", type_=sa.Float)
    waits = state_in(others, JobState.QUEUED, JobState.RUNNING)
    used = (
        sa.select(sa.func.coalesce(sa.func.sum(charge(others, holdings.c.until, rate)), 0.0))
        .select_from(others)
        .outerjoin(holdings, holdings.c.id == others.c.share)
        .where(sa.or_(others.c.share == share, others.c.share.in_(siblings)))
        .where(sa.or_(others.c.started >= start, waits))
        .scalar_subquery()
    )
    enough = sa.and_(is_paid(share), used < sa.bindparam("allowance", type_=sa.Float))
    return sa.case((share.is_(None), sa.true()), else_=enough)


def _room(limits: QueueLimits, active: int) -> int:
    """Queued jobs from which on a person with `active` jobs is refused.

    It falls from the cap for a newcomer to half of it for a person at their own limit.
    """
    return limits.queue_cap - limits.queue_cap * active // (2 * limits.per_person_active)


def refusal(
    candidate: Candidate,
    limits: QueueLimits,
    active: int,
    load: Load,
    live: list[EngineReport],
    *,
    has_time: bool = True,
) -> AdmissionError | None:
    """Say why a job is not admitted; None if nothing speaks against it any more.

    Args:
        active: jobs of the person that are queued or running.
        load: of the whole queue.
        live: engines that are alive.
        has_time: whether something is left of what would pay for it.
    """
    if active >= limits.per_person_active:
        return AdmissionError(
            sentence("active", given=active, allowed=limits.per_person_active),
            given=active,
            allowed=limits.per_person_active,
        )
    if not has_time:
        return AdmissionError(sentence("share-used"), given=candidate.person)
    if live and (reason := _unfit(candidate.request, live)) is not None:
        return reason
    if load.queued >= _room(limits, active):
        seconds = load.seconds(live)
        wait = (
            sentence("wait-unknown")
            if seconds is None
            else sentence("wait-minutes", minutes=max(1, round(seconds / 60)))
        )
        message = (
            sentence("queue-full", given=load.queued, wait=wait)
            if load.queued >= limits.queue_cap
            else sentence("queue-near-full", given=load.queued, wait=wait, active=active)
        )
        return AdmissionError(message, given=load.queued, allowed=limits.queue_cap)
    return None


def _unfit(request: JobRequest, live: list[EngineReport]) -> AdmissionError | None:
    painters = [engine for engine in live if request.model in engine.models]
    if not painters and request.describes:
        return AdmissionError(sentence("engine-describe"), given=request.model)
    if not painters:
        names = painted_by(live)
        near = nearest(request.model, names)
        given = quoted(request.model)
        message = listing("engine-model", names, near and quoted(near), given=given)
        return AdmissionError(message, given=request.model, allowed=names, nearest=near)
    if any(engine.fits(request) for engine in painters):
        return None
    largest = max(engine.max_area for engine in painters)
    if request.area <= largest:
        rooms = [
            DEFAULT_CUTOUTS + (engine.room - request.area) // engine.cutout_area
            for engine in painters
            if engine.max_area >= request.area and engine.cutout_area
        ]
        most = max(DEFAULT_CUTOUTS, *rooms)
        cutouts = request.num_cutouts
        message = sentence("engine-cutouts", given=cutouts, allowed=most)
        return AdmissionError(message, given=cutouts, allowed=most)
    return AdmissionError(
        sentence(
            "engine-size",
            given=f"{request.width}x{request.height}",
            model=quoted(request.model),
            allowed=largest,
            side=str(int(largest**0.5) // 16 * 16),
        ),
        given=request.area,
        allowed=largest,
    )
