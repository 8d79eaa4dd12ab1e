"""Migrations: numbered SQL files, each applied once and never changed.

One that only adds what older versions need not know (columns with a default, tables, indexes) has
"expand" in its name, NNNN_expand_WHAT.sql. From here on, an older GANshare goes on working with
tables that were renewed by such migrations only, so that machines can be upgraded one by one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.errors import SchemaError
from ganshare.monitoring.log import get_logger
from ganshare.store.community.search import fill_gallery
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import now
from ganshare.store.queue.capacity import create_count_function
from ganshare.store.queue.unread import keep_beats_light
from ganshare.store.votes.log import seal_log

__all__ = [
    "MIGRATIONS",
    "NEWEST",
    "Migration",
    "check_schema",
    "migrate",
    "schema_version",
    "too_new",
]

_PATIENCE_SECONDS = 120.0  # for SQLite's lock: others may be migrating
_LOCK = 0x67616E01  # PostgreSQL's advisory lock for migrating

_log = get_logger(__name__)

_versions = sa.Table(
    "schema_version",
    sa.MetaData(),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("applied", sa.Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `migrations/`, such as 0001_jobs.sql."""

    version: int
    name: str
    text: str

    @property
    def statements(self) -> Iterator[str]:
        """Its statements; each ends at a semicolon that ends its line, and none has a --."""
        lines = (line.partition("--")[0].rstrip() for line in self.text.splitlines())
        for statement in "\n".join(lines).split(";\n"):
            if statement.strip(" \n;"):
                yield statement.strip(" \n;")


def _read() -> tuple[Migration, ...]:
    files = sorted((Path(__file__).parent / "migrations").glob("[0-9]*.sql"))
    return tuple(
        Migration(int(file.stem.partition("_")[0]), file.stem, file.read_text("utf-8"))
        for file in files
    )


MIGRATIONS = _read()
NEWEST = MIGRATIONS[-1].version
# What SQL of both engines alone cannot do, in the same transaction.
_AFTERWARDS = {
    2: fill_gallery,
    3: seal_log,
    9: create_count_function,
    23: keep_beats_light,
}


async def migrate(database: Database) -> list[str]:
    """Apply what is missing, oldest first; gives the names of what was applied.

    Any number of processes may do it at once: each migration is one transaction under one lock.

    Raises:
        SchemaError: the tables are newer than this version.
    """
    patient = Database(
        database.url, patience=_PATIENCE_SECONDS, is_endless=True, may_make_file=True
    )
    applied = []
    try:
        while (name := await patient.atomically(_apply_next)) is not None:
            applied.append(name)
    finally:
        await patient.close()
    return applied


async def _apply_next(connection: AsyncConnection) -> str | None:
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    await connection.run_sync(_versions.create, checkfirst=True)
    newest = (await connection.execute(sa.select(sa.func.max(_versions.c.version)))).scalar() or 0
    if newest >= NEWEST:
        query = sa.select(_versions).where(_versions.c.version > NEWEST)
        _check_newer((await connection.execute(query)).mappings().all())
        return None
    migration = next(each for each in MIGRATIONS if each.version > newest)
    for statement in migration.statements:
        await connection.exec_driver_sql(statement)
    if migration.version in _AFTERWARDS:
        await _AFTERWARDS[migration.version](connection)
    await connection.execute(
        _versions.insert().values(version=migration.version, name=migration.name, applied=now())
    )
    return migration.name


async def schema_version(database: Database) -> int:
    """Tell which migration was the last; 0 for a database without our tables.

    Raises:
        StoreError: the database is away, and the like.
    """
    try:
        row = await database.row(sa.select(sa.func.max(_versions.c.version).label("version")))
    except SchemaError:
        return 0
    return row["version"] or 0 if row else 0


async def check_schema(database: Database) -> None:
    """Raise SchemaError unless the tables are those that this version works with."""
    version = await schema_version(database)
    if version > NEWEST:
        query = sa.select(_versions).where(_versions.c.version > NEWEST)
        _check_newer(await database.rows(query))
    if version < NEWEST:
        what = "older than this GANshare's" if version else "missing"
        raise SchemaError(
            f"The tables of the database {database} are {what}; `ganshare store migrate` puts "
            "that right.",
            given=version,
            allowed=NEWEST,
        )


def _check_newer(rows: Sequence[Row]) -> None:
    """Raise SchemaError if a migration that we don't know did more than to expand."""
    for row in rows:
        if not row["name"][4:].startswith("_expand_"):
            raise too_new(max(each["version"] for each in rows))
    if rows:
        _log.warning("the tables are newer, and usable; update GANshare", newest=rows[-1]["name"])


def too_new(version: int) -> SchemaError:
    """The error of a database that a newer GANshare has made."""
    return SchemaError(
        f"The database was made by a newer GANshare: its tables have version {version}, this one "
        f"knows versions up to {NEWEST}; update GANshare.",
        given=version,
        allowed=NEWEST,
    )
