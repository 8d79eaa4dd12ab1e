"""The position of a queued job, and its estimated start from measured engine rates."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean
from typing import Any

import sqlalchemy as sa

from ganshare.domain.engines import EngineReport
from ganshare.domain.jobs import JobState, QueuePosition
from ganshare.store.db.database import Row
from ganshare.store.db.dialect import ago
from ganshare.store.db.tables_queue import QUEUED, RUNNING, jobs, state_in

__all__ = [
    "LOAD",
    "PLACE",
    "Load",
    "place_of",
    "throughput_statement",
    "total_rate",
]


@dataclass(frozen=True, slots=True)
class Load:
    """Work that waits: jobs queued, jobs running, and the work units left in both."""

    queued: int
    running: int
    work: float

    def seconds(self, engines: Iterable[EngineReport]) -> float | None:
        """How long these engines take for it; None if none of them measured its rate."""
        total = total_rate(engines)
        return None if total is None else self.work / total


def total_rate(engines: Iterable[EngineReport]) -> float | None:
    """Work units per second of all; one that has not measured yet counts as their mean."""
    rates = [engine.rate for engine in engines]
    known = [rate for rate in rates if rate]
    return mean(known) * len(rates) if known else None


_WORK = sa.func.coalesce(sa.func.sum(jobs.c.cost), 0.0)
_LEFT = sa.func.coalesce(
    sa.func.sum(
        jobs.c.cost
        * sa.case((jobs.c.steps > jobs.c.step, jobs.c.steps - jobs.c.step), else_=0)
        * 1.0
        / jobs.c.steps
    ),
    0.0,
)


def _load_statement() -> sa.Executable:
    """Sum up the whole queue."""
    count = sa.func.count()
    queued = sa.select(count).where(QUEUED).scalar_subquery()
    running = sa.select(count).where(RUNNING).scalar_subquery()
    waiting = sa.select(_WORK).where(QUEUED).scalar_subquery()
    left = sa.select(_LEFT).where(RUNNING).scalar_subquery()
    return sa.select(
        queued.label("queued"), running.label("running"), (waiting + left).label("work")
    )


LOAD = _load_statement()


def _place_statement() -> sa.Executable:
    """Sum up the jobs before a queued one and the running ones, by model; count all queued.

    Rows of (kind, model, number, work): the number of jobs of the kinds "before", "running" and
    "all", and the area of the job itself as kind "me".
    """
    me = sa.select(jobs).where(jobs.c.id == sa.bindparam("job_id", type_=sa.Text), QUEUED).cte("me")
    priority, tag, own_id = (
        sa.select(me.c[name]).scalar_subquery() for name in ("priority", "tag", "id")
    )
    # Two ranges of the index rather than a scan of all of it.
    higher = jobs.c.priority > priority
    earlier = sa.tuple_(jobs.c.tag, jobs.c.id) < sa.tuple_(tag, own_id)
    count, nothing = sa.func.count(), sa.literal_column("0.0", sa.Float)

    def part(kind: str, model: Any, number: Any, work: Any) -> sa.Select[Any]:
        name = sa.literal_column(f"'{kind}'", sa.Text).label("kind")
        return sa.select(name, model.label("model"), number.label("number"), work.label("work"))

    def by_model(kind: str, work: Any) -> sa.Select[Any]:
        return part(kind, jobs.c.model, count, work).group_by(jobs.c.model)

    return sa.union_all(
        part("me", me.c.model, me.c.area, nothing),
        by_model("before", _WORK).where(QUEUED, higher),
        by_model("before", _WORK).where(QUEUED, jobs.c.priority == priority, earlier),
        by_model("running", _LEFT).where(RUNNING),
        part("all", sa.literal_column("''", sa.Text), count, nothing).where(QUEUED),
    )


PLACE = _place_statement()  # its value is job_id


def place_of(rows: Iterable[Row], live: list[EngineReport]) -> QueuePosition | None:
    """Read the answer to `PLACE`; None if the job is not queued.

    Only the engines that fit count, and only the work that they share with others.
    """
    found = list(rows)
    me = next((row for row in found if row["kind"] == "me"), None)
    if me is None:
        return None
    fitting = [
        each for each in live if me["model"] in each.models and each.max_area >= me["number"]
    ]
    shared = {name for engine in fitting for name in engine.models}
    ahead = [
        row for row in found if row["kind"] in ("before", "running") and row["model"] in shared
    ]
    load = Load(
        queued=sum(row["number"] for row in ahead if row["kind"] == "before"),
        running=sum(row["number"] for row in ahead if row["kind"] == "running"),
        work=sum(row["work"] for row in ahead),
    )
    at_once = sum(engine.batch for engine in fitting)
    return QueuePosition(
        position=1 + sum(row["number"] for row in found if row["kind"] == "before"),
        eta_seconds=0.0 if load.queued + load.running < at_once else load.seconds(fitting),
        of=sum(row["number"] for row in found if row["kind"] == "all"),
    )


def throughput_statement(window: float) -> sa.Executable:
    """Sum up the jobs that came to their end in the last `window` seconds."""
    painted = state_in(jobs, JobState.DONE)
    ended = (JobState.DONE, JobState.DEAD, JobState.CANCELLED)

    def number(state: JobState) -> sa.Label[int]:
        is_so = sa.case((state_in(jobs, state), 1))
        return sa.func.count(is_so).label(str(state))

    return sa.select(
        *(number(state) for state in ended),
        sa.func.coalesce(sa.func.sum(sa.case((painted, jobs.c.cost))), 0.0).label("work"),
        sa.func.avg(sa.case((painted, jobs.c.started - jobs.c.created))).label("wait_seconds"),
        sa.func.avg(sa.case((painted, jobs.c.finished - jobs.c.started))).label("paint_seconds"),
    ).where(state_in(jobs, *ended), jobs.c.finished > ago(window))
