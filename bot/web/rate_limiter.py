"""Limits rates with token buckets, kept in memory."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Rate", "RateLimiter"]


@dataclass(frozen=True, slots=True)
class Rate:
    """A burst size, and a refill rate per second."""

    burst: float
    per_second: float


class RateLimiter:
    """One bucket for each name: of a session, of an address.

    A process that starts again starts with full buckets; what must hold for a day is counted in
    the store.

    Args:
        rate: of every bucket.
        remembered: most names kept; the least recently used is forgotten first.
    """

    def __init__(
        self,
        rate: Rate,
        remembered: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._remembered, self._clock = rate, remembered, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one; gives the seconds until there is one again, 0 if it could be taken."""
        now = self._clock()
        left, then = self._buckets.pop(name, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - then) * self._rate.per_second)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate.per_second
        self._buckets[name] = (left if wait else left - 1, now)
        while len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return wait

    def give_back(self, name: str) -> None:
        """Put one back that was taken in vain."""
        if name in self._buckets:
            left, then = self._buckets[name]
            self._buckets[name] = (min(self._rate.burst, left + 1), then)
