"""Whether a loss has stopped falling, told from its last values, however noisy they are."""

import statistics
from collections.abc import Iterable

__all__ = ["Plateau"]

BLOCKS = 20  # the window's losses are averaged in so many, whose means hardly depend on each other
CERTAINTY = 2.10  # Student's t for 97.5 % with 18 degrees of freedom


class Plateau:
    """The last losses of a window, and what a straight line through them says.

    Args:
        window: how many losses; a multiple of `BLOCKS`.
        gain: a loss that surely falls by less in a window has stopped falling.
    """

    def __init__(self, window: int, gain: float) -> None:
        self.window, self.gain = window, gain
        self.losses: list[float] = []

    def restart(self, losses: Iterable[float] = ()) -> None:
        """Forget what was seen, or go on from these losses: the loss is another one from here."""
        self.losses = list(losses)

    def add(self, loss: float) -> None:
        """See one more loss."""
        self.losses = [*self.losses, loss][-self.window :]

    @property
    def reached(self) -> bool:
        """Whether even the upper end of the fall's confidence interval is less than `gain`."""
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
