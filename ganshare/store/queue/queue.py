"""`Queue`: the durable, fair queue between bots and engines; each call is a short transaction."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.descriptions import Description
from ganshare.domain.engines import UNLIMITED, EngineReport
from ganshare.domain.jobs import Artwork, Job, JobRequest, JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.domain.shares import Payment
from ganshare.domain.visibility import Visibility
from ganshare.errors import JobError, ParameterError, StoreError, quoted
from ganshare.sentences import sentence
from ganshare.store.community.notes import note_statement
from ganshare.store.community.search import shown_statement
from ganshare.store.db.database import Conflict, Database, Row
from ganshare.store.db.dialect import insert, now, upsert
from ganshare.store.db.rows_queue import from_engine, to_artwork, to_job
from ganshare.store.db.tables_queue import artworks, engines, jobs, turns
from ganshare.store.queue.claim import claim_statement, waiting_statement
from ganshare.store.queue.lease import (
    artwork_statement,
    beat_statement,
    cancel_statement,
    described_statement,
    done_statement,
    expire_statement,
    frame_statement,
    give_up_statement,
    hand_back_statement,
    is_same,
    reap_statement,
    renew_statement,
    retry_statement,
    unpaid_statement,
    was_cancelled,
)
from ganshare.store.queue.pauses import Pauses
from ganshare.store.queue.prune import prune
from ganshare.store.queue.read import QueueReader
from ganshare.store.queue.submit import Candidate, admission_statement, refusal, time_statement
from ganshare.store.queue.unread import is_settled
from ganshare.store.queue.values import Beat, NewArtwork, Pruned, Reaped, Submitted

__all__ = ["Queue"]

_RACES = 10  # that a claim may lose before it gives up
_DAY = 86_400.0

# A crash of PostgreSQL may forget beats that a bot has read, and their revisions are given again to
# what comes next: only a job that still is what was shown, or more, is acknowledged.
_SHOWN = sa.bindparam("revision_shown", type_=sa.Integer)
_AS_SHOWN = sa.and_(
    jobs.c.revision == _SHOWN, jobs.c.state == sa.bindparam("state_shown", type_=sa.Text)
)
_ACK = (
    jobs.update()
    .where(
        jobs.c.id == sa.bindparam("shown"),
        jobs.c.seen < _SHOWN,
        sa.or_(jobs.c.revision > _SHOWN, _AS_SHOWN),
    )
    .values(seen=_SHOWN, settled=is_settled(_SHOWN))
)


class Queue(QueueReader, Pauses):
    """Takes jobs in, hands them to engines, and keeps what becomes of them."""

    def __init__(self, database: Database, limits: QueueLimits) -> None:
        super().__init__(database, limits)
        self._admission = admission_statement(database.dialect, limits)
        self._claim = claim_statement(limits)
        self._claim_warm = claim_statement(limits, is_choosy=True)
        self._waiting = waiting_statement(limits)

    async def submit(
        self,
        person: str,
        origin: str,
        request: JobRequest,
        *,
        key: str,
        priority: int = 0,
        weight: float = 1.0,
        reply_to: Mapping[str, Any] | None = None,
        visibility: Visibility = Visibility.PUBLIC,
        payment: Payment | None = None,
    ) -> Submitted:
        """Queue a job, once per key: the same key gives the same job.

        Args:
            weight: of the person in the fair order; 2.0 gets twice the share of 1.0.
            visibility: of the painting that comes of it.
            payment: from a share or a gift, if there is a gate.

        Raises:
            AdmissionError: the person has too many active jobs, the queue is full, or no live
                engine paints that model or size; nor any of the last day if none is alive.
                Or nothing is left of what pays.
        """
        if not weight > 0:
            raise ParameterError(f"The weight {weight} must be above zero.", given=weight)
        candidate = Candidate(
            person, origin, request, key, priority, weight, reply_to or {}, visibility, payment
        )
        # Each round that is lost to a rival is one job more of this person.
        for _ in range(self.limits.per_person_active + 2):
            if (row := await self._admit(candidate)) is not None:
                return Submitted(to_job(row), is_new=True)
            if (job := await self.get_by_key(key)) is not None:
                return Submitted(job, is_new=False)
            active, load = await asyncio.gather(self.active(person), self._load())
            painters = await self.engines() or await self.engines(known=True)
            has_time = await self._has_time(candidate)
            reason = refusal(candidate, self.limits, len(active), load, painters, has_time=has_time)
            if reason is not None:
                raise reason
        raise StoreError("The queue is too busy to take the job in now; please try again.")

    async def claim(
        self,
        worker: str,
        *,
        models: Iterable[str],
        max_area: int,
        min_area: int = 0,
        room: int = UNLIMITED,
        cutout_area: int = 0,
        warm: Iterable[str] = (),
        count: int = 1,
        alone: bool = True,
    ) -> list[Job]:
        """Take up to `count` jobs to paint, for `lease_seconds` from now; [] if there are none.

        In the order of priority, fair share by person, and time; nobody has more than
        `per_person_running` jobs running at once. A suspect, with which an engine fell silent, is
        given to those only who have nothing else, and nothing else with it.

        Args:
            room: for canvas and cutouts, and `cutout_area`: see `EngineReport`.
            min_area: pixels; smaller canvases are left to engines that are meant for them, while
                such are alive.
            warm: models that are loaded. Jobs for them go a little before their turn.
            alone: whether the engine has no other job.
        """
        every, loaded = sorted(set(models)), sorted(set(models) & set(warm))
        wanted = {
            "worker": worker,
            "models": every,
            "max_area": max_area,
            "min_area": min_area,
            "room": room,
            "cutout_area": cutout_area,
            "alone": alone and count == 1,
        }
        if loaded and loaded != every:
            first = {**wanted, "models": loaded, "all_models": every, "count": count}
            with contextlib.suppress(Conflict):
                if near := await self._jobs(await self._database.rows(self._claim_warm, first)):
                    return [job for job in near if not job.state.over]
        if count > 1:
            several = await self._claim_up_to(count, wanted)
            if several or not alone:
                return several
        return await self._claim_up_to(1, {**wanted, "alone": alone})

    async def _claim_up_to(self, count: int, wanted: Mapping[str, Any]) -> list[Job]:
        claimed: list[Job] = []
        tags: dict[str, float] = {}
        races_lost = 0
        while len(claimed) < count and races_lost < _RACES:
            values = {**wanted, "count": count - len(claimed)}
            try:
                rows = await self._database.rows(self._claim, values)
            except Conflict:
                rows = []
            else:
                if not rows and (claimed or not await self._is_any_locked(values)):
                    break
            if not rows:
                races_lost += 1
                await asyncio.sleep(random.uniform(0.0, 0.01))
            tags |= {row["id"]: row["tag"] for row in rows}
            claimed += [job for job in await self._jobs(rows) if not job.state.over]
        return sorted(claimed, key=lambda job: (-job.priority, tags[job.id], job.id))

    async def beat(
        self,
        job: Job,
        *,
        step: int | None = None,
        steps: int | None = None,
        loss: float | None = None,
        preview: str | None = None,
        saved_state: str | None = None,
    ) -> Beat:
        """Renew the lease, tell what is new, learn whether to go on.

        After `mine=False` nothing of this attempt may be published. After `cancel=True` nobody
        wants it any more: stop, and `release` the job, which an older version may have left
        running. A crash of the database may forget a beat, unless it told of a saved state.
        `steps` in all may become fewer on the way.
        """
        news = {"step": step, "steps": steps, "loss": loss, "preview": preview}
        quiet = {"saved_state": saved_state}
        row = await self._database.row(
            beat_statement(job, self.limits, _given(news), _given(quiet))
        )
        if row is None:
            cancelled = await self._database.row(was_cancelled(job)) is not None
            return Beat(mine=cancelled, cancel=cancelled)
        if preview is not None:
            shown = job.step if step is None else step
            dialect = self._database.dialect
            await self._database.rows(frame_statement(dialect, job, shown, loss, preview))
        return Beat(mine=True, cancel=bool(row["cancel_requested"]))

    async def finish(self, job: Job, artwork: NewArtwork) -> Artwork | None:
        """Publish: job done and artwork there, both or neither; None if no longer this attempt's.

        Said twice, by the same attempt with the same picture, it gives the same artwork.
        """

        async def publish(connection: AsyncConnection) -> Row | None:
            done = (await connection.execute(done_statement(job))).mappings().first()
            if done is None:
                return None
            statement = artwork_statement(job, done["artwork"], artwork)
            row = (await connection.execute(statement)).mappings().one()
            made = to_artwork(row)
            if made.hidden is None:
                await connection.execute(shown_statement(connection.dialect.name, made))
            else:
                text = f"{made.id}: {made.prompt}"
                log = note_statement("picture", made.person, made.hidden, text=text)
                await connection.execute(log)
            return row

        row = await self._database.atomically(publish)
        if row is not None:
            return to_artwork(row)
        row = await self._database.row(sa.select(artworks).where(artworks.c.job == job.id))
        published = to_artwork(row) if row is not None else None
        return published if published and is_same(published, job, artwork) else None

    async def describe(self, job: Job, description: Description) -> bool:
        """End a job with what its picture shows; False if it is no longer this attempt's."""
        return await self._database.row(described_statement(job, description)) is not None

    async def fail(self, job: Job, error: str, *, retry: bool) -> bool:
        """Give up this attempt, with the sentence that says why; False if it was not ours any more.

        With `retry` and attempts left, the job is queued at its old place, else it is dead; if
        its cancellation was asked for, it is cancelled.
        """
        statement = give_up_statement(job, error, retry=retry)
        return await self._database.row(statement) is not None

    async def release(self, job: Job) -> bool:
        """Hand a job back as on a drain; the attempt doesn't count. False as for `fail`.

        A job whose cancellation was asked for becomes cancelled.
        """
        return await self._database.row(hand_back_statement(job)) is not None

    async def cancel(self, job_id: str, *, by: str, admin: bool = False) -> Job:
        """Cancel a job; its person's places are free at once, whatever its engine does.

        The engine learns it from its next beat. A job that is over stays as it is.

        Raises:
            JobError: there is no such job, or it is not of person `by`, who is no admin.
        """
        row = await self._database.row(cancel_statement(job_id, None if admin else by))
        if row is not None:
            return (await self._jobs([row]))[0]
        job = await self.get(job_id)
        if job is None:
            raise JobError(sentence("no-job", given=quoted(job_id)), given=job_id)
        if job.person != by and not admin:
            message = sentence("cancel-not-yours", given=quoted(job_id))
            raise JobError(message, given=job_id)
        return job

    async def reap(self) -> Reaped:
        """Take jobs from engines that fell silent; any process may do it, every few seconds.

        They are queued at their old place, as suspects, or cancelled if that was asked for, or dead
        if it was once too often: `max_attempts` engines fell silent with it before it got any
        further. Such attempts don't count as failed ones.
        """
        statement = reap_statement(self.limits)
        states = Counter(row["state"] for row in await self._database.rows(statement))
        if states:
            await self._database.write(engines.delete().where(engines.c.reported < now() - _DAY))
        return Reaped(states[JobState.QUEUED], states[JobState.DEAD], states[JobState.CANCELLED])

    async def ack(self, jobs_shown: Iterable[Job]) -> None:
        """Remember that the revisions of these jobs, as they were read, were shown."""
        # In one order, so that two who acknowledge the same jobs don't wait for each other.
        ordered = sorted(jobs_shown, key=lambda job: job.id)
        shown = [
            {"shown": job.id, "revision_shown": job.revision, "state_shown": job.state}
            for job in ordered
        ]
        if shown:
            await self._database.write_each(_ACK, shown)

    async def renew(self, job_id: str) -> bool:
        """Have a job's origin show it again, as after its artwork was deleted or hidden."""
        return await self._database.row(renew_statement(job_id)) is not None

    async def report_engine(self, report: EngineReport) -> None:
        """Say that an engine is alive, and what it can do."""
        values = from_engine(report) | {"reported": now()}
        key = {"id": values.pop("id")}
        await self._database.write(upsert(self._database.dialect, engines, key, values))

    async def forget_engine(self, engine_id: str) -> None:
        """Say that an engine has gone; its jobs stay its own until their leases end.

        For a day it is remembered what it paints: see `submit`.
        """
        gone = now() - self.limits.engine_seconds - 1.0
        await self._database.write(
            engines.update().where(engines.c.id == engine_id).values(reported=gone)
        )

    async def retry(self, job_id: str) -> bool:
        """Queue a job again that was given up, as if it were new; False if there is none such.

        Raises:
            StoreError: its person asks for something else at this very moment; try again.
        """
        return await self._database.row(retry_statement(job_id, self.limits)) is not None

    async def end_unpaid(self) -> int:
        """Give up jobs that wait for a share that was sold or a gift that is over; counts them."""
        return len(await self._database.rows(unpaid_statement()))

    async def expire(self) -> int:
        """Give up jobs that nobody has painted within `queued_seconds`; tells how many."""
        return len(await self._database.rows(expire_statement(self.limits)))

    async def take_turn(self, name: str, seconds: float) -> bool:
        """Whether it is ours to do what is done once for all, which is nobody's for that long."""
        ours = {"until": now() + seconds}
        statement = insert(self._database.dialect, turns).values(name=name, **ours)
        over = statement.on_conflict_do_update(
            index_elements=["name"], set_=ours, where=turns.c.until < now()
        )
        return await self._database.row(over.returning(turns.c.name)) is not None

    async def give_turn_back(self, name: str) -> None:
        """Let someone else do at once what we could not."""
        await self._database.write(turns.update().where(turns.c.name == name).values(until=0.0))

    async def prune(self, seconds: float) -> Pruned:
        """Remove frames, and jobs cancelled or given up, older than that.

        Any process may do it, now and then. News of such a job that nobody has read by then go
        with it.

        Raises:
            StoreError: what is left is left for the next time.
        """
        return await prune(self._database, seconds)

    async def _admit(self, candidate: Candidate) -> Row | None:
        """Take a job in, if it is new and allowed."""
        return await self._database.row(self._admission, candidate.values(self.limits.queue_cap))

    async def _has_time(self, candidate: Candidate) -> bool:
        if candidate.payment is None:
            return True
        row = await self._database.row(time_statement(), candidate.values(0))
        return bool(row and row["has_time"])

    async def _is_any_locked(self, wanted: Mapping[str, Any]) -> bool:
        """After a claim in vain: whether a job is left that another statement had locked.

        Perhaps only for an acknowledgement, after which nobody would be notified of it.
        """
        if self._database.dialect == "sqlite":  # where nothing is locked row by row
            return False
        return await self._database.row(self._waiting, wanted) is not None


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
