"""Limits on sizes, steps and cutouts, known before a job is queued."""

import re
from math import log

from ganshare.errors import ParameterError, SizeError, must_be_between, must_be_one_of, quoted
from ganshare.sentences import sentence

__all__ = [
    "DEFAULT_CUTOUTS",
    "DEFAULT_INIT_FIT",
    "DEFAULT_SIDE",
    "DEFAULT_STEPS",
    "INIT_FITS",
    "MAX_AREA",
    "MAX_ASPECT",
    "MAX_CUTOUTS",
    "MAX_SIDE",
    "MAX_STEPS",
    "MAX_STRENGTH",
    "MIN_SIDE",
    "SIDE_MULTIPLE",
    "check_init_fit",
    "check_range",
    "check_size",
    "nearest_size",
    "parse_size",
    "size_of_aspect",
]

DEFAULT_STEPS = 120
MAX_STEPS = 2000
DEFAULT_CUTOUTS = 16
MAX_CUTOUTS = 256
DEFAULT_SIDE = 256
MIN_SIDE = 64
MAX_SIDE = 1024
SIDE_MULTIPLE = 16  # the coarsest latent cell of a VQGAN that we paint with, in pixels
MAX_AREA = 512 * 512  # of the canvas, before upscaling; what a CPU paints in minutes
MAX_ASPECT = MAX_SIDE // MIN_SIDE  # of a canvas, wide or high

# How an init image of another shape comes to fill the canvas: its centre alone, all of it with its
# mirror image around it, or all of it out of proportion.
INIT_FITS = ("cover", "contain", "stretch")
DEFAULT_INIT_FIT = "cover"
MAX_STRENGTH = 100  # percent that an init image holds

_SIZES = {
    "multiple": str(SIDE_MULTIPLE),
    "lowest": str(MIN_SIDE),
    "highest": str(MAX_SIDE),
    "area": "512x512",
}


def check_size(width: int, height: int) -> None:
    """Raise SizeError unless a canvas of this size is offered."""
    sides = (width, height)
    if (
        any(not MIN_SIDE <= side <= MAX_SIDE or side % SIDE_MULTIPLE for side in sides)
        or width * height > MAX_AREA
    ):
        near = "x".join(str(side) for side in nearest_size(width, height))
        raise SizeError(
            sentence("size", given=f"{width}x{height}", nearest=near, **_SIZES),
            given=sides,
            allowed=(MIN_SIDE, MAX_SIDE),
            nearest=near,
        )


def parse_size(text: str) -> tuple[int, int]:
    """Read "WIDTHxHEIGHT" and check it; raises SizeError."""
    match = re.fullmatch(r"([0-9]{1,6})[xX×]([0-9]{1,6})", text.strip())
    if match is None:
        message = sentence("size-form", given=quoted(text), nearest="256x256", **_SIZES)
        raise SizeError(message, given=text, nearest="256x256")
    width, height = int(match[1]), int(match[2])
    check_size(width, height)
    return width, height


def check_init_fit(given: str) -> None:
    """Raise ParameterError unless it is one of `INIT_FITS`."""
    if given not in INIT_FITS:
        raise must_be_one_of(ParameterError, "init_fit", given, INIT_FITS)


def size_of_aspect(aspect: float, area: int) -> tuple[int, int]:
    """Give the offered (width, height) whose aspect ratio and area come nearest to these.

    Args:
        aspect: width by height, from 1 / `MAX_ASPECT` to `MAX_ASPECT`.
        area: in pixels.
    """
    sides = range(MIN_SIDE, MAX_SIDE + 1, SIDE_MULTIPLE)

    def distance(size: tuple[int, int]) -> float:
        width, height = size
        # The shape is what was asked for; the area only decides between shapes that are alike.
        return abs(log(width / height / aspect)) + abs(log(width * height / area)) / 8

    offered = ((width, height) for width in sides for height in sides)
    return min((size for size in offered if size[0] * size[1] <= MAX_AREA), key=distance)


def check_range(name: str, value: float, lowest: float, highest: float) -> None:
    """Raise ParameterError unless a number is from `lowest` to `highest`."""
    if not lowest <= value <= highest:
        raise must_be_between(name, value, lowest, highest)


def nearest_size(width: int, height: int, max_area: int = MAX_AREA) -> tuple[int, int]:
    """The offered size most like this one: shrunk with its aspect ratio, then rounded down.

    Of more pixels than `max_area` only if even the narrowest shape has more.
    """
    width, height = (max(1, side) for side in (width, height))
    shrink = min(1.0, MAX_SIDE / max(width, height), (max_area / (width * height)) ** 0.5)

    def offered(side: int) -> int:
        multiples = int(side * shrink) // SIDE_MULTIPLE
        return min(MAX_SIDE, max(MIN_SIDE, multiples * SIDE_MULTIPLE))

    sides = offered(width), offered(height)
    # A side that was raised to the least one may push the area over the limit again.
    longest = max(MIN_SIDE, max_area // min(sides) // SIDE_MULTIPLE * SIDE_MULTIPLE)
    return min(sides[0], longest), min(sides[1], longest)
