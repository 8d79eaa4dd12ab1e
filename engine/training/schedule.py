"""The clock of a training, and the learning rate by how far it is."""

import math
import time
from dataclasses import dataclass, field

__all__ = ["WallClock", "cosine_rate"]


@dataclass
class WallClock:
    """How much of the training's time is spent; survives a resume, and a pause costs nothing."""

    seconds: float
    spent: float = 0.0
    ticked: float = field(default_factory=time.monotonic)

    def tick(self, longest: float = 10.0) -> float:
        """Count the time since the last tick; returns the fraction spent, in [0, 1]."""
        now = time.monotonic()
        self.spent += min(now - self.ticked, longest)
        self.ticked = now
        return min(1.0, self.spent / self.seconds) if self.seconds else 0.0


def cosine_rate(fraction: float, first: float, last: float) -> float:
    """Cosine from `first` to `last`."""
    return last + (first - last) * 0.5 * (1.0 + math.cos(math.pi * fraction))
