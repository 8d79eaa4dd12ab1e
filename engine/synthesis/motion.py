"""How a film's canvas moves between its frames: it grows about its middle, and shifts."""

from __future__ import annotations  # Tensor is named, not imported: limits must not need torch

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganshare.domain.limits import MAX_SIDE, MAX_STEPS, check_range

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["MAX_ZOOM", "Motion"]

MAX_ZOOM = 2.0


@dataclass(frozen=True)
class Motion:
    """A move of the canvas after every `every` steps.

    Args:
        zoom: by which it grows, 1 / `MAX_ZOOM` to `MAX_ZOOM`.
        pan: pixels that what it shows moves to the right and down.
        every: steps between two moves.

    Raises:
        ParameterError: a number is out of its range.
    """

    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)
    every: int = 10

    def __post_init__(self) -> None:
        """Check every value."""
        check_range("zoom", self.zoom, 1 / MAX_ZOOM, MAX_ZOOM)
        for pixels in self.pan:
            check_range("pan", pixels, -MAX_SIDE, MAX_SIDE)
        check_range("steps between two moves", self.every, 1, MAX_STEPS)

    def move(self, image: Tensor) -> Tensor:
        """(1, 3, height, width) -> the same; what comes in over the edge is the mirror image."""
        import torch
        import torch.nn.functional as F

        height, width = image.shape[2:]
        shift = (-2 * self.pan[0] / width, -2 * self.pan[1] / height)
        rows = [[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]]
        theta = torch.tensor([rows], device=image.device) / self.zoom
        grid = F.affine_grid(theta, list(image.shape), align_corners=False)
        return F.grid_sample(
            image, grid, mode="bicubic", padding_mode="reflection", align_corners=False
        ).clamp(0, 1)
