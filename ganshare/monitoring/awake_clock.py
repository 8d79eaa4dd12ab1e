"""A clock that pauses while this process is suspended, so that it blames no one for silence."""

import time
from collections.abc import Callable

__all__ = ["AwakeClock"]


class AwakeClock:
    """Seconds in which this process was awake, as far as `tick` was called.

    A process that was stopped (SIGSTOP, a paused container, a suspended laptop) finds everything
    around it late. What it measures here grows by `longest` at most from one tick to the next.

    Args:
        longest: seconds; a little more than the usual time between two ticks.
        clock: of the seconds.
    """

    def __init__(self, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest, self._clock = longest, clock
        self._ticked = clock()
        self.now = 0.0

    def tick(self) -> float:
        """Move on; returns the seconds that were slept and are not counted."""
        ticked = self._clock()
        passed, self._ticked = ticked - self._ticked, ticked
        self.now += min(passed, self._longest)
        return max(0.0, passed - self._longest)
