"""The jobs of a chaos run, drawn from one seed that every process knows."""

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from ganshare.domain.jobs import JobRequest
from ganshare.domain.limits import DEFAULT_SIDE
from ganshare.domain.queue_limits import QueueLimits
from ganshare.errors import SchemaError, StoreError
from ganshare.store import Store, open_store
from ganshare.testing import make_request

__all__ = [
    "ATTEMPT_KEY", "SILENT", "Fate", "PlannedRequest", "Scene", "enter_store", "origin_of",
]  # fmt: skip

JOBS_PER_PERSON = 25
MANY_JOBS = 20
CANCELLED_SHARE = 0.08
LARGE_SIDE = 512
ORIGINS = 2
ATTEMPT_KEY = "attempt"  # what a picture says beside its manifest
PAUSE_SECONDS = 0.2


class Fate(StrEnum):
    """What becomes of a job in the hands of an engine; the value is its prompt."""

    PAINTED = "a castle"
    FAILS = "a castle that falls down"  # in every attempt
    REFUSED = "a castle in the air"  # at the first look
    KILLS = "a castle that buries its builders"  # the engine, in every attempt
    HANGS = "a castle without an end"  # a step that never returns, in every attempt
    TOO_LARGE = "a castle larger than the land"  # memory runs out in every attempt

    @property
    def reason(self) -> str:
        """How the reason begins for which such a job is dead."""
        return _REASONS[self]


_SHARES = {
    Fate.PAINTED: 90.0, Fate.FAILS: 2.0, Fate.REFUSED: 3.0, Fate.KILLS: 2.0, Fate.HANGS: 1.5,
    Fate.TOO_LARGE: 1.5,
}  # fmt: skip
SILENT = "The engine "  # stopped responding
_REASONS = {
    Fate.PAINTED: "",
    Fate.FAILS: "Sorry, something went wrong inside GANshare",
    Fate.REFUSED: "Castles are not built in the air.",
    Fate.KILLS: SILENT,
    Fate.HANGS: "A step of this painting hung",
    Fate.TOO_LARGE: "The engine does not have enough memory",
}


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One job to ask for.

    Args:
        cancel_after: seconds after which its person doesn't want it any more; None: never.
    """

    key: str
    person: str
    origin: str
    request: JobRequest
    cancel_after: float | None

    @property
    def fate(self) -> Fate:
        """What its prompt leads to."""
        return Fate(self.request.prompt)


@dataclass(frozen=True)
class Scene:
    """Where a run takes place; every process gets it.

    Args:
        url: of the database; `blobs_url` of the blobs.
        folder: for journals and logs.
        seed: of everything that is left to chance, as far as scheduling allows.
        limits: of the queue; the lease is short.
    """

    url: str
    blobs_url: str
    folder: Path
    seed: int
    jobs: int
    limits: QueueLimits

    @cached_property
    def requests(self) -> tuple[PlannedRequest, ...]:
        """All that will be asked for."""
        chance = self.chance("wishes")
        people = max(4, self.jobs // JOBS_PER_PERSON)
        poison = list(Fate)[1:] if self.jobs >= MANY_JOBS else []  # each is there once at least
        fates = dict(enumerate(poison))
        return tuple(
            _draw(chance, number, people, fates.get(number)) for number in range(self.jobs)
        )

    def chance(self, name: str) -> random.Random:
        """Randomness of one part of the run."""
        return random.Random(f"{self.seed} {name}")

    def journal(self, name: str) -> Path:
        """Where a process notes what it did; it lives on when the process is started again."""
        return self.folder / f"{name}.jsonl"

    def log(self, name: str) -> Path:
        """Where a process logs."""
        return self.folder / f"{name}.log"


def origin_of(bot: int) -> str:
    """Name the origin that a bot serves; several bots share one."""
    return f"bot-{bot % ORIGINS}"


def _draw(chance: random.Random, number: int, people: int, fate: Fate | None) -> PlannedRequest:
    person = chance.randrange(people)
    given, (drawn,) = fate, chance.choices(list(_SHARES), list(_SHARES.values()))
    fate = given or drawn
    cancelled = chance.random() < CANCELLED_SHARE and given is None
    side = LARGE_SIDE if fate is Fate.TOO_LARGE else DEFAULT_SIDE
    return PlannedRequest(
        key=f"message-{number}",
        person=f"person-{person}",
        origin=origin_of(person),
        request=make_request(
            prompt=str(fate), seed=number, steps=chance.randint(3, 12), width=side, height=side
        ),
        cancel_after=chance.uniform(0.0, 1.0) if cancelled else None,
    )


async def enter_store(stack: AsyncExitStack, scene: Scene) -> Store:
    """Open the store, however long the database is away."""
    while True:
        try:
            return await stack.enter_async_context(open_store(scene.url, scene.limits))
        except SchemaError:
            raise
        except StoreError:
            await asyncio.sleep(PAUSE_SECONDS)
