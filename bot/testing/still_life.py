"""Pictures that are drawn, to be described: a red circle, an apple."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

__all__ = ["draw_apple", "draw_circle"]

SIDE = 256  # pixels


def draw_circle(colour: str = "#d01c1f") -> bytes:
    """A PNG of a disc on white."""
    image = Image.new("RGB", (SIDE, SIDE), "white")
    ImageDraw.Draw(image).ellipse((50, 50, 206, 206), fill=colour)
    return _png(image)


def draw_apple() -> bytes:
    """A PNG of a red apple, with its light and shadow, on a pale ground."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    lobes = [np.hypot((x - middle) / 0.24, (y - 0.56) / 0.30) for middle in (0.40, 0.60)]
    inside = np.minimum(*lobes) < 1
    light = np.clip(1.15 - 1.1 * np.hypot(x - 0.36, y - 0.42), 0.25, 1)
    gleam = 0.5 * np.exp(-((x - 0.34) ** 2 + (y - 0.42) ** 2) / 0.003)
    streaks = 0.024 * np.sin(60 * x)
    skin = np.stack([0.78 * light, 0.08 * light + streaks, 0.09 * light], -1) + gleam[..., None]
    shadow = 0.5 * np.exp(-((x - 0.52) ** 2 / 0.06 + (y - 0.87) ** 2 / 0.0025))
    pixels = np.array([0.92, 0.92, 0.90]) * (1 - shadow)[..., None]
    pixels[inside] = np.clip(skin, 0, 1)[inside]
    hollow = 0.7 * inside * np.exp(-((x - 0.5) ** 2 / 0.006 + (y - 0.31) ** 2 / 0.0015))
    image = Image.fromarray((255 * pixels * (1 - hollow)[..., None]).astype(np.uint8))
    drawing = ImageDraw.Draw(image)
    drawing.line((128, 82, 136, 41), fill=(84, 56, 28), width=5)
    drawing.polygon([(136, 56), (159, 33), (189, 36), (169, 56)], fill=(70, 130, 50))
    return _png(image.filter(ImageFilter.GaussianBlur(1)))


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()
