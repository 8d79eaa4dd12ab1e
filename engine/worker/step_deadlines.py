"""How long a step may take before it counts as hung: by the median of its kind on this device."""

import statistics
import threading
from collections import defaultdict, deque
from collections.abc import Hashable

__all__ = ["FLOOR_SECONDS", "StepDeadlines"]

FLOOR_SECONDS = 30.0
MEDIANS = 20  # a step that takes so many times the median of its kind hangs
FIRSTS = 10  # times the floor, while there is no median: kernels are compiled, weights read
REMEMBERED = 64  # steps of each kind


class StepDeadlines:
    """Learns how long steps take; any thread may call it.

    Args:
        floor: seconds that every step may take.
    """

    def __init__(self, floor: float = FLOOR_SECONDS) -> None:
        self._floor = floor
        self._seconds: dict[Hashable, deque[float]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._lock = threading.Lock()

    def add(self, kind: Hashable, seconds: float) -> None:
        """Learn how long a step of this kind took."""
        with self._lock:
            self._seconds[kind].append(seconds)

    def of(self, kind: Hashable) -> float:
        """Seconds that a step of this kind may take."""
        with self._lock:
            known = tuple(self._seconds.get(kind, ()))
        if not known:
            return FIRSTS * self._floor
        return max(self._floor, MEDIANS * statistics.median(known))
