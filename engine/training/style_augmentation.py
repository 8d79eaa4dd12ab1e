"""Repaints images by rule in styles of which few public-domain paintings exist.

Cubism breaks a picture into shaded facets, futurism repeats it along a motion, postmodernism
(pop art) prints it in flat quadrants of loud hues, geometric art keeps flat shapes only, fauvism
flattens and saturates. The rules are crude: they teach a direction, not a masterpiece.
"""

import colorsys
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

Repaint = Callable[[Image.Image, np.random.Generator], Image.Image]


def _cells(side: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """(side, side) cell numbers: `count` random straight cuts through the canvas."""
    y, x = np.mgrid[0:side, 0:side] / side - 0.5
    number = np.zeros((side, side), np.int64)
    for bit in range(count):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(-0.45, 0.45)
        number |= (x * np.cos(angle) + y * np.sin(angle) > offset).astype(np.int64) << bit
    return np.unique(number, return_inverse=True)[1].reshape(side, side)


def _flat(pixels: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Each cell in its mean colour."""
    flat, count = cells.ravel(), cells.max() + 1
    size = np.maximum(np.bincount(flat, minlength=count), 1)
    means = np.stack(
        [np.bincount(flat, pixels[..., c].ravel(), minlength=count) / size for c in range(3)], 1
    )
    flattened: np.ndarray = means[cells]
    return flattened


def _image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def cubist(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Facets: shifted pieces of the picture, muted, each shaded across, with dark seams."""
    side = image.width
    pixels = np.asarray(image, np.float64)
    cells = _cells(side, int(rng.integers(7, 12)), rng)
    count = cells.max() + 1
    shift = rng.integers(-10, 11, (count, 2))
    y, x = np.mgrid[0:side, 0:side]
    moved = pixels[(y + shift[cells, 0]).clip(0, side - 1), (x + shift[cells, 1]).clip(0, side - 1)]
    muted = 0.55 * _flat(moved, cells) + 0.45 * moved
    slope = rng.normal(0, 70, (count, 2))
    shade = slope[cells, 0] * (y / side - 0.5) + slope[cells, 1] * (x / side - 0.5)
    grey = muted.mean(2, keepdims=True)
    muted = grey + (muted - grey) * rng.uniform(0.4, 0.9)
    seams = (cells != np.roll(cells, 1, 0)) | (cells != np.roll(cells, 1, 1))
    return _image((muted + shade[..., None]) * np.where(seams, 0.55, 1.0)[..., None])


def futurist(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Motion: echoes along a diagonal, cut by rays."""
    side = image.width
    pixels = np.asarray(image, np.float64)
    angle = rng.choice([-1, 1]) * rng.uniform(0.3, 0.9)
    step = rng.uniform(6, 13)
    moved = pixels.copy()
    for k in range(1, 5):
        dy, dx = int(k * step * np.sin(angle)), int(k * step * np.cos(angle))
        echo = np.roll(pixels, (dy, dx), (0, 1))
        moved = np.where(k % 2, np.maximum(moved, 0.85 * echo), 0.55 * moved + 0.45 * echo)
    y, x = np.mgrid[0:side, 0:side] / side - rng.uniform(0.2, 0.8, 2)[:, None, None]
    rays = np.sin(np.arctan2(y, x) * rng.integers(6, 12) + rng.uniform(0, 6))
    return _image(moved * (1 + 0.3 * np.sign(rays))[..., None])


def postmodern(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Pop art: a flat print in loud hues, some with quadrants, some with halftone dots."""
    side = image.width
    grey = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(1.2)), np.float64)
    levels = (grey.argsort(None).argsort() * 4 // grey.size).reshape(grey.shape)
    out = np.zeros((side, side, 3))
    parts = 2 if rng.random() < 0.4 else 1
    small = side // parts
    for row in range(parts):
        for column in range(parts):
            hue = rng.random()
            hues = [(hue + turn) % 1 for turn in (0, 0.5, rng.uniform(0.1, 0.4), 0.15)]
            inks = [
                255 * np.array(colorsys.hsv_to_rgb(h, s, v))
                for h, s, v in zip(hues, (0.9, 0.95, 0.9, 0.35), (0.25, 0.9, 1, 1), strict=True)
            ]
            print_ = np.stack(inks)[levels[::parts, ::parts][:small, :small]]
            out[row * small : (row + 1) * small, column * small : (column + 1) * small] = print_
    if rng.random() < 0.5:
        y, x = np.mgrid[0:side, 0:side]
        pitch = rng.uniform(5, 8)
        dot = np.cos(2 * np.pi * x / pitch) * np.cos(2 * np.pi * y / pitch)
        out = np.where((dot > 0.35)[..., None] & (levels == 2)[..., None], 255 - out, out)
    return _image(out)


def geometric(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Flat pieces between straight cuts, in strengthened colours."""
    pixels = np.asarray(ImageEnhance.Color(image).enhance(float(rng.uniform(1.3, 2.2))), np.float64)
    cells = _cells(image.width, int(rng.integers(6, 13)), rng)
    return _image(_flat(pixels, cells))


def fauvist(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Broad flat strokes in colours turned and strengthened."""
    flat = image.filter(ImageFilter.ModeFilter(int(rng.choice([5, 7, 9]))))
    hue, saturation, value = flat.convert("HSV").split()
    turn = int(rng.normal(0, 25))
    hue = hue.point(lambda h: (h + turn) % 256)
    saturation = saturation.point(lambda s: min(255, int(70 + 1.5 * s)))
    value = value.point(lambda v: min(255, int(30 + 1.05 * v)))
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


REPAINTS: dict[str, Repaint] = {
    "cubist": cubist,
    "futurist": futurist,
    "postmodern": postmodern,
    "geometric": geometric,
    "fauvist": fauvist,
}
