"""`Database`: connections, statements and short transactions, on SQLite and PostgreSQL alike.

Errors are translated here. A connection that turns out dead, as after a restart of the server, is
replaced and its statement repeated once; the database must be away for longer to be noticed.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from ganshare.errors import ParameterError, SchemaError, StoreError, quoted
from ganshare.store.db.dialect import now
from ganshare.store.db.errors import (
    TROUBLE,
    is_conflict,
    is_demoted,
    is_lost_connection,
    translate_error,
)
from ganshare.store.db.postgres import PoolerFoundError, PostgresConnector
from ganshare.store.db.tables_queue import engines

__all__ = ["Conflict", "Database", "Row"]

Row = sa.RowMapping
T = TypeVar("T")

# No overflow: those connections would be closed after each statement, and opened for the next.
CONNECTIONS = 8
_POOL = {"pool_size": CONNECTIONS, "max_overflow": 0, "pool_timeout": 10.0}
PATIENCE_SECONDS = 10.0


class Conflict(StoreError):  # noqa: N818  # never leaves the store
    """Another process was first; read again."""


class Database:
    """A database behind a URL of SQLAlchemy's.

    Args:
        patience: seconds to wait for a lock of SQLite's, or for an answer of PostgreSQL's.
        is_endless: whether a statement of PostgreSQL's may take as long as it needs.
        connections: at most so many to PostgreSQL.
        may_make_file: else a mistyped path must not become an empty database.
        durable: what was committed survives the loss of power, too, at the price of a wait for the
            disk; PostgreSQL does so anyway.

    Raises:
        ParameterError: it is neither an SQLite file nor PostgreSQL.
    """

    def __init__(
        self,
        url: str | sa.URL,
        *,
        patience: float | None = None,
        is_endless: bool = False,
        connections: int = CONNECTIONS,
        may_make_file: bool = False,
        durable: bool = False,
    ) -> None:
        self.url = _parse(url)
        self.dialect = self.url.get_backend_name()
        self._may_make_file = may_make_file
        patience = PATIENCE_SECONDS if patience is None else patience
        self.connector: PostgresConnector | None = None
        pool, engine_url = {**_POOL}, self.url
        connect_args: dict[str, Any] = {"timeout": patience, "async_creator_fn": _connect_sqlite}
        if self.dialect == "postgresql":
            self.connector = PostgresConnector(self.url, None if is_endless else patience)
            pool["pool_size"], engine_url = connections, self.url.set(query={})
            connect_args = {
                "async_creator_fn": self.connector.connect,
                "prepared_statement_name_func": self._statement_name,
            }
        self._single = create_async_engine(
            engine_url, isolation_level="AUTOCOMMIT", connect_args=connect_args, **pool
        )
        if self.connector is not None:
            sa.event.listen(self._single.sync_engine, "do_connect", self._cache_statements)
        level = "SERIALIZABLE" if self.dialect == "sqlite" else "READ COMMITTED"
        self._several = self._single.execution_options(isolation_level=level)
        self._under_way: set[asyncio.Task[Any]] = set()
        self._is_closed = False
        if self.dialect == "sqlite":
            sa.event.listen(self._single.sync_engine, "do_connect", self._check_file)
            prepare = _prepare_durable if durable else _prepare_sqlite
            sa.event.listen(self._single.sync_engine, "connect", prepare)
            sa.event.listen(self._several.sync_engine, "begin", _begin_immediate)

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    async def rows(
        self, statement: sa.Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[Row]:
        """Run one statement in a transaction of its own and give the rows it returns."""

        async def run() -> Sequence[Row]:
            async with self._connect() as connection:
                return (await connection.execute(statement, values)).mappings().all()

        return await self._guard(run)

    async def row(
        self, statement: sa.Executable, values: Mapping[str, Any] | None = None
    ) -> Row | None:
        """Run one statement as `rows` does, and give the first row or None."""
        found = await self.rows(statement, values)
        return found[0] if found else None

    async def write(self, statement: sa.Executable) -> None:
        """Run one statement that returns no rows."""

        async def run() -> None:
            async with self._connect() as connection:
                await connection.execute(statement)

        await self._guard(run)

    async def write_each(
        self, statement: sa.Executable, values: Sequence[Mapping[str, Any]]
    ) -> None:
        """Run one statement for each set of values, in one transaction and one round trip."""
        # PostgreSQL's driver sends all of them at once; SQLite would commit after each.
        is_single = self.dialect == "postgresql" and not self._is_pooled
        engine = self._single if is_single else self._several

        async def run() -> None:
            async with engine.begin() as connection:
                await connection.execute(statement, values)

        await self._guard(run)

    async def atomically(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run some statements in one transaction; `work` may be run again from its start."""

        async def run() -> T:
            async with self._several.begin() as connection:
                return await work(connection)

        return await self._guard(run)

    async def check_writable(self) -> None:
        """Raise StoreError unless the database takes writes; changes nothing."""
        await self.write(engines.delete().where(engines.c.id == ""))

    async def now(self) -> float:
        """The database's clock: seconds since 1970."""
        row = await self.row(sa.select(now().label("now")))
        return float(row["now"]) if row else 0.0

    async def close(self) -> None:
        """Close all connections once running statements end; later calls are refused.

        A connection that is in use then, or opened afterwards, nobody would close.
        """
        self._is_closed = True
        while self._under_way:
            await asyncio.wait(self._under_way)
        await self._single.dispose()

    @property
    def _is_pooled(self) -> bool:
        return self.connector is not None and self.connector.is_pooled

    def _statement_name(self) -> str | None:
        """The driver's choice; behind a pooler, where none outlasts its transaction, none."""
        return "" if self._is_pooled else None

    def _cache_statements(self, _dialect: Any, _record: Any, _: Any, options: Any) -> None:
        options["prepared_statement_cache_size"] = 0 if self._is_pooled else 100

    def _connect(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for one statement, which commits itself unless a pooler would part it."""
        return self._several.begin() if self._is_pooled else self._single.connect()

    async def _guard(self, run: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run to completion even if the caller is cancelled.

        A statement that is cut off costs its connection, and SQLite's driver may then wait for
        ever for the end of its thread.
        """
        if self._is_closed:
            raise StoreError(f"The database {self} is closed.")
        task = asyncio.create_task(self._translate_errors(run))
        self._under_way.add(task)
        task.add_done_callback(self._end)
        return await asyncio.shield(task)

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # seen, whether or not anyone still waits for it

    async def _translate_errors(self, run: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            try:
                return await run()
            except PoolerFoundError:
                pass
            except sa.exc.DBAPIError as error:
                if is_demoted(error):  # so may be every other connection
                    await self._single.dispose()
                elif not is_lost_connection(error):
                    raise
            return await run()
        except TROUBLE as error:
            if is_conflict(error):
                raise Conflict("Someone else was first.") from error
            raise translate_error(error, str(self)) from error

    def _check_file(self, *_: object) -> None:
        if not self._may_make_file and not Path(str(self.url.database)).exists():
            raise SchemaError(
                f"There is no database {self} yet; `ganshare store migrate` makes it.",
                given=str(self),
            )


def _parse(url: str | sa.URL) -> sa.URL:
    allowed = ("sqlite+aiosqlite:///FILE", "postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE")
    # The URL itself is not shown: it may hold a password.
    wrong = f"the database URL must be {allowed[0]} or {allowed[1]}"
    try:
        parsed = sa.engine.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ParameterError(f"This is not a URL; {wrong}.", allowed=allowed) from error
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        given = quoted(parsed.drivername)
        raise ParameterError(f"{given} is not a store; {wrong}.", given=given, allowed=allowed)
    if parsed.drivername.startswith("sqlite") and parsed.database in (None, "", ":memory:"):
        raise ParameterError(
            f"A store in memory cannot be shared; {wrong}.", given=parsed.database, allowed=allowed
        )
    return parsed


async def _connect_sqlite(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """Connect; where that fails, wait for the driver's thread, which else may outlive the loop."""
    connection = aiosqlite.connect(*arguments, **options)
    connection._thread.daemon = True  # as SQLAlchemy does
    try:
        await connection
    except BaseException:
        connection._thread.join(1.0)
        raise
    try:
        await _log_ahead(connection, options["timeout"])
    except BaseException:
        await connection.close()
        raise
    return connection


async def _log_ahead(connection: aiosqlite.Connection, patience: float) -> None:
    """Have the file write ahead; where others do so at once, SQLite refuses instead of waiting."""
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            async with connection.execute("PRAGMA journal_mode=WAL") as answer:
                await answer.fetchall()
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.01)
        else:
            return


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_durable(connection: Any, record: object) -> None:
    _prepare_sqlite(connection, record)
    connection.execute("PRAGMA synchronous=FULL").close()


def _begin_immediate(connection: sa.Connection) -> None:
    """Take the write lock at once: a later upgrade fails after a write by another process."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
