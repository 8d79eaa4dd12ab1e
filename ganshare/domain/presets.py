"""Presets: named combinations of steps, canvas and cutouts."""

from dataclasses import dataclass

from ganshare.domain.limits import DEFAULT_CUTOUTS, DEFAULT_SIDE, DEFAULT_STEPS

__all__ = ["DEFAULT_PRESET", "PRESETS", "Preset"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Default values for what the asker does not choose.

    Args:
        steps: of the optimiser.
        side: of a square canvas in pixels, before upscaling; another shape keeps about its area.
        num_cutouts: crops that the perceptor sees in each step.
    """

    steps: int
    side: int
    num_cutouts: int


PRESETS = {
    "draft": Preset(steps=60, side=192, num_cutouts=16),
    "standard": Preset(steps=DEFAULT_STEPS, side=DEFAULT_SIDE, num_cutouts=DEFAULT_CUTOUTS),
}
DEFAULT_PRESET = "standard"
