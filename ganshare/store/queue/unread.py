"""Which jobs their bots have something new to tell of, found without a cost to each beat.

PostgreSQL keeps an update within its page, and leaves all indexes alone, if it changes no column
that stands in one (HOT). Beats change `revision` and `lease_until`, several times a minute for each
job that is painted; so no index there may have them. The index of `settled` finds what may be
unread instead: all jobs but those that are over and were told of to the end.
"""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.store.db.tables_queue import ACTIVE, jobs

__all__ = ["is_settled", "is_unread", "keep_beats_light"]

_ROOM = 80  # percent of a page that inserts fill, so that a beat finds place in it

_LIGHT = f"""
UPDATE jobs SET settled = FALSE WHERE finished IS NULL OR revision > seen;
ALTER TABLE jobs ALTER COLUMN settled SET DEFAULT FALSE;
CREATE INDEX jobs_unsettled ON jobs (origin, id) WHERE NOT settled;
DROP INDEX jobs_unread;
DROP INDEX jobs_leases;
ALTER TABLE jobs SET (fillfactor = {_ROOM});
"""  # noqa: S608  # of this file


async def keep_beats_light(connection: AsyncConnection) -> None:
    """Change the indexes, where the database is PostgreSQL; SQLite writes whole pages anyway."""
    if connection.dialect.name == "postgresql":
        for statement in _LIGHT.strip().split("\n"):
            await connection.exec_driver_sql(statement)


def is_unread(dialect: str) -> sa.ColumnElement[bool]:
    """A condition that one of the indexes serves."""
    news = jobs.c.revision > jobs.c.seen
    return sa.and_(~jobs.c.settled, news) if dialect == "postgresql" else news


def is_settled(seen: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether nothing is left to be told of a job once this revision was seen."""
    return sa.and_(~ACTIVE, jobs.c.revision <= seen)
