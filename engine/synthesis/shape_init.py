"""The drawings that a canvas may start from when its subject is a shape of the word lists. Own.

Guidance finds things and places by itself, but not shapes: a perceptor that sees views of parts is
content with any small texture that has a slope or a corner. So the composition is drawn first, as
painters do, and painted over.
"""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from engine.imaging.colours import hex_to_rgb
from engine.imaging.shapes import DRAWINGS, draw_shapes
from ganshare.prompts import Attributes
from ganshare.prompts.palette import leading_colour

__all__ = ["draw_shape_inits"]

_NEUTRAL = "#808080"
_SEEN = 0.6  # share of the drawing's side: detail of a few latent cells would be lost


def draw_shape_inits(
    attributes: Attributes | None, height: int, width: int, seed: int, count: int
) -> list[Tensor]:
    """Draw `count` images, (3, height, width) in [0, 1]; none unless the subject is a shape.

    The picture's colour is the ground's, an adjective ("red circles") the shape's own.
    """
    if attributes is None or attributes.subject is None:
        return []
    ink, noun = leading_colour(attributes.subject)
    shape = next((name for name in (noun.lower(), f"a {noun.lower()}") if name in DRAWINGS), None)
    if shape is None:
        return []
    ground, *inks = (
        tuple((255 * part).round().int().tolist())
        for part in _palette(attributes.hex, ink.hex if ink else None)
    )
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


def _palette(ground: str | None, ink: str | None) -> tuple[Tensor, Tensor, Tensor]:
    """The ground, and two inks: as asked, or far from it in lightness, and in hue."""
    if ink is not None:
        own = hex_to_rgb(ink)
        away = _far_end(own)
        return (
            own.lerp(away, 0.8) if ground is None else hex_to_rgb(ground),
            own,
            own.lerp(away, 0.2),
        )
    colour = hex_to_rgb(ground or _NEUTRAL)
    away = _far_end(colour)
    return colour, colour.lerp(away, 0.6), (1 - colour).lerp(away, 0.3)


def _far_end(colour: Tensor) -> Tensor:
    return torch.zeros(3) if colour.mean() > 0.5 else torch.ones(3)
