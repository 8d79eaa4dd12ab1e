"""The ledger's lock: a lease in the database with a growing fence, one process at a time.

A process that was killed is found dead by the next one on the same machine; else its lease runs
out. One that slept through the end of its lease can write nothing any more: every write asks for
the fence first.
"""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.errors import StoreError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store.sql import Conflict, Database, locks, now

__all__ = ["LedgerBusy", "Lock", "check_fence"]

NAME = "spending"

_log = get_logger(__name__)


class LedgerBusy(WorldError):  # noqa: N818  # says what is the case
    """Another admin process is at work, or this one's turn is over."""


@dataclass(frozen=True, slots=True)
class _Holder:
    """A process: where it runs (machine and namespace of process ids), its id, a random word."""

    host: str
    pid: int
    word: str

    @classmethod
    def this(cls) -> "_Holder":
        return cls(_host(), os.getpid(), secrets.token_hex(4))

    @classmethod
    def parse(cls, text: str) -> "_Holder":
        host, pid, word = text.rsplit(" ", 2)
        return cls(host, int(pid), word)

    def __str__(self) -> str:
        return f"{self.host} {self.pid} {self.word}"

    @property
    def is_dead(self) -> bool:
        """Whether it ran here and runs no more; False where that cannot be known."""
        if self.host != _host():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


def _host() -> str:
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        # Elsewhere, process ids say nothing for certain: this name is never met again.
        namespace = secrets.token_hex(8)
    return f"{socket.gethostname()} {namespace}"


class Lock:
    """The right to write.

    Args:
        seconds: that a silent holder keeps it.
    """

    def __init__(self, database: Database, seconds: float = 30.0) -> None:
        self._database = database
        self._seconds = seconds
        self.fence: int | None = None

    @asynccontextmanager
    async def held(self, *, take_over: bool = False) -> AsyncIterator[None]:
        """Hold it, renewing the lease meanwhile.

        Args:
            take_over: even if another process has it, which stops at its next write.

        Raises:
            LedgerBusy: another process has it.
        """

        async def take(connection: AsyncConnection) -> int:
            return await self._take(connection, take_over=take_over)

        try:
            self.fence = await self._database.atomically(take)
        except Conflict as error:  # both inserted the first row
            raise LedgerBusy("Another admin process began at this moment; try again.") from error
        renewing = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing
            await self._database.write(self._mine().values(until=0.0))
            self.fence = None

    def _mine(self) -> sa.Update:
        return locks.update().where(locks.c.name == NAME, locks.c.fence == self.fence)

    async def _take(self, connection: AsyncConnection, *, take_over: bool) -> int:
        lapsed = (locks.c.until < now()).label("lapsed")
        remaining = (locks.c.until - now()).label("remaining")
        wanted = sa.select(locks, lapsed, remaining).where(locks.c.name == NAME).with_for_update()
        row = (await connection.execute(wanted)).mappings().first()
        values = {"holder": str(_Holder.this()), "until": now() + self._seconds}
        if row is None:
            await connection.execute(locks.insert().values(name=NAME, fence=1, **values))
            return 1
        holder = _Holder.parse(row["holder"])
        if not row["lapsed"] and not holder.is_dead and take_over:
            _log.warning("another admin process was at work, and stops", process=holder.pid)
        elif not row["lapsed"] and not holder.is_dead:
            raise LedgerBusy(
                f"Another admin process is at work on this ledger (process {holder.pid} on "
                f"{holder.host.partition(' ')[0]}); wait for its end, or "
                f"{max(1, round(row['remaining']))} seconds after it was killed."
            )
        fence = int(row["fence"]) + 1
        changed = locks.update().where(locks.c.name == NAME).values(fence=fence, **values)
        await connection.execute(changed)
        return fence

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._seconds / 3)
            try:
                await self._database.write(self._mine().values(until=now() + self._seconds))
            except StoreError as error:
                # The next write will tell if the turn is over.
                _log.warning("the ledger's lease was not renewed", reason=str(error))


async def check_fence(connection: AsyncConnection, fence: int | None) -> None:
    """Raise LedgerBusy unless this process still holds the lock; keeps others from taking it."""
    held = sa.select(locks.c.fence).where(locks.c.name == NAME).with_for_update()
    found = (await connection.execute(held)).scalar()
    if fence is None or found != fence:
        raise LedgerBusy(
            "Another admin process took over the ledger; this one stops and changes nothing more. "
            "The next run continues."
        )
