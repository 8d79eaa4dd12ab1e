"""The door of the queue: one statement that takes a job in, or the reason why it is not taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ganshare.errors import AdmissionError, must_be_one_of, quoted
from ganshare.jobs import EngineReport, JobRequest, JobState
from ganshare.store.dialect import insert, made_id, now, ring
from ganshare.store.fairness import clocks, turn
from ganshare.store.numbering import least_free
from ganshare.store.places import Load, in_words
from ganshare.store.rows import as_text
from ganshare.store.tables import engines, jobs, state_in
from ganshare.store.values import Limits, Topic

__all__ = ["Candidate", "refusal"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job at the door; the fields are those of `Store.submit`."""

    person: str
    origin: str
    request: JobRequest
    key: str
    priority: int
    weight: float
    reply_to: Mapping[str, Any]

    def statement(self, dialect: str, limits: Limits, room: int) -> sa.Executable:
        """Build the INSERT; it returns the new row, or none if the job is there or not admitted.

        Args:
            room: queued jobs from which on it admits no more.
        """
        facts = self._facts()
        place = (
            sa.select(turn(facts.c).label("tag"), facts.c.seat)
            .where(facts.c.seat < limits.per_person_active, *self._admitted(limits, room))
            .subquery("place")
        )
        values = self._values(limits)
        columns: dict[str, sa.ColumnElement[Any]] = {
            name: sa.literal(value, jobs.c[name].type) for name, value in values.items()
        }
        columns |= {
            "id": made_id(),
            "created": now(),
            "tag": place.c.tag,
            "tag_end": place.c.tag + self.request.cost / self.weight,
            "seat": place.c.seat,
        }
        row = sa.select(*(value.label(name) for name, value in columns.items()))
        # SQLite wants a WHERE here, lest it take ON CONFLICT for the condition of a join.
        statement = insert(dialect, jobs).from_select(list(columns), row.where(sa.true()))
        return statement.on_conflict_do_nothing().returning(jobs, *ring(Topic.WORK))

    def _values(self, limits: Limits) -> dict[str, Any]:
        request = self.request
        return {
            "key": self.key,
            "person": self.person,
            "origin": self.origin,
            "reply_to": as_text(dict(self.reply_to)),
            "request": as_text(request.to_json()),
            "model": request.model,
            "area": request.area,
            "priority": self.priority,
            "cost": request.cost,
            "state": JobState.QUEUED,
            "attempt": 0,
            "max_attempts": limits.max_attempts,
            "cancel_requested": False,
            "step": 0,
            "steps": request.steps,
            "revision": 1,
            "seen": 0,
        }

    def _facts(self) -> sa.Subquery:
        """What the tag follows from, and the seat."""
        person = sa.literal(self.person, sa.Text)
        seat = least_free("seat", person, JobState.QUEUED, JobState.RUNNING)
        found = clocks(self.person, self.request.model, self.priority)
        # With LIMIT, each is looked up once, however often it is used.
        return sa.select(*found, seat.label("seat")).limit(1).subquery("facts")

    def _admitted(self, limits: Limits, room: int) -> list[sa.ColumnElement[bool]]:
        """Conditions: there is room, and a live engine fits unless none is alive at all."""
        queued = jobs.alias("queued")
        length = sa.select(sa.func.count()).where(state_in(queued, JobState.QUEUED))
        alive = engines.c.reported > now() - limits.engine_seconds
        fits = sa.and_(
            engines.c.max_area >= self.request.area,
            # The list is JSON, in which a name in its quotes is found as text.
            engines.c.models.contains(as_text(self.request.model), autoescape=True),
        )
        return [
            length.scalar_subquery() < room,
            ~sa.exists().where(alive) | sa.exists().where(alive, fits),
        ]


def refusal(
    candidate: Candidate, limits: Limits, active: int, load: Load, live: list[EngineReport]
) -> AdmissionError | None:
    """Say why a job is not admitted; None if nothing speaks against it any more.

    Args:
        active: jobs of the person that are queued or running.
        load: of the whole queue.
        live: engines that are alive.
    """
    if active >= limits.per_person_active:
        return AdmissionError(
            f"You have {active} jobs queued or running, and at most {limits.per_person_active} "
            "are allowed; wait until one is done, or cancel one.",
            given=active,
            allowed=limits.per_person_active,
        )
    if live and (reason := _unfit(candidate.request, live)) is not None:
        return reason
    if load.queued >= limits.queue_cap:
        seconds = load.seconds(live)
        wait = (
            "no engine is at work to say for how long"
            if seconds is None
            else f"which is work for about {in_words(seconds)}"
        )
        return AdmissionError(
            f"The queue is full: {load.queued} jobs are waiting, {wait}; please try later.",
            given=load.queued,
            allowed=limits.queue_cap,
        )
    return None


def _unfit(request: JobRequest, live: list[EngineReport]) -> AdmissionError | None:
    painters = [engine for engine in live if request.model in engine.models]
    if not painters:
        names = sorted({name for engine in live for name in engine.models})
        error = must_be_one_of(AdmissionError, "model", request.model, names)
        return AdmissionError(
            f"No engine paints with this model now: {error.message[0].lower()}{error.message[1:]}",
            given=request.model,
            allowed=names,
            nearest=error.nearest,
        )
    largest = max(engine.max_area for engine in painters)
    if request.area <= largest:
        return None
    return AdmissionError(
        f"No engine paints {request.width}x{request.height} with {quoted(request.model)} now; at "
        f"most {largest} pixels are allowed, such as {int(largest**0.5) // 16 * 16} on each side.",
        given=request.area,
        allowed=largest,
    )
