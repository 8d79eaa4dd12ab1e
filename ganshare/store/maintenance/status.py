"""The status of the store for its operator: schema, size, counts."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ganshare.domain.engines import EngineReport
from ganshare.domain.jobs import JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store.db.database import Database
from ganshare.store.maintenance.migrate import NEWEST, schema_version
from ganshare.store.queue.read import QueueReader

__all__ = ["Status", "read_status"]


@dataclass(frozen=True, slots=True)
class Status:
    """A look at the store.

    Args:
        database: its URL, password masked.
        size: in bytes, history and indexes included.
        schema: version of the tables; 0 if there are none.
        newest_schema: that this GANshare works with; unless both are equal, nothing more is read.
        jobs: how many are in each state.
        engines: those that are alive.
        now: the database's clock; 0.0 if the tables are of no use.
    """

    database: str
    size: int
    schema: int
    newest_schema: int
    jobs: dict[JobState, int]
    engines: list[EngineReport]
    now: float

    @property
    def is_usable(self) -> bool:
        """Whether this GANshare can work with the tables."""
        return self.schema == self.newest_schema

    def to_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self)


async def read_status(database: Database, limits: QueueLimits) -> Status:
    """Look at a store, whether its tables are there or not; raises StoreError if it is away."""
    schema = await schema_version(database)
    reader = QueueReader(database, limits)
    usable = schema == NEWEST
    return Status(
        database=str(database),
        size=await _size(database),
        schema=schema,
        newest_schema=NEWEST,
        jobs=await reader.counts() if usable else {},
        engines=await reader.engines() if usable else [],
        now=await database.now() if usable else 0.0,
    )


async def _size(database: Database) -> int:
    if database.dialect == "postgresql":
        size = sa.func.pg_database_size(sa.func.current_database()).label("size")
        row = await database.row(sa.select(size))
        return int(row["size"]) if row else 0
    path = Path(str(database.url.database))
    files = (path.with_name(path.name + ending) for ending in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
