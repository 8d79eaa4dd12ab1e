"""Statements of a claimed job: beat, finish, release, fail; all fenced by the attempt."""

from typing import Any

import sqlalchemy as sa

from ganshare.domain.descriptions import Description
from ganshare.domain.jobs import Artwork, Job, JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.sentences import sentence
from ganshare.store.db.dialect import ago, insert, made_id, notify, now, relaxed
from ganshare.store.db.rows_queue import as_text
from ganshare.store.db.rows_sentences import sentence_columns, sentence_in_sql
from ganshare.store.db.tables_queue import (
    ACTIVE,
    QUEUED,
    RUNNING,
    artworks,
    frames,
    jobs,
    state_in,
    state_name,
)
from ganshare.store.db.tables_shares import is_paid
from ganshare.store.db.topics import Topic
from ganshare.store.queue.slots import least_free
from ganshare.store.queue.values import NewArtwork

__all__ = [
    "artwork_statement",
    "beat_statement",
    "bury_statement",
    "cancel_statement",
    "described_statement",
    "done_statement",
    "expire_statement",
    "frame_statement",
    "give_up_statement",
    "hand_back_statement",
    "is_same",
    "reap_statement",
    "renew_statement",
    "retry_statement",
    "unpaid_statement",
    "was_cancelled",
]

_EVERYBODY = notify(Topic.NEWS, Topic.WORK)


def _mine(job: Job) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.id == job.id, RUNNING, jobs.c.attempt == job.attempt)


def _changed(**values: Any) -> dict[str, Any]:
    return {"revision": jobs.c.revision + 1, "settled": sa.false(), **values}


def _ended(state: sa.ColumnElement[Any], **values: Any) -> dict[str, Any]:
    """SET clause of the end of an attempt; the job is over unless it is queued again."""
    finished = sa.case((state != JobState.QUEUED, now()))
    return _changed(state=state, finished=finished, lease_until=None, **values)


def _after_failure() -> sa.ColumnElement[str]:
    return sa.case(
        (jobs.c.cancel_requested, state_name(JobState.CANCELLED)),
        (jobs.c.attempt >= jobs.c.max_attempts, state_name(JobState.DEAD)),
        else_=state_name(JobState.QUEUED),
    )


def beat_statement(
    job: Job, limits: QueueLimits, news: dict[str, Any], quiet: dict[str, Any]
) -> Any:
    """Renew the lease; only what is in `news` is worth a revision and a notification.

    A crash may forget it, but not what is in `quiet`: once a saved state is told, the one before
    is removed.
    """
    values = {"lease_until": now() + limits.lease_seconds, **news, **quiet}
    statement = jobs.update().where(_mine(job))
    returning: list[sa.ColumnElement[Any]] = [jobs.c.cancel_requested]
    if not quiet:
        returning.append(relaxed().label("relaxed"))
    if not news:
        return statement.values(values).returning(*returning)
    return statement.values(_changed(**values)).returning(*returning, *notify(Topic.NEWS))


def frame_statement(dialect: str, job: Job, step: int, loss: float | None, preview: str) -> Any:
    """Remember a preview; only history, so that a crash may forget it."""
    row = {
        "job": job.id,
        "attempt": job.attempt,
        "step": step,
        "loss": loss,
        "preview": preview,
        "created": now(),
    }
    statement = insert(dialect, frames).values(row).on_conflict_do_nothing()
    return statement.returning(relaxed().label("relaxed"))


def done_statement(job: Job) -> Any:
    """End an attempt well; the artwork, whose id it makes, follows in the same transaction."""
    values = _ended(state_name(JobState.DONE), artwork=made_id(), **sentence_columns("error", None))
    return jobs.update().where(_mine(job)).values(values).returning(jobs.c.artwork, *_EVERYBODY)


def described_statement(job: Job, description: Description) -> Any:
    """End an attempt with what its picture shows; the same attempt may say so again."""
    text, error = as_text(description.to_json()), sentence_columns("error", None)
    values = _ended(state_name(JobState.DONE), description=text, **error)
    said = sa.and_(jobs.c.id == job.id, jobs.c.attempt == job.attempt, jobs.c.description == text)
    mine = sa.or_(_mine(job), said)
    return jobs.update().where(mine).values(values).returning(jobs.c.id, *_EVERYBODY)


def artwork_statement(job: Job, artwork_id: str, made: NewArtwork) -> Any:
    """Publish a picture."""
    values = {
        "id": artwork_id,
        "job": job.id,
        "attempt": job.attempt,
        "person": job.person,
        "prompt": job.request.prompt,
        "attributes": as_text(dict(made.attributes)),
        "seed": job.request.seed,
        "model": job.request.model,
        "blob": made.blob,
        "preview": made.preview,
        "film": made.film,
        "width": made.width,
        "height": made.height,
        "sha256": made.sha256,
        "manifest": as_text(dict(made.manifest)),
        "may_sell": made.may_sell,
        "visibility": sa.select(jobs.c.visibility).where(jobs.c.id == job.id).scalar_subquery(),
        "created": now(),
        **sentence_columns("hidden", made.hidden),
    }
    return artworks.insert().values(values).returning(artworks)


def renew_statement(job_id: str) -> Any:
    """Make news of a job in any state."""
    changed = jobs.update().where(jobs.c.id == job_id).values(_changed())
    return changed.returning(jobs.c.id, *notify(Topic.NEWS))


def is_same(artwork: Artwork, job: Job, made: NewArtwork) -> bool:
    """Whether an artwork is what this attempt wants to publish, perhaps for the second time."""
    return (artwork.attempt, artwork.blob, artwork.sha256) == (job.attempt, made.blob, made.sha256)


def give_up_statement(job: Job, error: str, *, retry: bool) -> Any:
    """End an attempt that failed."""
    final = sa.case(
        (jobs.c.cancel_requested, state_name(JobState.CANCELLED)), else_=state_name(JobState.DEAD)
    )
    state = _after_failure() if retry else final
    values = _ended(state, **sentence_columns("error", error))
    return jobs.update().where(_mine(job)).values(values).returning(jobs.c.id, *_EVERYBODY)


def hand_back_statement(job: Job) -> Any:
    """End an attempt that doesn't count: a later one is allowed in its stead.

    The number of attempts itself never falls, since it is the fencing token.
    """
    state = sa.case(
        (jobs.c.cancel_requested, state_name(JobState.CANCELLED)), else_=state_name(JobState.QUEUED)
    )
    values = _ended(state, max_attempts=jobs.c.max_attempts + 1)
    return jobs.update().where(_mine(job)).values(values).returning(jobs.c.id, *_EVERYBODY)


def reap_statement(limits: QueueLimits) -> Any:
    """End the attempts whose leases are over; what another reaper has locked is left to it."""
    late = (
        sa.select(jobs.c.id)
        .where(RUNNING, jobs.c.lease_until < now())
        .with_for_update(skip_locked=True)
        .cte("late")
    )
    known = {"engine": jobs.c.worker, "step": jobs.c.step, "attempt": jobs.c.attempt}
    error = sentence_in_sql("error", "engine-silent", known)
    moved_on = sa.and_(
        jobs.c.step > jobs.c.furthest,
        jobs.c.saved_state.is_not(None),
        sa.or_(jobs.c.kept_state.is_(None), jobs.c.kept_state != jobs.c.saved_state),
    )
    silences = jobs.c.silences + sa.case((moved_on, 0), else_=1)
    state = sa.case(
        (jobs.c.cancel_requested, state_name(JobState.CANCELLED)),
        (silences >= limits.max_attempts, state_name(JobState.DEAD)),
        else_=state_name(JobState.QUEUED),
    )
    values = _ended(
        state,
        suspect=True,
        silences=silences,
        furthest=sa.case((moved_on, jobs.c.step), else_=jobs.c.furthest),
        kept_state=jobs.c.saved_state,
        max_attempts=jobs.c.max_attempts + 1,
        **error,
    )
    mine = sa.and_(RUNNING, jobs.c.id.in_(sa.select(late.c.id)))
    return jobs.update().where(mine).values(values).returning(jobs.c.state, *_EVERYBODY)


def cancel_statement(job_id: str, person: str | None) -> Any:
    """Cancel a job of this person, or of any; who paints it learns so from its next beat."""
    theirs = [] if person is None else [jobs.c.person == person]
    values = _ended(state_name(JobState.CANCELLED), cancel_requested=True)
    statement = jobs.update().where(jobs.c.id == job_id, ACTIVE, *theirs).values(values)
    return statement.returning(jobs, *_EVERYBODY)


def retry_statement(job_id: str, limits: QueueLimits) -> Any:
    """Queue a dead job again, with all its attempts, its wait counted from now."""
    values = _changed(
        state=state_name(JobState.QUEUED),
        seat=least_free("seat", jobs.c.person, JobState.QUEUED, JobState.RUNNING),
        max_attempts=jobs.c.attempt + limits.max_attempts,
        silences=0,
        cancel_requested=False,
        finished=None,
        created=now(),
        **sentence_columns("error", None),
    )
    dead = sa.and_(jobs.c.id == job_id, state_in(jobs, JobState.DEAD))
    return jobs.update().where(dead).values(values).returning(jobs.c.id, *_EVERYBODY)


def expire_statement(limits: QueueLimits) -> Any:
    """End the jobs that have waited for too long, with a word to those who asked."""
    days = str(round(limits.queued_seconds / 86_400, 1)).removesuffix(".0")
    error = sentence_columns("error", sentence("queue-expired", allowed=days))
    values = _ended(state_name(JobState.DEAD), **error)
    late = sa.and_(QUEUED, jobs.c.created < ago(limits.queued_seconds))
    return jobs.update().where(late).values(values).returning(jobs.c.id, *_EVERYBODY)


def unpaid_statement() -> Any:
    """End the jobs that wait for what their persons no longer hold."""
    error = sentence_columns("error", sentence("share-gone"))
    values = _ended(state_name(JobState.DEAD), **error)
    lost = sa.and_(QUEUED, jobs.c.share.is_not(None), ~is_paid())
    return jobs.update().where(lost).values(values).returning(jobs.c.id, *_EVERYBODY)


def was_cancelled(job: Job) -> Any:
    """Whether this attempt is over because nobody wants the painting."""
    cancelled = state_in(jobs, JobState.CANCELLED)
    return sa.select(jobs.c.id).where(jobs.c.id == job.id, cancelled, jobs.c.attempt == job.attempt)


def bury_statement(job_id: str, reason: str) -> Any:
    """End a job that cannot be read."""
    values = _ended(state_name(JobState.DEAD), **sentence_columns("error", reason))
    statement = jobs.update().where(jobs.c.id == job_id, ACTIVE).values(values)
    return statement.returning(jobs.c.id, *_EVERYBODY)
