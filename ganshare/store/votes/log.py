"""The vote log: every vote, list, hold and decision, append-only.

The tables of votes are what follows from it, and `ganshare.store.votes.audit` shows that they do.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.votes import LogEntry, LogKind
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, now
from ganshare.store.db.rows_queue import as_text, to_value
from ganshare.store.db.tables_community import storable
from ganshare.store.db.tables_votes import vote_log

__all__ = ["VoteLog", "append", "seal_log", "unsealed"]

_REFUSAL = "the log of votes is only ever added to"
_SEALS = {
    "sqlite": [
        f"CREATE TRIGGER vote_log_{verb} BEFORE {verb} ON vote_log "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "ALTER TABLE vote_log ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY",
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER vote_log_sealed BEFORE UPDATE OR DELETE ON vote_log "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    ],
}


async def seal_log(connection: AsyncConnection) -> None:
    """Have the database number the log, and refuse every change and deletion in it."""
    for statement in _SEALS[connection.dialect.name]:
        await connection.exec_driver_sql(statement)


@asynccontextmanager
async def unsealed(connection: AsyncConnection) -> AsyncIterator[None]:
    """Let accounts of the log be renamed within a transaction, as when a person is forgotten."""
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            await connection.exec_driver_sql(f"DROP TRIGGER vote_log_{verb}")
        yield
        await seal_log(connection)
        return
    await connection.exec_driver_sql("ALTER TABLE vote_log DISABLE TRIGGER vote_log_sealed")
    yield
    await connection.exec_driver_sql("ALTER TABLE vote_log ENABLE TRIGGER vote_log_sealed")


async def append(
    connection: AsyncConnection,
    kind: LogKind,
    *,
    artwork: str = "",
    account: str = "",
    via: str = "",
    at: float | None = None,
    by: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> int | None:
    """Add an entry and give its number; None if there is one with this key already.

    Args:
        at: the platform's time; the database's if left out.
    """
    row = {
        "kind": kind.value,
        "artwork": artwork,
        "account": account,
        "via": via,
        "at": now() if at is None else at,
        "done_by": by,
        "reason": storable(reason),
        "data": as_text(dict(data or {})),
        "key": key,
        "created": now(),
    }
    statement = insert(connection.dialect.name, vote_log).values(row)
    once = statement.on_conflict_do_nothing(index_elements=["key"]).returning(vote_log.c.number)
    found = (await connection.execute(once)).scalar()
    return None if found is None else int(found)


class VoteLog:
    """Reads the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(
        self,
        after: int | None = None,
        limit: int = 1_000,
        *,
        artwork: str | None = None,
        kinds: Iterable[LogKind] = (),
        newest: bool = False,
    ) -> list[LogEntry]:
        """Read the log in the order of writing.

        Args:
            after: number of the last entry that was read.
            artwork: its entries only.
            kinds: entries of these only; all if left out.
            newest: the last ones first.
        """
        order = vote_log.c.number.desc() if newest else vote_log.c.number
        found = sa.select(vote_log).order_by(order).limit(limit)
        if after is not None:
            found = found.where(vote_log.c.number < after if newest else vote_log.c.number > after)
        if artwork is not None:
            found = found.where(vote_log.c.artwork == artwork)
        if wanted := [kind.value for kind in kinds]:
            found = found.where(vote_log.c.kind.in_(wanted))
        return [_entry(row) for row in await self._database.rows(found)]


def _entry(row: Row) -> LogEntry:
    kind, data = LogKind(row["kind"]), json.loads(row["data"])
    return to_value(LogEntry, row, kind=kind, data=data, by=row["done_by"])
