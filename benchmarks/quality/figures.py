"""Figures of many pictures, with their spread, and whether a change is one for the better."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import sqrt
from statistics import mean, stdev

from benchmarks.quality.measures import Measures

__all__ = ["MEASURES", "Change", "Figure", "change", "summarise"]

MEASURES = tuple(field.name for field in fields(Measures))
LOWER_IS_BETTER = ("colour_error", "lattice")
SURE = 2.0  # standard errors


@dataclass(frozen=True)
class Figure:
    """A measure over many prompts.

    Args:
        mean: of the prompts' means over their seeds.
        error: its standard error, over prompts.
        seeds: the mean of each seed's pictures alone.
        prompts: how many have this measure.
    """

    mean: float
    error: float
    seeds: tuple[float, ...]
    prompts: int


@dataclass(frozen=True)
class Change:
    """How much a measure moved, prompt by prompt: the mean and its standard error."""

    mean: float
    error: float

    @property
    def sure(self) -> bool:
        """It is above two standard errors, up or down."""
        return abs(self.mean) > SURE * self.error

    def better(self, name: str) -> bool:
        """It is sure, and in the right direction for this measure."""
        return self.sure and (self.mean < 0) == (name in LOWER_IS_BETTER)


def summarise(measured: Sequence[Sequence[Measures]], name: str) -> Figure | None:
    """Sum up one measure; None where no picture has it.

    Args:
        measured: of each seed, of each prompt.
        name: one of `MEASURES`.
    """
    prompts = _by_prompt(measured, name)
    if not prompts:
        return None
    means = [mean(values) for values in prompts.values()]
    by_seed = tuple(mean(values) for values in zip(*prompts.values(), strict=True))
    return Figure(mean(means), _error(means), by_seed, len(means))


def change(
    before: Sequence[Sequence[Measures]], after: Sequence[Sequence[Measures]], name: str
) -> Change | None:
    """Compare the same prompts with the same seeds; None where they don't have the measure."""
    earlier, later = _by_prompt(before, name), _by_prompt(after, name)
    shared = sorted(earlier.keys() & later.keys())
    if not shared:
        return None
    moves = [mean(later[prompt]) - mean(earlier[prompt]) for prompt in shared]
    return Change(mean(moves), _error(moves))


def _by_prompt(measured: Sequence[Sequence[Measures]], name: str) -> dict[int, list[float]]:
    """Each prompt's values, one a seed, for prompts that have the measure."""
    values: dict[int, list[float]] = {}
    for prompt, pictures in enumerate(zip(*measured, strict=True)):
        found = [getattr(picture, name) for picture in pictures]
        if None not in found:
            values[prompt] = [float(value) for value in found]
    return values


def _error(values: Sequence[float]) -> float:
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else float("inf")
