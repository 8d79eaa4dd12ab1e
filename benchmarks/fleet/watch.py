"""Reads PostgreSQL's own figures: connections, transactions and CPU time."""

import asyncio
import resource
from dataclasses import dataclass, field

import asyncpg

from ganshare.testing import PostgresServer

__all__ = ["Watch", "cpu_of_children", "cpu_until_stopped"]

LOOK_SECONDS = 2.0


@dataclass
class Watch:
    """Looks at the database every two seconds, by a connection of its own.

    Attributes:
        connections: how many there were, our own left out.
        transactions: committed from the first look to the last; `seconds` between them.
        sessions: connections that were opened in that time.
    """

    server: PostgresServer
    database: str
    connections: list[int] = field(default_factory=list)
    transactions: int = 0
    sessions: int = 0
    seconds: float = 0.0

    async def watch(self) -> None:
        """Look until cancelled."""
        connection = await asyncpg.connect(
            host=str(self.server.folder), user="postgres", database=self.database
        )
        try:
            transactions, sessions = await self._totals(connection)
            began = asyncio.get_running_loop().time()
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                others = await connection.fetchval(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = $1 AND pid <> pg_backend_pid()",
                    self.database,
                )
                self.connections.append(others)
                now = await self._totals(connection)
                self.transactions, self.sessions = now[0] - transactions, now[1] - sessions
                self.seconds = asyncio.get_running_loop().time() - began
        finally:
            await connection.close()

    async def _totals(self, connection: "asyncpg.Connection") -> tuple[int, int]:
        """Transactions and connections since the database was made."""
        row = await connection.fetchrow(
            "SELECT xact_commit, sessions FROM pg_stat_database WHERE datname = $1", self.database
        )
        return row["xact_commit"], row["sessions"]


def cpu_of_children() -> float:
    """CPU seconds of the child processes that have ended, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_until_stopped(server: PostgresServer) -> float:
    """Stop a server, and tell the CPU seconds that it has taken with all its processes."""
    before = cpu_of_children()
    server.stop()
    return cpu_of_children() - before
