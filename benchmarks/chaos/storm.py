"""Injects faults: SIGKILL, SIGSTOP past the lease, SIGTERM, database crashes."""

import asyncio
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from benchmarks.chaos.crew import Crew, Seat
from ganshare.testing import PostgresServer

__all__ = ["Storm", "Strike"]

MAX_STOPPED = 2  # at the same time, so that the others get on
OUTAGE_SECONDS = 0.1, 1.5


class Strike(StrEnum):
    """What can happen."""

    ENGINE_KILLED = "engine killed (SIGKILL)"
    ENGINE_STOPPED = "engine stopped past its lease (SIGSTOP)"
    ENGINE_DRAINED = "engine told to drain (SIGTERM)"
    BOT_KILLED = "bot killed (SIGKILL)"
    BOT_STOPPED = "bot stopped (SIGSTOP)"
    DATABASE_KILLED = "PostgreSQL killed (SIGKILL)"
    ALL_KILLED = "all engines and bots killed at once"
    FAILED_OVER = "failover to the other PostgreSQL"
    UPGRADED = "tables renewed, then process by process"


_WEIGHTS = {
    Strike.ENGINE_KILLED: 45,
    Strike.ENGINE_STOPPED: 25,
    Strike.ENGINE_DRAINED: 8,
    Strike.BOT_KILLED: 15,
    Strike.BOT_STOPPED: 7,
}


@dataclass
class Storm:
    """Strikes until it is cancelled.

    Args:
        lease_seconds: stops last longer.
        pause: least and greatest seconds between two strikes.

    Attributes:
        strikes: how many of each there were.
        busy: engines with jobs in hand, if known; those are struck.
    """

    crew: Crew
    chance: random.Random
    lease_seconds: float
    pause: tuple[float, float]
    strikes: Counter[Strike] = field(default_factory=Counter)
    busy: frozenset[str] = frozenset()

    async def rage(self) -> None:
        """Inject faults again and again; stopped processes continue at the end."""
        async with asyncio.TaskGroup() as stops:
            while True:
                await asyncio.sleep(self.chance.uniform(*self.pause))
                (strike,) = self.chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
                self._strike(strike, stops)

    async def strike_database(self, server: PostgresServer | None) -> None:
        """Kill PostgreSQL and start it again; SQLite has no process, so that its users die."""
        if server is None:
            self.strikes[Strike.ALL_KILLED] += 1
            self.crew.kill(self.crew.seats)
            return
        self.strikes[Strike.DATABASE_KILLED] += 1
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(self.chance.uniform(*OUTAGE_SECONDS))
        await asyncio.to_thread(server.start)

    def _victims(self, strike: Strike) -> list[Seat]:
        if strike in (Strike.BOT_KILLED, Strike.BOT_STOPPED):
            return self.crew.bots
        busy = [seat for seat in self.crew.engines if seat.name in self.busy]
        return busy or self.crew.engines

    def _strike(self, strike: Strike, stops: asyncio.TaskGroup) -> None:
        seat = self.chance.choice(self._victims(strike))
        stopped = sum(each.stopped for each in self.crew.seats)
        if seat.stopped:
            return
        match strike:
            case Strike.ENGINE_KILLED | Strike.BOT_KILLED:
                done = seat.send(signal.SIGKILL)
            case Strike.ENGINE_DRAINED:
                done = seat.send(signal.SIGTERM)
            case _:
                done = stopped < MAX_STOPPED and seat.send(signal.SIGSTOP)
                if done:
                    seconds = self.lease_seconds * self.chance.uniform(1.3, 3.0)
                    stops.create_task(_resume(seat, seat.starts, seconds))
        self.strikes[strike] += done


async def _resume(seat: Seat, start: int, seconds: float) -> None:
    try:
        await asyncio.sleep(seconds)
    finally:
        if seat.starts == start:
            seat.send(signal.SIGCONT)
