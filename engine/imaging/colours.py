"""Perceptual colours: sRGB to Oklab, and names for the colours of an image.

Source: Ottosson 2020, "A perceptual color space for image processing" (Oklab).
"""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from wordlists import word_lists

# the basic colour terms of Berlin and Kay (1969), and teal for the gap between green and blue
BASIC_COLOURS: dict[str, str] = {
    "black": "#101010",
    "white": "#f4f4f4",
    "grey": "#808080",
    "red": "#d01c1f",
    "orange": "#f07a18",
    "yellow": "#f2d91e",
    "green": "#2f9e3a",
    "teal": "#1fa5a0",
    "blue": "#2453c8",
    "purple": "#7d2fa6",
    "pink": "#f08cb4",
    "brown": "#7a4a25",
}

_TO_CONE = torch.tensor(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = torch.tensor(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def hex_to_rgb(code: str) -> Tensor:
    """ "#rrggbb" -> (3,) in [0, 1]."""
    return torch.tensor([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def to_oklab(rgb: Tensor) -> Tensor:
    """(..., 3) sRGB in [0, 1] -> (..., 3) Oklab: lightness in [0, 1], two opponent axes."""
    rgb = rgb.clamp(0.0, 1.0)
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055).pow(2.4))
    cone = (linear @ _TO_CONE.to(rgb).T).clamp(min=1e-6).pow(1 / 3)
    return cone @ _TO_LAB.to(rgb).T


@cache
def _palette(basic: bool) -> tuple[tuple[str, ...], Tensor]:
    pairs = (
        tuple(BASIC_COLOURS.items())
        if basic
        else tuple((colour.name, colour.hex) for colour in word_lists().colours)
    )
    return tuple(name for name, _ in pairs), to_oklab(
        torch.stack([hex_to_rgb(code) for _, code in pairs])
    )


def basic_colour_shares(pixels: Tensor) -> Tensor:
    """(n, 3) sRGB in [0, 1] -> share of the pixels nearest to each of BASIC_COLOURS, (12,)."""
    _, anchors = _palette(True)
    nearest = torch.cdist(to_oklab(pixels), anchors).argmin(1)
    return torch.bincount(nearest, minlength=len(anchors)) / len(pixels)


def dominant_colour(image: Tensor) -> str:
    """The basic colour of most pixels of a (3, height, width) image in [0, 1]."""
    names, _ = _palette(True)
    return names[int(basic_colour_shares(image.flatten(1).T).argmax())]


def nearest_colour(pixels: Tensor, basic: str) -> str:
    """Name the mean of those of (n, 3) pixels that are nearest to a basic colour, by the lists.

    Without such pixels, the basic colour itself is named.
    """
    names, anchors = _palette(True)
    lab = to_oklab(pixels)
    own = lab[torch.cdist(lab, anchors).argmin(1) == names.index(basic)]
    mean = own.mean(0) if len(own) else anchors[names.index(basic)]
    listed, colours = _palette(False)
    return listed[int(torch.cdist(mean[None], colours)[0].argmin())]


def nearest_named_colour(image: np.ndarray, rng: np.random.Generator) -> str:
    """Name the dominant colour of (height, width, 3) uint8: basic, or from the word list."""
    pixels = torch.from_numpy(np.array(image[::4, ::4])).reshape(-1, 3).float() / 255
    names, anchors = _palette(True)
    lab = to_oklab(pixels)
    nearest = torch.cdist(lab, anchors).argmin(1)
    first = int(torch.bincount(nearest, minlength=len(anchors)).argmax())
    if rng.random() < 0.5:
        return names[first]
    names, anchors = _palette(False)
    mean = lab[nearest == first].mean(0, keepdim=True)
    close = torch.cdist(mean, anchors)[0].topk(3, largest=False).indices
    return names[int(close[int(rng.integers(3))])]
