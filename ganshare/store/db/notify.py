"""Notifications: hints that something changed, so that nobody needs to poll.

PostgreSQL has NOTIFY. SQLite has nothing like it; there, a counter in the file's header tells
whether another connection has committed, and asking for it every 20 ms costs some microseconds.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

import asyncpg

from ganshare.store.db.database import Database
from ganshare.store.db.errors import TROUBLE
from ganshare.store.db.postgres import CONNECT_SECONDS, PoolerFoundError, PostgresConnector

__all__ = ["Notifier", "open_notifier"]

_POLL_SECONDS = 0.02
_POOLED_SECONDS = 1.0
_RECONNECT_SECONDS = 0.5
_PROBE_SECONDS = 30.0  # after which a silent connection is asked whether it is still there
_REST_SECONDS = 5.0  # without anyone waiting, after which a connection is given up


class Notifier:
    """Counts notifications, and remembers for each task how many it has seen.

    A notification between two waits of a task is not lost: the second one returns at once.
    """

    def __init__(self) -> None:
        self._notifications = 0
        self._last_heard = 0
        self._heard: WeakKeyDictionary[asyncio.Task[object], int] = WeakKeyDictionary()

    async def wait(self, seconds: float) -> bool:
        """Wait for a notification; False if there was none."""
        task = asyncio.current_task()
        # A task that never waited, perhaps made by wait_for just now, goes on where others were.
        heard = self._last_heard if task is None else self._heard.get(task, self._last_heard)
        deadline = asyncio.get_running_loop().time() + seconds
        await self._listen(heard, deadline)
        notified = self._notifications != heard
        self._last_heard = self._notifications
        if task is not None:
            self._heard[task] = self._notifications
        return notified

    async def close(self) -> None:
        """Stop listening."""
        raise NotImplementedError

    async def _listen(self, heard: int, deadline: float) -> None:
        """Return when `_notifications` differs from `heard`, or at the deadline."""
        raise NotImplementedError


def open_notifier(database: Database, channels: Sequence[str]) -> Notifier:
    """Make the notifier of some channels; it connects at the first wait, and notifies then."""
    if database.connector is not None and database.connector.is_pooled:
        return _PollingNotifier()
    if database.dialect == "postgresql":
        return _PostgresNotifier(database, channels)
    return _SqliteNotifier(str(database.url.database))


class _PollingNotifier(Notifier):
    """Behind a pooler nobody hears a NOTIFY: now and then it says that there may be something."""

    async def _listen(self, heard: int, deadline: float) -> None:
        left = deadline - asyncio.get_running_loop().time()
        await asyncio.sleep(min(_POOLED_SECONDS, max(left, 0.0)))
        if left > _POOLED_SECONDS:
            self._notifications += 1

    async def close(self) -> None:
        """Nothing is open."""


class _SqliteNotifier(Notifier):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._uri = f"{Path(path).absolute().as_uri()}?mode=rw"  # never makes the file
        self._connection: sqlite3.Connection | None = None
        self._version = -1

    async def _listen(self, heard: int, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._look()
            left = deadline - loop.time()
            if self._notifications != heard or left <= 0:
                return
            await asyncio.sleep(min(_POLL_SECONDS, left))

    def _look(self) -> None:
        try:
            if self._connection is None:
                # Never wait for a lock: that would hold up the event loop.
                self._connection = sqlite3.connect(self._uri, uri=True, timeout=0)
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            return  # locked or away for now
        if version != self._version:
            self._version = version
            self._notifications += 1

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _PostgresNotifier(Notifier):
    """Listens only while a task waits: every NOTIFY wakes all listeners of the server."""

    def __init__(self, database: Database, channels: Sequence[str]) -> None:
        super().__init__()
        self._connector = PostgresConnector(database.url, CONNECT_SECONDS)
        self._channels = channels
        self._connection: asyncpg.Connection | None = None
        self._next = asyncio.Event()
        self._connecting = asyncio.Lock()
        self._waiting = 0
        self._rest: asyncio.TimerHandle | None = None

    async def _listen(self, heard: int, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        self._waiting += 1
        try:
            while self._notifications == heard and (left := deadline - loop.time()) > 0:
                connection = await self._connection_or_none()
                if connection is None:
                    await asyncio.sleep(min(_RECONNECT_SECONDS, left))
                elif self._notifications == heard:
                    await self._hear(connection, left)
        finally:
            self._waiting -= 1
            self._wake_up()
            self._rest = loop.call_later(_REST_SECONDS, self._lie_down)

    def _wake_up(self) -> None:
        if self._rest is not None:
            self._rest.cancel()

    def _lie_down(self) -> None:
        if not self._waiting and self._connection is not None:
            connection, self._connection = self._connection, None
            connection.terminate()

    async def _hear(self, connection: asyncpg.Connection, left: float) -> None:
        following = self._next
        try:
            async with asyncio.timeout(min(left, _PROBE_SECONDS)):
                await following.wait()
        except TimeoutError:
            if left > _PROBE_SECONDS:
                await self._probe(connection)

    async def _connection_or_none(self) -> asyncpg.Connection | None:
        async with self._connecting:
            if self._connection is None:
                try:
                    self._connection = await self._connect()
                except (PoolerFoundError, *TROUBLE):
                    return None
                self._on_notification()  # earlier notifications are lost
            return self._connection

    async def _connect(self) -> asyncpg.Connection:
        connection = await self._connector.connect()
        try:
            for channel in self._channels:
                await connection.add_listener(channel, self._on_notification)
        except BaseException:
            connection.terminate()
            raise
        connection.add_termination_listener(self._on_lost)
        return connection

    async def _probe(self, connection: asyncpg.Connection) -> None:
        try:
            await connection.execute("SELECT 1")
        except TROUBLE:
            connection.terminate()

    def _on_notification(self, *_: object) -> None:
        self._notifications += 1
        following, self._next = self._next, asyncio.Event()
        following.set()

    def _on_lost(self, connection: asyncpg.Connection) -> None:
        if self._connection is connection:
            self._connection = None
            self._on_notification()

    async def close(self) -> None:
        self._wake_up()
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*TROUBLE):
                await connection.close(timeout=2.0)
