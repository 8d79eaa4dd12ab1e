"""Puts a backup in the place of the store, so that what was done after it does no harm.

Pictures may be newer than the backup. So every job that it has as queued or running goes on with
attempts that nobody has made yet: their blobs have other keys, and an engine that missed the change
is fenced off. Pictures that the backup does not know are left alone for a week.
"""

import os
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ganshare.blobs import PICTURES, Blobs
from ganshare.domain.queue_limits import QueueLimits
from ganshare.errors import ParameterError, StoreError, quoted
from ganshare.store.db.database import Database
from ganshare.store.maintenance.backup import copy_pages, environment, program
from ganshare.store.maintenance.migrate import MIGRATIONS, NEWEST, migrate, schema_version, too_new
from ganshare.store.queue.queue import Queue

__all__ = ["KEPT_DAYS", "Contents", "Plan", "make_plan", "restore"]

SKIPPED = 100  # attempts: more than a job is given between a backup and its use
KEPT_DAYS = 7.0

_ANEW = f"""
UPDATE jobs SET state = 'queued', lease_until = NULL, revision = revision + 1,
    max_attempts = max_attempts + {SKIPPED} + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
    attempt = attempt + {SKIPPED}
WHERE state IN ('queued', 'running')
"""  # noqa: S608  # of this file
# Tables that are newer than the backup must go, too, or their migrations would fail.
_TABLES = ["schema_version"] + [
    name for each in MIGRATIONS for name in re.findall(r"CREATE TABLE (\w+)", each.text)
]
_EMPTY = f"""
SET lock_timeout = '10s';
SET client_min_messages = warning;
DROP TABLE IF EXISTS {", ".join(_TABLES)} CASCADE;
DROP FUNCTION IF EXISTS ganshare_queued, refuse_change;
"""
_ROWS: Mapping[str, tuple[str, ...]] = {
    "schema_version": ("version",),
    "jobs": ("id", "state"),
    "artworks": ("id", "blob", "deleted"),
    "ledger_tokens": ("token",),
}

_Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds, as far as it matters here.

    Args:
        schema: version of its tables; 0 if there are none.
        jobs: state by id.
        paintings: blob key by id of the artwork, the deleted left out.
        tokens: in the ledger.
    """

    schema: int
    jobs: Mapping[str, str]
    paintings: Mapping[str, str]
    tokens: int

    @classmethod
    def read(cls, rows: Callable[[str], _Rows]) -> "Contents":
        """Read the tables that are named."""
        return cls(
            max((int(row["version"]) for row in rows("schema_version")), default=0),
            {row["id"]: row["state"] for row in rows("jobs")},
            {row["id"]: row["blob"] for row in rows("artworks") if row.get("deleted") is None},
            sum(1 for _ in rows("ledger_tokens")),
        )

    def __str__(self) -> str:
        if not self.schema:
            return "no tables"
        return (
            f"{len(self.jobs)} jobs, {len(self.paintings)} paintings, {self.tokens} tokens in the "
            f"ledger; tables of version {self.schema}"
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restore will do.

    Args:
        pictures: keys of the blobs that are there.
    """

    backup: Contents
    present: Contents
    pictures: frozenset[str]

    def lines(self) -> Iterator[str]:
        """Say it."""
        yield f"backup    {self.backup}"
        yield f"replaces  {self.present}"
        jobs = len(self.present.jobs.keys() - self.backup.jobs.keys())
        paintings = len(self.present.paintings.keys() - self.backup.paintings.keys())
        if jobs or paintings:
            yield f"lost      {jobs} jobs and {paintings} paintings that the backup does not know"
        active = sum(state in ("queued", "running") for state in self.backup.jobs.values())
        if active:
            yield (
                f"again     {active} jobs that were waiting or being painted are queued, with new "
                "attempts, even if they were painted since"
            )
        missing = [name for name, key in self.backup.paintings.items() if key not in self.pictures]
        if missing:
            names = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
            yield (
                f"missing   {len(missing)} paintings have no picture among the blobs (copy those "
                f"back, or delete the paintings): {names}"
            )
        if newer := self._newer():
            yield (
                f"newer     {newer} pictures are not in the backup; none is removed or overwritten "
                f"for {KEPT_DAYS:g} days"
            )
        if self.backup.tokens or self.present.tokens:
            yield "ledger    run `ganshare admin reconcile` before anything is minted or listed"
        yield "privacy   who asked to be forgotten since the backup must be forgotten again"

    def _newer(self) -> int:
        known = {key.rpartition(".")[0] for key in self.backup.paintings.values()}
        return sum(key.endswith(".png") and key[:-4] not in known for key in self.pictures)


async def make_plan(file: Path, database: Database, blobs: Blobs, limits: QueueLimits) -> Plan:
    """Find out what a restore would do; changes nothing.

    Raises:
        ParameterError: the file is no backup for this kind of database.
        SchemaError: it, or what is there, was made by a newer GANshare.
        StoreError: the database or a program is away, or engines are at work.
        BlobError: the blobs are away.
    """
    backup = _read_sqlite(file) if database.dialect == "sqlite" else _read_dump(file)
    present = await _read_present(database)
    if (newest := max(backup.schema, present.schema)) > NEWEST:
        raise too_new(newest)
    if present.schema == NEWEST and (alive := await Queue(database, limits).engines()):
        names = ", ".join(engine.id for engine in alive)
        raise StoreError(f"Engines are at work: {names}. End them first, and bots and pages.")
    keys = frozenset([found.key async for found in blobs.list(PICTURES)])
    return Plan(backup, present, keys)


async def restore(file: Path, database: Database) -> None:
    """Put a backup in the place of all that is there; if anything fails, that stays.

    The plan must have been made: it checks the file.

    Raises:
        StoreError: it cannot be written, or someone else uses the tables.
    """
    if database.dialect == "sqlite":
        await _restore_sqlite(file, database)
    else:
        _restore_dump(file, database)
        await migrate(database)
    queue = Queue(database, QueueLimits())
    for turn in ("pictures", "all pictures"):
        await queue.give_turn_back(turn)
        await queue.take_turn(turn, KEPT_DAYS * 86_400)


async def _read_present(database: Database) -> Contents:
    version = await schema_version(database)
    found: dict[str, _Rows] = {"schema_version": [{"version": version}]} if version else {}
    for table, columns in _ROWS.items():
        if version and table not in found:
            names: list[sa.ColumnClause[Any]] = [sa.column(name) for name in columns]
            rows = await database.rows(sa.select(*names).select_from(sa.table(table)))
            found[table] = [dict(row) for row in rows]
    return Contents.read(lambda table: found.get(table, ()))


# --- SQLite ---------------------------------------------------------------------------------------


def _read_sqlite(file: Path) -> Contents:
    try:
        with closing(_open_backup(file)) as connection:
            connection.row_factory = sqlite3.Row

            def rows(table: str) -> _Rows:
                there = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
                if connection.execute(there, (table,)).fetchone() is None:
                    return
                for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608  # of ours
                    yield dict(row)

            found = Contents.read(rows)
    except sqlite3.Error as error:
        raise _no_backup(file, "SQLite", str(error)) from error
    if not found.schema:
        raise _no_backup(file, "SQLite", "it has none of GANshare's tables")
    return found


def _open_backup(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


async def _restore_sqlite(file: Path, database: Database) -> None:
    """Renew a copy of the backup, and put its pages into the database's file at once."""
    target = Path(str(database.url.database))
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        copy = Path(folder, "store.db")
        with closing(_open_backup(file)) as source:
            copy_pages(source, copy, target)
        await migrate(Database(f"sqlite+aiosqlite:///{copy}"))
        try:
            with closing(sqlite3.connect(copy)) as renewed:
                renewed.execute(_ANEW)
                renewed.commit()
                with closing(sqlite3.connect(target)) as present:
                    renewed.backup(present)
        except sqlite3.Error as error:
            raise StoreError(f"Cannot write {target}: {error}.", given=target) from error


# --- PostgreSQL -----------------------------------------------------------------------------------


def _read_dump(file: Path) -> Contents:
    listed = subprocess.run(
        [program("pg_restore"), "--list", str(file)], capture_output=True, check=False, text=True
    )
    if listed.returncode:
        raise _no_backup(file, "PostgreSQL", listed.stderr.removeprefix("pg_restore: error: "))
    found = Contents.read(lambda table: _dumped(file, table))
    if not found.schema:
        raise _no_backup(file, "PostgreSQL", "it has none of GANshare's tables")
    return found


def _dumped(file: Path, table: str) -> Iterator[dict[str, str | None]]:
    """Rows of a table in a dump, which writes them as COPY does: divided by tabs."""
    command = [program("pg_restore"), "--data-only", f"--table={table}", "--file=-", str(file)]
    columns: list[str] | None = None
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        for line in process.stdout or ():
            if columns is None:
                if line.startswith("COPY "):
                    names = line.partition("(")[2].partition(")")[0]
                    columns = names.replace('"', "").split(", ")
            elif line == "\\.\n":
                columns = None
            else:
                values = line.removesuffix("\n").split("\t")
                pairs = zip(columns, values, strict=True)
                yield {name: None if value == r"\N" else value for name, value in pairs}


def _restore_dump(file: Path, database: Database) -> None:
    """Empty the database, fill it from the dump and queue jobs again, in one transaction."""
    read = [program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    with tempfile.NamedTemporaryFile(prefix="restore-", suffix=".sql") as script:
        script.write(_EMPTY.encode())
        script.flush()
        _run(read, file, stdout=script)
        script.seek(0, os.SEEK_END)
        script.write(f"\nRESET search_path;\n{_ANEW};\n".encode())
        script.flush()
        options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
        write = [program("psql"), *options, "--no-password", f"--file={script.name}"]
        _run(write, file, stdout=subprocess.DEVNULL, env=environment(database))


def _run(command: list[str], file: Path, **options: Any) -> None:
    done = subprocess.run(command, stderr=subprocess.PIPE, check=False, text=True, **options)
    if done.returncode:
        reason = " ".join(done.stderr.split())[:300].rstrip(".")
        raise StoreError(f"{file} is not restored: {reason}.", given=file)


def _no_backup(file: Path, kind: str, reason: str) -> ParameterError:
    reason = " ".join(reason.split()).rstrip(".")
    message = f"{quoted(str(file))} is not a backup of {kind}'s: {reason}."
    return ParameterError(message, given=file)
