"""Translates errors of databases and drivers into `StoreError`, in one sentence."""

import os
import sqlite3
from collections.abc import Iterator

import asyncpg
import sqlalchemy as sa

from ganshare.errors import SchemaError, StoreError

__all__ = ["TROUBLE", "is_conflict", "is_demoted", "is_lost_connection", "translate_error"]

# Whatever a statement can fail with that is not a mistake in our own code.
TROUBLE = (sa.exc.SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

_SQLITE = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_BUSY: "another process has kept it locked for too long",
    sqlite3.SQLITE_LOCKED: "another process has kept it locked for too long",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened; its folder must be there and writable",
    sqlite3.SQLITE_IOERR: "its disk fails",
    sqlite3.SQLITE_CORRUPT: "its file is damaged; restore a backup",
    sqlite3.SQLITE_NOTADB: "its file is not an SQLite database",
}
_POSTGRES = {
    "25006": "it is read-only",
    "28": "it refuses our name or password",
    "3D000": "the server has no database of that name",
    "42501": "our role may not use its tables",
    "53100": "the disk is full",
    "53300": "it has no connection left for us",
    "55P03": "another process has kept it locked for too long",
    "57014": "it takes too long to answer",
    "57P": "it is starting or stopping",
}
_NO_TABLE = "42P01", "42703"  # a missing column is as bad


def translate_error(error: BaseException, where: str) -> StoreError:
    """Build the error that says what is the matter with the database; the caller raises it.

    Args:
        error: one of `TROUBLE`.
        where: the database's URL, password masked.
    """
    if _lacks_tables(error):
        return SchemaError(
            f"The database {where} lacks GANshare's tables; `ganshare store migrate` makes them.",
            given=where,
        )
    return StoreError(f"The database {where} cannot be used now: {_reason(error)}.", given=where)


def is_lost_connection(error: BaseException) -> bool:
    """Tell whether a connection turned out dead, or its prepared statements did."""
    if any(isinstance(each, asyncpg.InvalidCachedStatementError) for each in _chain(error)):
        return True
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


def is_demoted(error: BaseException) -> bool:
    """Whether the server refuses to write, as one does that another has taken over from."""
    return any(_sqlstate(each) == "25006" for each in _chain(error))


def is_conflict(error: BaseException) -> bool:
    """Whether another process took a number, a slot or a key first, or a deadlock was broken."""
    if any(isinstance(each, asyncpg.DeadlockDetectedError) for each in _chain(error)):
        return True
    return isinstance(error, sa.exc.IntegrityError)


def _reason(error: BaseException) -> str:
    for each in _chain(error):
        code = getattr(each, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _SQLITE:
            return _SQLITE[code & 0xFF]
        state = _sqlstate(each)
        for length in (5, 3, 2):
            if state and state[:length] in _POSTGRES:
                return _POSTGRES[state[:length]]
        if isinstance(each, TimeoutError):
            return "it does not answer"
        if isinstance(each, OSError):
            return f"no connection ({os.strerror(each.errno) if each.errno else each})"
    if isinstance(error, sa.exc.TimeoutError):
        return "all of this process' connections are busy"
    last = list(_chain(error))[-1]
    return " ".join(str(last).split())[:200].rstrip(".") or type(last).__name__


def _lacks_tables(error: BaseException) -> bool:
    return any(
        _sqlstate(each) in _NO_TABLE
        or (isinstance(each, sqlite3.OperationalError) and str(each).startswith("no such "))
        for each in _chain(error)
    )


def _sqlstate(error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, SQLAlchemy's and the driver's wrappers opened."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = getattr(each, "orig", None) or each.__cause__ or each.__context__
