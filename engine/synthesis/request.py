"""A painting request, validated before anything heavy is loaded."""

from __future__ import annotations  # Tensor is named, not imported: limits must not need torch

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.synthesis.motion import Motion
from ganshare.domain.limits import (
    DEFAULT_CUTOUTS,
    DEFAULT_INIT_FIT,
    DEFAULT_SIDE,
    DEFAULT_STEPS,
    MAX_AREA,
    MAX_CUTOUTS,
    MAX_SIDE,
    MAX_STEPS,
    MIN_SIDE,
    SIDE_MULTIPLE,
    check_init_fit,
    check_range,
    check_size,
    parse_size,
)
from ganshare.domain.presets import DEFAULT_PRESET
from ganshare.errors import ParameterError, PromptError, must_be_between, quoted
from ganshare.prompts import (
    MAX_SEED,
    MAX_WEIGHT,
    Attributes,
    PromptShare,
    WeightedPrompt,
    attributes_of,
    shares_of,
)

if TYPE_CHECKING:
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
    "PaintingRequest",
    "attributes_of",
    "check_size",
    "parse_noise_prompt",
    "parse_size",
]


@dataclass(frozen=True, eq=False)
class PaintingRequest:
    """Everything that decides one painting, but the models.

    Args:
        prompts: text parts with their weights; may be empty if there are target images.
        attributes: style, subject and colour asked for; None paints the prompts' words alone.
        seed: 0 to `MAX_SEED`; the same request gives the same painting on the same machine.
        width: of the canvas in pixels, before upscaling.
        height: the same.
        steps: of the optimiser.
        num_cutouts: crops that the perceptor sees in each step.
        init_image: (3, h, w) in [0, 1] to start from; None starts from random codebook entries.
        init_fit: how it comes to fill the canvas, one of `INIT_FITS`.
        init_weight: of the latent's distance from that image's; None as the settings have it.
        target_images: each (3, h, w) in [0, 1]; their centre square is what counts.
        target_weights: one of each, not above `MAX_WEIGHT`; none: all are 1.
        story: prompts that take the place of the first ones, in equal shares of the steps.
        motion: of a film's canvas; None: it lies still.
        noise_prompts: (seed, weight) of random directions in the perceptor's space.
        preset: where steps, canvas and cutouts come from by default.

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
    init_fit: str = DEFAULT_INIT_FIT
    preset: str = DEFAULT_PRESET
    target_weights: tuple[float, ...] = ()
    story: tuple[tuple[WeightedPrompt, ...], ...] = ()
    motion: Motion | None = None
    init_weight: float | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        check_size(self.width, self.height)
        check_range("steps", self.steps, 1, MAX_STEPS)
        check_range("num_cutouts", self.num_cutouts, 1, MAX_CUTOUTS)
        check_range("seed", self.seed, 0, MAX_SEED)
        check_init_fit(self.init_fit)
        for seed, weight in self.noise_prompts:
            check_range("seed of a noise prompt", seed, 0, MAX_SEED)
            if not abs(weight) <= MAX_WEIGHT:  # so that NaN fails, too
                raise must_be_between("weight of a noise prompt", weight, -MAX_WEIGHT, MAX_WEIGHT)
        if self.target_weights and len(self.target_weights) != len(self.target_images):
            message = "Each target image has a weight, or none has."
            raise ParameterError(message, given=self.target_weights)
        for weight in self.target_weights:
            if not abs(weight) <= MAX_WEIGHT:
                raise must_be_between("weight of a target image", weight, -MAX_WEIGHT, MAX_WEIGHT)
        is_shown = any(weight > 0 for weight in self.target_weights) or (
            self.target_images and not self.target_weights
        )
        for prompts in self.chapters:
            if not is_shown and not any(prompt.weight > 0 for prompt in prompts):
                raise PromptError(
                    "A painting needs a prompt with a weight above zero or a target image.",
                    given=prompts,
                )
        if len(self.chapters) > self.steps:
            check_range("steps", self.steps, len(self.chapters), MAX_STEPS)

    @property
    def chapters(self) -> tuple[tuple[WeightedPrompt, ...], ...]:
        """The prompts of the first part of the steps, then those of each further part."""
        return (self.prompts, *self.story)

    def of_chapter(self, number: int) -> PaintingRequest:
        """What is asked for in that part of the steps, as a request of its own."""
        if not self.story:
            return self
        prompts = self.chapters[number]
        attributes = None if self.attributes is None else attributes_of(prompts)
        return replace(self, prompts=prompts, attributes=attributes, story=())

    @property
    def shares(self) -> tuple[PromptShare, ...]:
        """What the parts ask for beside their words, the heaviest first."""
        return () if self.attributes is None else shares_of(self.prompts)


def parse_noise_prompt(text: str) -> tuple[int, float]:
    """Read "SEED:WEIGHT"; the weight may be left out. PaintingRequest checks the ranges."""
    seed, _, weight = text.partition(":")
    try:
        return int(seed), float(weight or 1.0)
    except ValueError:
        message = f"The noise prompt {quoted(text)} is not SEED:WEIGHT, such as 7:0.3."
        raise ParameterError(message, given=text) from None
