"""What a canvas begins with: for a shape of the word lists, its drawing in the named colour.

Guidance finds things and places by itself. Shapes it cannot: a perceptor that sees views of parts
is content with any small texture that has a slope or a corner, so the composition is laid down
first, as painters do, and painted over.
"""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from engine.colours import hex_to_rgb
from engine.shapes import DRAWINGS, draw_shapes
from ganshare.prompts.attributes import Attributes

__all__ = ["underpaintings"]

_NEUTRAL = "#808080"
_SEEN = 0.6  # share of the drawing's side: what is finer than a few latent cells would be lost


def underpaintings(
    attributes: Attributes | None, height: int, width: int, seed: int, count: int
) -> list[Tensor]:
    """`count` drawings, (3, height, width) in [0, 1]; none if the subject is no shape."""
    shape = None if attributes is None else (attributes.subject or "").lower()
    if attributes is None or shape not in DRAWINGS:
        return []
    colour = hex_to_rgb(attributes.hex or _NEUTRAL)
    ground, *inks = (tuple((255 * part).round().int().tolist()) for part in _palette(colour))
    rng = np.random.default_rng(seed)
    return [_fit(draw_shapes(shape, rng, ground, inks), height, width) for _ in range(count)]


def _fit(drawing: Image.Image, height: int, width: int) -> Tensor:
    """The middle of a drawing, as large as the canvas."""
    drawing = ImageOps.crop(drawing, round((1 - _SEEN) / 2 * drawing.width))
    image = torch.from_numpy(np.array(drawing)).movedim(2, 0).float() / 255
    side = max(width, height)
    image = F.interpolate(image[None], (side, side), mode="bicubic", antialias=True)[0].clamp(0, 1)
    top, left = (side - height) // 2, (side - width) // 2
    return image[:, top : top + height, left : left + width]


def _palette(colour: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The colour as the ground; inks far from it in lightness, and in hue."""
    away = torch.zeros(3) if colour.mean() > 0.5 else torch.ones(3)
    return colour, colour.lerp(away, 0.6), (1 - colour).lerp(away, 0.3)
