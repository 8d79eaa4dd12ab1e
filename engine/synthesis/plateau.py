"""Detects when a noisy loss has stopped falling."""

import statistics
from collections.abc import Iterable

__all__ = ["Plateau"]

BLOCKS = 20  # the window's losses are averaged in so many, whose means hardly depend on each other
CERTAINTY = 2.10  # Student's t for 97.5 % with 18 degrees of freedom


class Plateau:
    """A window of the last losses, and the slope of a straight line through them.

    Args:
        window: number of losses; a multiple of `BLOCKS`.
        gain: a loss that falls by less in a window has stopped falling.
    """

    def __init__(self, window: int, gain: float) -> None:
        self.window, self.gain = window, gain
        self.losses: list[float] = []

    def restart(self, losses: Iterable[float] = ()) -> None:
        """Drop all losses, or replace them by these: from here on the loss is another one."""
        self.losses = list(losses)

    def add(self, loss: float) -> None:
        """Add one loss; the oldest leaves the window."""
        self.losses = [*self.losses, loss][-self.window :]

    @property
    def reached(self) -> bool:
        """Whether the upper end of the fall's 95 % confidence interval is below `gain`."""
        size = self.window // BLOCKS
        if not size or len(self.losses) < self.window:
            return False
        means = [
            statistics.fmean(self.losses[first : first + size])
            for first in range(0, size * BLOCKS, size)
        ]
        slope, start = map(float, statistics.linear_regression(range(BLOCKS), means))
        residuals = (mean - start - slope * at for at, mean in enumerate(means))
        variance: float = sum(residual**2 for residual in residuals) / (BLOCKS - 2)
        error = (variance * 12 / (BLOCKS**3 - BLOCKS)) ** 0.5  # of the slope
        return bool(BLOCKS * (CERTAINTY * error - slope) < self.gain)
