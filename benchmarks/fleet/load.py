"""The load of a run."""

from dataclasses import dataclass, field, replace

from ganshare.domain.queue_limits import QueueLimits

__all__ = ["Load"]

EAGER_SHARE, EAGER_APPETITE = 0.1, 9.0  # a tenth of the people ask for half of all


@dataclass(frozen=True)
class Load:
    """One run.

    Args:
        url: of the database.
        seconds: that it lasts.
        engines: at work, one job each.
        people: who ask.
        paint_seconds: for a job, give or take a fifth.
        beat_seconds: between two beats, each with a preview, as engines do.
        overload: jobs asked for, for each one that can be painted.
        start_seconds: in which one engine after another begins.
        bots: that people ask, each for a platform or shard of its own.
        limits: of the queue.
        until_empty: whether engines end before the time is up, once nothing is queued.
    """

    url: str
    seconds: float
    engines: int = 100
    people: int = 10_000
    paint_seconds: float = 60.0
    beat_seconds: float = 2.5
    overload: float = 10.0
    start_seconds: float = 0.0
    bots: int = 8
    seed: int = 0
    limits: QueueLimits = field(default_factory=QueueLimits)
    until_empty: bool = False

    @property
    def connections(self) -> int:
        """To the database at most: two for each engine, nine for each bot."""
        return 2 * self.engines + 9 * self.bots

    @property
    def capacity(self) -> float:
        """Jobs per second that the engines can paint."""
        return self.engines / self.paint_seconds

    @property
    def offered(self) -> float:
        """Jobs per second that people ask for."""
        return self.capacity * self.overload

    def with_short_queue(self, seconds: float) -> "Load":
        """The same, with a queue that is full when it holds work for so long."""
        cap = max(1, round(self.capacity * seconds))
        return replace(self, limits=replace(self.limits, queue_cap=cap))

    def people_of(self, bot: int) -> list[str]:
        """Those who ask this bot."""
        return [f"person-{number}" for number in range(bot, self.people, self.bots)]

    def appetites(self, people: list[str]) -> list[float]:
        """How much more than the others each of them asks for."""
        eager = round(1 / EAGER_SHARE)
        return [
            EAGER_APPETITE if int(person.rpartition("-")[2]) // self.bots % eager == 0 else 1.0
            for person in people
        ]
