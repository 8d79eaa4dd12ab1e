"""Records every change of every job with triggers in the database.

A record is part of the transaction that changes the job, so that what was rolled back left none;
and a change that depends on another one has the greater number.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from ganshare.domain.jobs import JobState

__all__ = ["Line", "install", "most_at_once", "read"]

Line = sa.RowMapping

history = sa.Table(
    "chaos_history",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("worker", sa.Text),
    sa.Column("slot", sa.Integer),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
)

_INSERT = (
    "INSERT INTO chaos_history (job, person, state, attempt, worker, slot, revision, seen) VALUES "
    "(NEW.id, NEW.person, NEW.state, NEW.attempt, NEW.worker, NEW.slot, NEW.revision, NEW.seen)"
)
_TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER chaos_{event} AFTER {event} ON jobs BEGIN {_INSERT}; END"
        for event in ("INSERT", "UPDATE")
    ],
    "postgresql": [
        "CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {_INSERT}; RETURN NULL; END $$",
        "CREATE TRIGGER chaos_changes AFTER INSERT OR UPDATE ON jobs "
        "FOR EACH ROW EXECUTE FUNCTION chaos_note()",
    ],
}


async def install(url: str) -> None:
    """Make table and triggers in a database that has our tables already."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(history.create)
            for statement in _TRIGGERS[engine.dialect.name]:
                await connection.exec_driver_sql(statement)
    finally:
        await engine.dispose()


async def read(url: str) -> list[Line]:
    """All lines, in the order of what they tell."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            lines = await connection.execute(sa.select(history).order_by(history.c.number))
            return list(lines.mappings())
    finally:
        await engine.dispose()


def most_at_once(lines: Iterable[Line], *states: JobState) -> dict[str, int]:
    """By person, how many of their jobs were in one of these states at the same time, at most."""
    present: dict[str, set[str]] = {}
    most: dict[str, int] = {}
    for line in lines:
        jobs = present.setdefault(line["person"], set())
        (jobs.add if line["state"] in states else jobs.discard)(line["job"])
        most[line["person"]] = max(most.get(line["person"], 0), len(jobs))
    return most
