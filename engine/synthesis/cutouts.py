"""Cutouts: random views of a canvas for the perceptor, as two batched matrix products.

A crop, its antialiased resize and its flip act on rows and columns apart, so that each cutout is
`rows @ image @ columns.T`. Unlike the notebooks' loop over crops (Crowson 2021) it is one operation
for any number of cutouts, exact at any scale, and its gradient is deterministic.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class CutoutSettings:
    """How views differ from each other."""

    smallest: float = 0.45  # share of the shorter side that the smallest view spans
    whole: float = 0.25  # share of the views that see (nearly) everything
    overhang: float = 0.1  # how far a view may reach over the edge, as a share of its side
    grey: float = 0.25  # share of the views without colour
    noise: float = 0.05  # deviation of the noise added to each view
    jitter: float = 0.08  # deviation of each view's brightness and contrast


def resize_matrices(start: Tensor, span: Tensor, source: int, target: int) -> Tensor:
    """Antialiased linear resampling of an interval to `target` samples.

    Args:
        start: (n,) first edge of each interval, in pixels of the source; may lie outside of it.
        span: (n,) length of each interval.
        source: pixels along this side of the image.
        target: samples wanted.

    Returns:
        (n, target, source); every row sums to 1. Samples outside the image repeat its edge.
    """
    step = span / target
    positions = start[:, None] + (torch.arange(target) + 0.5) * step[:, None]  # (n, target)
    positions = positions.clamp(0.5, source - 0.5)
    reach = step.clamp(min=1.0)[:, None, None]
    distance = (torch.arange(source) + 0.5 - positions[..., None]).abs()
    weights = (1.0 - distance / reach).clamp(min=0.0)
    return weights / weights.sum(-1, keepdim=True)


@dataclass(frozen=True)
class Cutouts:
    """The views of one step; drawn once, applied to any image of the size they were drawn for."""

    rows: Tensor  # (n, size, height)
    columns: Tensor  # (n, size, width)
    grey: Tensor  # (n, 1, 1, 1), 1 where colour is taken away
    gain: Tensor  # (n, 1, 1, 1)
    offset: Tensor  # (n, 1, 1, 1)
    noise: Tensor  # (n, 3, size, size)

    @classmethod
    def draw(
        cls,
        count: int,
        size: int,
        canvas: tuple[int, int],
        generator: torch.Generator,
        settings: CutoutSettings,
    ) -> "Cutouts":
        """`count` views of (size, size) pixels on a canvas of (height, width)."""
        height, width = canvas

        def uniform(*shape: int) -> Tensor:
            return torch.rand(*shape, generator=generator)

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator)

        near = 0.9 + 0.2 * uniform(count)  # views of everything
        part = settings.smallest + (1.0 - settings.smallest) * uniform(count)
        share = torch.where(uniform(count) < settings.whole, near, part)
        span = share * min(height, width)

        def place(side: int) -> Tensor:
            slack = settings.overhang * span
            return uniform(count) * (side - span + 2 * slack) - slack

        columns = resize_matrices(place(width), span, width, size)
        # one sheet of noise, moved on by some rows from view to view: it takes a while to draw
        pixels, moved = 3 * size * size, 7 * size
        noise = normal(pixels + (count - 1) * moved).unfold(0, pixels, moved)
        flip = uniform(count) < 0.5
        return cls(
            rows=resize_matrices(place(height), span, height, size),
            columns=torch.where(flip[:, None, None], columns.flip(1), columns),
            grey=(uniform(count, 1, 1, 1) < settings.grey).float(),
            gain=1.0 + settings.jitter * normal(count, 1, 1, 1),
            offset=0.5 * settings.jitter * normal(count, 1, 1, 1),
            noise=settings.noise * uniform(count, 1, 1, 1) * noise.view(count, 3, size, size),
        )

    def to(self, device: torch.device) -> "Cutouts":
        """The same views on another device; they are always drawn on the CPU, for equal seeds."""
        return Cutouts(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))

    def __call__(self, image: Tensor) -> Tensor:
        """(1, 3, height, width) in [0, 1] -> (n, 3, size, size), augmented."""
        count, size, height = self.rows.shape
        bands = self.rows.flatten(0, 1) @ image[0].transpose(0, 1).reshape(height, -1)
        views = bands.view(count, size * 3, -1) @ self.columns.transpose(1, 2)
        views = views.view(count, size, 3, size).transpose(1, 2)
        views = views + self.grey * (views.mean(1, keepdim=True) - views)
        return (views - 0.5) * self.gain + 0.5 + self.offset + self.noise
