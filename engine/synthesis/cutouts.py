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
    flip: float = 0.5  # share of the views that are mirrored
    power: float = 1.0  # of the uniform number that a part's side is drawn with; above 1: smaller


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
    device = start.device
    step = span / target
    positions = start[:, None] + (torch.arange(target, device=device) + 0.5) * step[:, None]
    positions = positions.clamp(0.5, source - 0.5)
    reach = step.clamp(min=1.0)[:, None, None]
    distance = (torch.arange(source, device=device) + 0.5 - positions[..., None]).abs()
    weights = (1.0 - distance / reach).clamp(min=0.0)
    return weights / weights.sum(-1, keepdim=True)


_STEP = 7  # rows by which the sheet of noise is moved on from view to view


@dataclass(frozen=True)
class Cutouts:
    """The views of one step; drawn once, applied to any image of the size they were drawn for.

    They are a few numbers for each view and one sheet of noise, drawn on the CPU for equal seeds.
    What is made of them, matrices and each view's noise, is made where the image is: of 64 views of
    224 px, one MB is moved to a GPU instead of a hundred.
    """

    size: int
    canvas: tuple[int, int]  # (height, width)
    numbers: Tensor  # (8, n): top, left, span, flipped, grey, gain, offset, strength of the noise
    sheet: Tensor  # (3 size² + 7 size (n - 1),): each view's noise starts 7 rows after the last's

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
        part = settings.smallest + (1.0 - settings.smallest) * uniform(count) ** settings.power
        share = torch.where(uniform(count) < settings.whole, near, part)
        span = share * min(height, width)

        def place(side: int) -> Tensor:
            slack = settings.overhang * span
            return uniform(count) * (side - span + 2 * slack) - slack

        left = place(width)
        # one sheet of noise for all: it takes a while to draw
        sheet = normal(3 * size * size + (count - 1) * _STEP * size)
        flipped = uniform(count) < settings.flip
        top = place(height)
        grey = uniform(count) < settings.grey
        gain = 1.0 + settings.jitter * normal(count)
        offset = 0.5 * settings.jitter * normal(count)
        strength = settings.noise * uniform(count)
        numbers = torch.stack([top, left, span, flipped, grey, gain, offset, strength])
        return cls(size, canvas, numbers, sheet)

    def to(self, device: torch.device) -> "Cutouts":
        """The same views on another device."""
        if device.type == "cpu":
            return self
        both = torch.cat([self.numbers.flatten(), self.sheet])  # one copy, that nobody waits for
        if device.type == "cuda":
            both = both.pin_memory()
        moved = both.to(device, non_blocking=True)
        numbers, sheet = moved.split([self.numbers.numel(), self.sheet.numel()])
        return Cutouts(self.size, self.canvas, numbers.view_as(self.numbers), sheet)

    def matrices(self) -> tuple[Tensor, Tensor]:
        """(n, size, height) of the rows and (n, size, width) of the columns, where it is."""
        (height, width), (top, left, span, flipped) = self.canvas, self.numbers[:4]
        columns = resize_matrices(left, span, width, self.size)
        flipped = flipped[:, None, None].bool()
        return (
            resize_matrices(top, span, height, self.size),
            torch.where(flipped, columns.flip(1), columns),
        )

    def __call__(self, image: Tensor) -> Tensor:
        """(1, 3, height, width) in [0, 1] -> (n, 3, size, size), augmented."""
        rows, columns = self.matrices()
        count, size, height = rows.shape
        grey, gain, offset, strength = (part.view(-1, 1, 1, 1) for part in self.numbers[4:])
        noise = self.sheet.unfold(0, 3 * size * size, _STEP * size).view(count, 3, size, size)
        bands = rows.flatten(0, 1) @ image[0].transpose(0, 1).reshape(height, -1)
        views = bands.view(count, size * 3, -1) @ columns.transpose(1, 2)
        views = views.view(count, size, 3, size).transpose(1, 2)
        views = views + grey * (views.mean(1, keepdim=True) - views)
        augmented: Tensor = (views - 0.5) * gain + 0.5 + offset + strength * noise
        return augmented
