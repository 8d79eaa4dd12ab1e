"""Retention: removes old previews, and old jobs that were cancelled or given up.

A painted job stays, as its artwork does: repeating it, its votes and its place lead back to it.
"""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.community import FORGOTTEN
from ganshare.domain.jobs import JobState
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import ago
from ganshare.store.db.tables_community import posts
from ganshare.store.db.tables_ledger import consents
from ganshare.store.db.tables_queue import frames, jobs, state_in
from ganshare.store.queue.fairness import model_clock
from ganshare.store.queue.values import Pruned

__all__ = ["prune"]

_AT_ONCE = 1000  # rows of one transaction, so that nobody waits long for it


# Where messages of persons stood who were forgotten, once they show nothing any more. Their names
# go on with hexadecimal digits, so that an index has them between these two in any collation.
_FORGOTTEN_POSTS = posts.delete().where(
    posts.c.job.in_(
        sa.select(jobs.c.id).where(
            jobs.c.person.between(FORGOTTEN, f"{FORGOTTEN}g"), jobs.c.seen >= jobs.c.revision
        )
    )
)


async def prune(database: Database, seconds: float) -> Pruned:
    """Remove frames and jobs older than that: see `Queue.prune`."""
    await database.write(_FORGOTTEN_POSTS)
    return Pruned(await _prune_frames(database, seconds), await _prune_jobs(database, seconds))


async def _prune_frames(database: Database, seconds: float) -> int:
    """Frames by their job, whose id begins with its milliseconds: the oldest stand first."""
    row = await database.row(sa.select(ago(seconds).label("then")))
    then = float(row["then"]) if row else 0.0
    key = sa.tuple_(*frames.primary_key.columns)
    old = (
        sa.select(*frames.primary_key.columns)
        .where(frames.c.job < f"{max(0, int(then * 1000)):012x}", frames.c.created < then)
        .order_by(*frames.primary_key.columns)
        .limit(_AT_ONCE)
    )
    removed = 0
    while found := await database.rows(frames.delete().where(key.in_(old)).returning(frames.c.job)):
        removed += len(found)
    return removed


async def _prune_jobs(database: Database, seconds: float) -> int:
    old = sa.select(jobs.c.id).where(*_in_vain(seconds)).limit(_AT_ONCE)

    async def remove(connection: AsyncConnection) -> int:
        found = await connection.execute(old.with_for_update(skip_locked=True))
        ids = found.scalars().all()
        for column in (frames.c.job, posts.c.job, consents.c.job, jobs.c.id):
            await connection.execute(sa.delete(column.table).where(column.in_(ids)))
        return len(ids)

    removed = 0
    while count := await database.atomically(remove):
        removed += count
    return removed


def _in_vain(seconds: float) -> list[sa.ColumnElement[bool]]:
    """Jobs cancelled or given up long ago, but for those where a clock of the fair order stands."""
    return [
        state_in(jobs, JobState.CANCELLED, JobState.DEAD),
        jobs.c.finished < ago(seconds),
        sa.or_(jobs.c.virtual_time.is_(None), jobs.c.virtual_time < model_clock()),
    ]
