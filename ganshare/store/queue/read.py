"""Reads of the queue: single jobs and lists, positions, engines, sums."""

import asyncio
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from ganshare.domain.engines import EngineReport
from ganshare.domain.jobs import Job, JobState, PreviewRecord, QueuePosition
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import now
from ganshare.store.db.rows_queue import (
    DamagedRowError,
    to_engine,
    to_frame,
    to_job,
    without_request,
)
from ganshare.store.db.tables_queue import (
    ACTIVE,
    QUEUED,
    RUNNING,
    engines,
    frames,
    jobs,
    state_in,
)
from ganshare.store.queue.claim import IN_ORDER
from ganshare.store.queue.lease import bury_statement
from ganshare.store.queue.position import (
    LOAD,
    PLACE,
    Load,
    place_of,
    throughput_statement,
    total_rate,
)
from ganshare.store.queue.unread import is_unread
from ganshare.store.queue.values import Throughput

__all__ = ["QueueReader"]


_DAY = 86_400.0


class QueueReader:
    """Reads the queue; changes nothing, but gives up jobs that cannot be read."""

    def __init__(self, database: Database, limits: QueueLimits) -> None:
        self.limits = limits
        self._database = database

    async def get(self, job_id: str) -> Job | None:
        """Read one job."""
        jobs_found = await self._select(jobs.c.id == job_id)
        return jobs_found[0] if jobs_found else None

    async def several(self, job_ids: Iterable[str]) -> list[Job]:
        """Read some jobs, oldest first; those that don't exist are left out."""
        return await self._select(jobs.c.id.in_(list(job_ids)), order=[jobs.c.id])

    async def get_by_key(self, key: str) -> Job | None:
        """Read the job that was submitted with this key."""
        jobs_found = await self._select(jobs.c.key == key)
        return jobs_found[0] if jobs_found else None

    async def position(self, job_id: str) -> QueuePosition | None:
        """Tell where a queued job stands; None if it is not queued."""
        rows, live = await asyncio.gather(
            self._database.rows(PLACE, {"job_id": job_id}), self.engines()
        )
        return place_of(rows, live)

    async def inbox(self, origin: str, limit: int = 200, *, after: str = "") -> list[Job]:
        """Jobs of this origin with news since their last `ack`, oldest first.

        Args:
            after: id of the last job of the page before.
        """
        unread = sa.and_(is_unread(self._database.dialect), jobs.c.id > after)
        return await self._select(jobs.c.origin == origin, unread, order=[jobs.c.id], limit=limit)

    async def active(self, person: str) -> list[Job]:
        """Jobs of one person that are queued or running, oldest first."""
        return await self._select(ACTIVE, jobs.c.person == person, order=[jobs.c.id])

    async def jobs(self, limit: int = 100) -> list[Job]:
        """Running jobs, longest running first, then the queued ones in their order."""
        running = await self._select(RUNNING, order=[jobs.c.started, jobs.c.id], limit=limit)
        left = limit - len(running)
        return running + await self._select(QUEUED, order=IN_ORDER, limit=left) if left else running

    async def dead_letters(self, limit: int = 20) -> list[Job]:
        """Jobs that were given up, newest first; their `error` says why."""
        dead = state_in(jobs, JobState.DEAD), jobs.c.finished.is_not(None)
        return await self._select(*dead, order=[jobs.c.finished.desc(), jobs.c.id], limit=limit)

    async def frames(self, job_id: str) -> list[PreviewRecord]:
        """Previews of a job, by attempt and step."""
        statement = sa.select(frames).where(frames.c.job == job_id)
        rows = await self._database.rows(statement.order_by(frames.c.attempt, frames.c.step))
        return [to_frame(row) for row in rows]

    async def engines(self, *, known: bool = False) -> list[EngineReport]:
        """Engines that reported within the last `engine_seconds`, by id; of a day if `known`."""
        alive = engines.c.reported > now() - (_DAY if known else self.limits.engine_seconds)
        rows = await self._database.rows(sa.select(engines).where(alive).order_by(engines.c.id))
        return [to_engine(row) for row in rows]

    async def counts(self, states: Iterable[JobState] = JobState) -> dict[JobState, int]:
        """Count the jobs in each of these states; counting all that ever ended takes its time."""
        counted = {state: _number(state) for state in states}
        statement = sa.select(*(number.label(str(state)) for state, number in counted.items()))
        row = await self._database.row(statement)
        return {state: row[str(state)] if row else 0 for state in counted}

    async def oldest_seconds(self) -> float:
        """For how long the oldest queued job has waited; 0 if none does."""
        row = await self._database.row(
            sa.select((now() - sa.func.min(jobs.c.created)).label("age")).where(QUEUED)
        )
        return max(0.0, row["age"] or 0.0) if row else 0.0

    async def suspects(self) -> int:
        """Count the queued jobs that only an engine without any other takes."""
        row = await self._database.row(
            sa.select(sa.func.count().label("n")).where(QUEUED, jobs.c.suspect)
        )
        return row["n"] if row else 0

    async def throughput(self, window: float = 3600.0) -> Throughput:
        """Sum up the last `window` seconds."""
        row = await self._database.row(throughput_statement(window))
        rate = total_rate(await self.engines()) or 0.0
        return Throughput(window=window, rate=rate, **(row or {}))

    async def _load(self) -> Load:
        row = await self._database.row(LOAD)
        return Load(**row) if row else Load(0, 0, 0.0)

    async def _select(
        self,
        *conditions: sa.ColumnElement[bool],
        order: Iterable[sa.ColumnElement[Any]] = (),
        limit: int | None = None,
    ) -> list[Job]:
        statement = sa.select(jobs).where(*conditions).order_by(*order).limit(limit)
        return await self._jobs(await self._database.rows(statement))

    async def _jobs(self, rows: Iterable[Row]) -> list[Job]:
        """Read rows; a damaged job is given up here, so that it blocks no other."""
        found = []
        for row in rows:
            try:
                found.append(to_job(row))
            except DamagedRowError as error:
                job = without_request(row, error.reason)
                if not JobState(row["state"]).over:
                    await self._database.rows(bury_statement(job.id, error.reason))
                found.append(job)
        return found


def _number(state: JobState) -> sa.ScalarSelect[int]:
    """By an index each: those that are over, or the partial ones of the queue."""
    over = [jobs.c.finished.is_not(None)] if state.over else []
    return sa.select(sa.func.count()).where(state_in(jobs, state), *over).scalar_subquery()
