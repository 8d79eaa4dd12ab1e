"""Copies a live database into a file that appears whole or not at all."""

import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ganshare.errors import ParameterError, StoreError, quoted
from ganshare.store.db.database import Database
from ganshare.store.db.errors import translate_error

__all__ = ["SUFFIXES", "backup", "copy_pages", "environment", "program"]

SUFFIXES = {"sqlite": ".db", "postgresql": ".dump"}


def backup(database: Database, to: Path) -> None:
    """Copy a database as it is at one moment, while others go on using it.

    SQLite gives a database file, to be put in the place of the old one; PostgreSQL a dump in
    pg_dump's custom format, for pg_restore.

    Raises:
        ParameterError: `to` is a folder or the database itself.
        StoreError: the database cannot be read, the file cannot be written, or pg_dump is missing.
    """
    if to.is_dir():
        raise ParameterError(f"{quoted(str(to))} is a folder; a file name is needed.", given=to)
    copy = _copy_sqlite if database.dialect == "sqlite" else _dump_postgres
    with _whole(to) as unfinished:
        copy(database, unfinished, to)


@contextmanager
def _whole(to: Path) -> Iterator[Path]:
    """Give a temporary file beside `to` that takes its place at the end."""
    unfinished = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
    try:
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(to)
    except OSError as error:
        raise StoreError(f"Cannot write {to}: {error.strerror or error}.", given=to) from error
    finally:
        for leftover in ("", "-journal", "-wal", "-shm"):
            unfinished.with_name(unfinished.name + leftover).unlink(missing_ok=True)


def _copy_sqlite(database: Database, unfinished: Path, to: Path) -> None:
    original = Path(str(database.url.database)).absolute()
    if to.exists() and original.exists() and to.samefile(original):
        raise ParameterError(f"{quoted(str(to))} is the database itself.", given=to)
    try:
        source = sqlite3.connect(f"{original.as_uri()}?mode=ro", uri=True)
        with closing(source):
            source.execute("PRAGMA schema_version")  # so that a missing file is found out here
            copy_pages(source, unfinished, to)
    except sqlite3.Error as error:
        raise translate_error(error, str(database)) from error


def copy_pages(source: sqlite3.Connection, unfinished: Path, to: Path) -> None:
    """Copy a database of SQLite's into a new file; raises StoreError, which speaks of `to`."""
    unfinished.touch()  # an OSError says more than SQLite's "unable to open"
    with closing(sqlite3.connect(unfinished)) as copy:
        try:
            source.backup(copy)
        except sqlite3.Error as error:
            raise StoreError(f"Cannot write {to}: {error}.", given=to) from error
        damage = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        raise StoreError(f"The database is damaged, and so would be its copy: {damage}.")


def _dump_postgres(database: Database, unfinished: Path, to: Path) -> None:
    arguments = [program("pg_dump"), "--format=custom", "--no-password", f"--file={unfinished}"]
    done = subprocess.run(
        arguments, env=environment(database), capture_output=True, check=False, text=True
    )
    if done.returncode:
        reason = " ".join(done.stderr.split()).removeprefix("pg_dump: error: ").rstrip(".?")
        raise StoreError(f"pg_dump cannot write {to}: {reason[:300]}.", given=to)


def program(name: str) -> str:
    """The path of one of PostgreSQL's client programs; raises StoreError if it is missing."""
    found = shutil.which(name)
    if found is None:
        raise StoreError(
            f"This needs the program {name}, which is not installed; it comes with PostgreSQL's "
            "client programs."
        )
    return found


def environment(database: Database) -> dict[str, str]:
    """What PostgreSQL's client programs need to reach a database, beside what we have."""
    if database.connector is None:
        return dict(os.environ)
    return {**os.environ, **database.connector.environment()}
