"""Loss terms that pull the canvas toward the prompt, and those that keep every canvas clean.

Each gives a scalar, lower is better; `weight` is included. `Target` is Crowson's (2021, as in
arXiv:2204.08583); those marked "own" come from no paper, docs/decisions/ has their reasons.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.imaging.colours import hex_to_rgb, to_oklab
from engine.perceptor.protocol import Perceptor
from engine.perceptor.styles import STYLE_SIDE
from engine.runtime.precision import autocast
from engine.synthesis.cutouts import resize_matrices


def spherical_distance(images: Tensor, target: Tensor) -> Tensor:
    """Half the squared angle, in radians, between unit vectors: (n, dim), (dim,) -> (n,).

    Crowson 2021 (arXiv:2204.08583).
    """
    half_chord: Tensor = (images - target).norm(dim=-1).div(2)
    return half_chord.clamp(max=1.0 - 1e-6).arcsin().square().mul(2)


@dataclass(frozen=True)
class Target:
    """A direction in the perceptor's space; a negative weight pushes away (Crowson 2021).

    If it has fewer coordinates than the views, only their first ones are compared.
    """

    name: str
    embedding: Tensor  # (dim,), unit length
    weight: float

    def loss(self, embeddings: Tensor) -> Tensor:
        """(n, dim) of views -> weighted mean spherical distance."""
        embeddings = _leading(embeddings, len(self.embedding))
        return self.weight * spherical_distance(embeddings, self.embedding).mean()


@dataclass(frozen=True)
class Contrast:
    """The mean of all views should be classified as the subject, not as one of its rivals.

    Own (docs/decisions/0014-rivals.md): cross-entropy of a softmax over the cosines of texts, as
    CLIP classifies (arXiv:2103.00020), where rivals that resemble the subject have a handicap.
    """

    name: str
    subject: Tensor  # (dim,), unit length
    rivals: Tensor  # (n, dim), unit length
    handicaps: Tensor  # (n,), subtracted from the rivals' cosines
    sharpness: float  # the softmax's inverse temperature
    weight: float

    def loss(self, embeddings: Tensor) -> Tensor:
        """(n, dim) of views -> weighted -log probability of the subject, in nats."""
        with torch.autocast(embeddings.device.type, enabled=False):
            shown = _leading(embeddings.float(), len(self.subject)).mean(0)
            against = self.sharpness * (self.rivals @ shown - self.handicaps - self.subject @ shown)
        # -log softmax, with the subject's own logit at 0
        return self.weight * F.softplus(against.logsumexp(0))


def _leading(embeddings: Tensor, width: int) -> Tensor:
    """The first `width` coordinates, again of unit length."""
    if embeddings.shape[1] == width:
        return embeddings
    return F.normalize(embeddings[:, :width], dim=1)


NEIGHBOURHOOD = 8  # latent cells; a pattern that repeats over this many is an artefact


@dataclass(frozen=True)
class Palette:
    """A share of the canvas should have one colour; where is left to the other losses. Own."""

    colour: Tensor  # (3,) in Oklab
    weight: float
    share: float = 0.5  # of the canvas, the nearest cells

    @classmethod
    def of(cls, code: str, weight: float, device: torch.device | None = None) -> "Palette":
        """From a colour as "#rrggbb"; `device` is where it will be compared."""
        return cls(to_oklab(hex_to_rgb(code)).to(device or "cpu"), weight)

    def loss(self, image: Tensor) -> Tensor:
        """(1, 3, height, width) in [0, 1] -> weighted mean distance in Oklab.

        Of the nearest `share` of the cells, plus a quarter of the mean of all.
        """
        cell = max(4, min(image.shape[2:]) // 16)
        cells = to_oklab(F.avg_pool2d(image, cell).flatten(2)[0].T)
        distance = (cells - self.colour.to(cells)).square().sum(1).add(1e-6).sqrt()
        nearest = distance.topk(max(1, int(self.share * len(distance))), largest=False).values
        return self.weight * (nearest.mean() + 0.25 * distance.mean())


@dataclass(frozen=True)
class Composition:
    """The canvas should be light and dark where a drawing is. Own."""

    drawing: Tensor  # (3, height, width) in [0, 1]
    weight: float

    def loss(self, image: Tensor) -> Tensor:
        """(1, 3, height, width) in [0, 1] -> weighted mean squared difference of lightness.

        Compared as means over 8 x 8 pixels, so that detail stays free.
        """
        seen = F.avg_pool2d(image, 8)  # unlike adaptive pooling, with a gradient that is exact
        wanted = F.adaptive_avg_pool2d(self.drawing[None], (seen.shape[2], seen.shape[3]))
        return self.weight * (seen.mean(1) - wanted.mean(1)).square().mean()


ENOUGH = math.log(1.5)  # nats; a probability of two thirds: beyond it, the subject matters more


@dataclass(frozen=True)
class Style:
    """The perceptor should recognise a style of painting in the whole canvas. Own."""

    perceptor: Perceptor
    name: str
    rivals: tuple[str, ...]  # the styles that it is told from
    weight: float
    dtype: torch.dtype = torch.float32  # in which the perceptor computes

    def loss(self, image: Tensor) -> Tensor:
        """(1, 3, height, width) in [0, 1] -> weighted -log probability above `ENOUGH`, in nats."""
        square = _filtered(image, *(_squeeze(side, image.device) for side in image.shape[2:]))
        with autocast(image.device, self.dtype):
            logits = self.perceptor.read_styles(
                square.contiguous(memory_format=torch.channels_last)
            )
        among = [self.perceptor.styles.index(name) for name in (self.name, *self.rivals)]
        surprise = -logits.float()[0, among].log_softmax(0)[0]
        return self.weight * (surprise - ENOUGH).relu()


def range_loss(image: Tensor) -> Tensor:
    """Mean distance of (1, 3, height, width) from [0, 1]. Own."""
    return (image - 0.5).abs().sub(0.5).relu().mean()


def total_variation(image: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels of (1, 3, height, width): anisotropic TV."""
    across = (image[..., 1:] - image[..., :-1]).abs().mean()
    return across + (image[..., 1:, :] - image[..., :-1, :]).abs().mean()


def lattice(image: Tensor, cell: int) -> Tensor:
    """How strongly a pattern repeats from latent cell to latent cell. Own.

    What a decoder adds to every cell alike shows as a lattice. Detail is the image without its
    cell-wide blur; its mean over all cells of a neighbourhood cancels out unless it repeats.

    Args:
        image: (1, 3, height, width).
        cell: side of a latent cell in pixels.

    Returns:
        The root mean square of the repeated detail, a scalar.
    """
    device = image.device
    blurred = _filtered(image, *(_blur(side, cell + 1, device) for side in image.shape[2:]))
    cells = F.pixel_unshuffle(image - blurred, cell)  # (1, 3 cell², rows, columns)
    repeated = _filtered(cells, *(_neighbourhoods(side, device) for side in cells.shape[2:]))
    return repeated.square().mean().add(1e-8).sqrt()


def _filtered(maps: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Filter rows and columns by a matrix each: faster than pooling, above all in the gradient."""
    return rows.to(maps) @ maps @ columns.to(maps).T


# Made on the CPU, and kept on the device that they are for: a copy a step would be waited for.


@cache
def _squeeze(side: int, device: torch.device) -> Tensor:
    """(STYLE_SIDE, side): antialiased resampling of the whole side."""
    whole = torch.full((1,), float(side))
    return resize_matrices(torch.zeros(1), whole, side, STYLE_SIDE)[0].to(device)


@cache
def _blur(side: int, width: int, device: torch.device) -> Tensor:
    """(side, side): the mean of `width` samples around each, reflected at the ends."""
    around = F.pad(torch.eye(side), (width // 2, width // 2), mode="reflect")
    return F.avg_pool1d(around, width, 1).T.contiguous().to(device)


@cache
def _neighbourhoods(side: int, device: torch.device) -> Tensor:
    """(n, side): the mean of each second run of `NEIGHBOURHOOD` samples."""
    means = F.avg_pool1d(torch.eye(side), min(NEIGHBOURHOOD, side), 2)
    return means.T.contiguous().to(device)


def sum_losses(parts: Sequence[tuple[str, Tensor]]) -> tuple[Tensor, dict[str, Tensor]]:
    """The total and its parts by name, all scalars; parts of the same name are added."""
    named: dict[str, Tensor] = {}
    for name, value in parts:
        named[name] = named[name] + value if name in named else value
    return torch.stack(list(named.values())).sum(), named
