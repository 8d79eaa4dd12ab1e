"""What one painting is made from; everything is checked here, before anything heavy is loaded."""

from __future__ import annotations  # Tensor is named, not imported: limits must not need torch

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganshare.attributes import Attributes, find_attributes
from ganshare.errors import ParameterError, PromptError, SizeError, quoted
from ganshare.prompts import MAX_SEED, MAX_WEIGHT, WeightedPrompt

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

__all__ = [
    "DEFAULT_CUTOUTS",
    "DEFAULT_SIDE",
    "DEFAULT_STEPS",
    "MAX_AREA",
    "MAX_CUTOUTS",
    "MAX_SIDE",
    "MAX_STEPS",
    "MIN_SIDE",
    "SIDE_MULTIPLE",
    "VIDEO_SUFFIXES",
    "PaintingRequest",
    "attributes_of",
    "check_size",
    "check_video_path",
    "parse_size",
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
VIDEO_SUFFIXES = (".mp4", ".gif", ".webp")

_SIZES = (
    f"both sides must be multiples of {SIDE_MULTIPLE} from {MIN_SIDE} to {MAX_SIDE}, and the area "
    "at most that of 512x512"
)


@dataclass(frozen=True, eq=False)
class PaintingRequest:
    """One painting to make.

    Args:
        prompts: text parts with their weights; may be empty if there are target images.
        attributes: style, subject and colour asked for, where they are known.
        seed: 0 to `MAX_SEED`; the same request gives the same painting on the same machine.
        width: of the canvas in pixels, before upscaling.
        height: the same.
        steps: of the optimiser.
        num_cutouts: crops that the perceptor sees in each step.
        init_image: (3, h, w) in [0, 1] to start from; None starts from random codebook entries.
        target_images: each (3, h, w) in [0, 1], image prompts of weight 1.
        noise_prompts: (seed, weight) of random directions in the perceptor's space.

    Raises:
        SizeError: the canvas is not offered.
        ParameterError: another number is out of its range.
        PromptError: nothing to paint.
    """

    prompts: tuple[WeightedPrompt, ...]
    attributes: Attributes | None
    seed: int
    width: int = DEFAULT_SIDE
    height: int = DEFAULT_SIDE
    steps: int = DEFAULT_STEPS
    num_cutouts: int = DEFAULT_CUTOUTS
    init_image: Tensor | None = None
    target_images: tuple[Tensor, ...] = ()
    noise_prompts: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        """Check every value."""
        check_size(self.width, self.height)
        _check_range("steps", self.steps, 1, MAX_STEPS)
        _check_range("num_cutouts", self.num_cutouts, 1, MAX_CUTOUTS)
        _check_range("seed", self.seed, 0, MAX_SEED)
        for seed, weight in self.noise_prompts:
            _check_range("seed of a noise prompt", seed, 0, MAX_SEED)
            if not abs(weight) <= MAX_WEIGHT:  # so that NaN fails, too
                message = f"The weight {weight} of a noise prompt is out of range; allowed are "
                raise ParameterError(
                    f"{message}-{MAX_WEIGHT:g} to {MAX_WEIGHT:g}.",
                    given=weight,
                    allowed=(-MAX_WEIGHT, MAX_WEIGHT),
                )
        if not self.target_images and not any(prompt.weight > 0 for prompt in self.prompts):
            raise PromptError(
                "A painting needs a prompt with a weight above zero or a target image.",
                given=self.prompts,
            )


def attributes_of(prompts: tuple[WeightedPrompt, ...]) -> Attributes:
    """Style, subject and colour of the part that weighs most."""
    if not prompts:
        return Attributes()
    return find_attributes(max(prompts, key=lambda prompt: prompt.weight).text)


def check_size(width: int, height: int) -> None:
    """Raise SizeError unless a canvas of this size is offered."""
    sides = (width, height)
    if (
        any(not MIN_SIDE <= side <= MAX_SIDE or side % SIDE_MULTIPLE for side in sides)
        or width * height > MAX_AREA
    ):
        near = "x".join(str(side) for side in _nearest_size(width, height))
        raise SizeError(
            f"The size {width}x{height} is not offered; {_SIZES} (did you mean {near}?).",
            given=sides,
            allowed=(MIN_SIDE, MAX_SIDE),
            nearest=near,
        )


def parse_size(text: str) -> tuple[int, int]:
    """Read "WIDTHxHEIGHT" and check it; raises SizeError."""
    match = re.fullmatch(r"([0-9]{1,6})[xX×]([0-9]{1,6})", text.strip())
    if match is None:
        message = f"The size {quoted(text)} is not WIDTHxHEIGHT, such as 256x256; {_SIZES}."
        raise SizeError(message, given=text, nearest="256x256")
    width, height = int(match[1]), int(match[2])
    check_size(width, height)
    return width, height


def check_video_path(path: Path) -> None:
    """Raise ParameterError unless the suffix names a format that we write."""
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise ParameterError(
            f"The animation {quoted(path.name)} must end in .mp4, .gif or .webp.",
            given=path.suffix,
            allowed=VIDEO_SUFFIXES,
        )


def _nearest_size(width: int, height: int) -> tuple[int, int]:
    """The offered size most like this one: shrunk with its aspect ratio, then rounded down."""
    width, height = (max(1, side) for side in (width, height))
    shrink = min(1.0, MAX_SIDE / max(width, height), (MAX_AREA / (width * height)) ** 0.5)

    def offered(side: int) -> int:
        multiples = int(side * shrink) // SIDE_MULTIPLE
        return min(MAX_SIDE, max(MIN_SIDE, multiples * SIDE_MULTIPLE))

    sides = offered(width), offered(height)
    # A side that was raised to the least one may push the area over the limit again.
    longest = MAX_AREA // min(sides) // SIDE_MULTIPLE * SIDE_MULTIPLE
    return min(sides[0], longest), min(sides[1], longest)


def _check_range(name: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise ParameterError(
            f"The {name} {value} is out of range; allowed are {lowest} to {highest}.",
            given=value,
            allowed=(lowest, highest),
        )
