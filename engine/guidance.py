"""What a canvas is pulled to: prompts as directions, a named colour as a palette."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.colours import hex_to_rgb, to_oklab


def spherical_distance(images: Tensor, target: Tensor) -> Tensor:
    """Half the squared angle between unit vectors: (n, dim), (dim,) -> (n,). Crowson 2021."""
    half_chord: Tensor = (images - target).norm(dim=-1).div(2)
    return half_chord.clamp(max=1.0 - 1e-6).arcsin().square().mul(2)


@dataclass(frozen=True)
class Target:
    """A direction in the perceptor's space; a negative weight pushes away."""

    name: str
    embedding: Tensor  # (dim,), unit length
    weight: float

    def loss(self, embeddings: Tensor) -> Tensor:
        """(n, dim) of views -> scalar."""
        return self.weight * spherical_distance(embeddings, self.embedding).mean()


@dataclass(frozen=True)
class Palette:
    """A share of the canvas should be of one colour, wherever that suits the rest."""

    colour: Tensor  # (3,) in Oklab
    weight: float
    share: float = 0.5

    @classmethod
    def of(cls, code: str, weight: float) -> "Palette":
        """From "#rrggbb"."""
        return cls(to_oklab(hex_to_rgb(code)), weight)

    def loss(self, image: Tensor) -> Tensor:
        """(1, 3, height, width) in [0, 1] -> mean Oklab distance of the nearest cells."""
        cell = max(4, min(image.shape[2:]) // 16)
        cells = to_oklab(F.avg_pool2d(image, cell).flatten(2)[0].T)
        distance = (cells - self.colour.to(cells)).square().sum(1).add(1e-6).sqrt()
        nearest = distance.topk(max(1, int(self.share * len(distance))), largest=False).values
        return self.weight * (nearest.mean() + 0.25 * distance.mean())


def range_loss(image: Tensor) -> Tensor:
    """How far (1, 3, height, width) leaves [0, 1]."""
    return (image - 0.5).abs().sub(0.5).relu().mean()


def total_variation(image: Tensor) -> Tensor:
    """Mean absolute step between neighbouring pixels of (1, 3, height, width)."""
    across = (image[..., 1:] - image[..., :-1]).abs().mean()
    return across + (image[..., 1:, :] - image[..., :-1, :]).abs().mean()


def sum_losses(parts: Sequence[tuple[str, Tensor]]) -> tuple[Tensor, dict[str, Tensor]]:
    """The total and its parts by name; parts of the same name are added."""
    named: dict[str, Tensor] = {}
    for name, value in parts:
        named[name] = named[name] + value if name in named else value
    return torch.stack(list(named.values())).sum(), named
