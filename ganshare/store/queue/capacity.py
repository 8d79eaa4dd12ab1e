"""Counts queued jobs exactly near the cap, where PostgreSQL admits several at once.

Statements that run at once don't count each other's rows, so that the queue would get longer than
its cap. Near the cap they therefore pass one by one: a function counts under a lock, and, being a
function, with a look of its own at what was committed meanwhile. Far below the cap, and at a full
queue, nobody waits for anyone; and it stays one statement, one way to the database and back.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["create_count_function", "has_room"]

_LOCK = 0x67616E03  # PostgreSQL's advisory lock for admissions near the cap
_NEAR = 250  # more submits than are ever under way at once: each has a connection

_FUNCTION = f"""
CREATE FUNCTION ganshare_queued() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({_LOCK});
    RETURN (SELECT count(*) FROM jobs WHERE state = 'queued');
END $$
"""  # noqa: S608  # of this file


async def create_count_function(connection: AsyncConnection) -> None:
    """Make the function, where the database is PostgreSQL."""
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(_FUNCTION)


class has_room(FunctionElement[bool]):  # noqa: N801  # reads as the SQL function that it is
    """Whether the first number, of jobs queued, is below the second, also in a moment."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(has_room, "sqlite")
def _(element: Any, compiler: Any, **options: Any) -> str:
    queued, room = (compiler.process(each, **options) for each in element.clauses)
    return f"{queued} < {room}"


@compiles(has_room, "postgresql")
def _(element: Any, compiler: Any, **options: Any) -> str:
    queued, room = (compiler.process(each, **options) for each in element.clauses)
    # A CASE, since AND and OR may be evaluated in any order.
    return (
        f"CASE WHEN {queued} >= {room} THEN false WHEN {queued} < {room} - {_NEAR} THEN true "
        f"ELSE ganshare_queued() < {room} END"
    )
