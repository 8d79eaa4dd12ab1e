"""How a painting is found, where a command asks for another way than the settings' own.

All of it becomes settings, which the manifest holds and `ganshare verify` reads. Needs no torch.
"""

from collections.abc import Sequence
from typing import Any

from ganshare.domain.limits import check_range
from ganshare.errors import ParameterError, must_be_one_of, quoted

__all__ = ["AUGMENTATIONS", "CUT_METHODS", "OPTIMISERS", "changes_of"]

MOST_STARTS = 8
OPTIMISERS = ("adam", "adamax", "adamw", "adagrad", "nadam", "radam", "rmsprop")
CUT_METHODS: dict[str, dict[str, float]] = {
    "views": {},  # some of nearly everything, most of a part, over the edge, too
    "crops": {"whole": 0.0, "overhang": 0.0, "smallest": 0.25},  # as the notebooks have them
    "whole": {"whole": 1.0},  # nearly everything in each
}
AUGMENTATIONS = {"flip": 1.0, "grey": 1.0, "noise": 0.5, "jitter": 0.5}  # the most of each
LARGEST_STEP, LARGEST_POWER, LARGEST_INIT_WEIGHT = 1.0, 8.0, 1000.0
FINAL = 0.3  # share of its size that the last step has, as with the settings' own


def changes_of(
    *,
    optimiser: str | None = None,
    step_size: float | None = None,
    init_weight: float | None = None,
    starts: int | None = None,
    cut_method: str | None = None,
    cut_power: float | None = None,
    augment: Sequence[str] = (),
) -> dict[str, Any]:
    """What differs from the default `SynthesisSettings`, as its `from_json` reads it.

    Args:
        augment: "NAME=VALUE" each, or "none".

    Raises:
        ParameterError: a name is unknown, or a number out of its range.
    """
    changes: dict[str, Any] = {}
    if optimiser is not None:
        changes["optimiser"] = _one_of("optimiser", optimiser, OPTIMISERS)
    if step_size is not None:
        check_range("step_size", step_size, 0.001, LARGEST_STEP)
        changes |= {"step_size": step_size, "final_step_size": FINAL * step_size}
    if init_weight is not None:
        check_range("init_weight", init_weight, 0.0, LARGEST_INIT_WEIGHT)
        changes["init_weight"] = init_weight
    if starts is not None:
        check_range("starts", starts, 1, MOST_STARTS)
        changes["starts"] = starts
    cutouts: dict[str, float] = {}
    if cut_method is not None:
        cutouts |= CUT_METHODS[_one_of("cut_method", cut_method, CUT_METHODS)]
    if cut_power is not None:
        check_range("cut_power", cut_power, 1 / LARGEST_POWER, LARGEST_POWER)
        cutouts["power"] = cut_power
    for text in augment:
        cutouts |= _augmentation(text)
    return changes | ({"cutouts": cutouts} if cutouts else {})


def _augmentation(text: str) -> dict[str, float]:
    if text == "none":
        return dict.fromkeys(AUGMENTATIONS, 0.0)
    name, _, value = text.partition("=")
    _one_of("augmentation", name, AUGMENTATIONS)
    try:
        number = float(value)
    except ValueError:
        message = f"The augmentation {quoted(text)} is not NAME=VALUE, such as grey=0.1."
        raise ParameterError(message, given=text) from None
    check_range(name, number, 0.0, AUGMENTATIONS[name])
    return {name: number}


def _one_of(what: str, given: str, allowed: Sequence[str] | dict[str, Any]) -> str:
    if given not in allowed:
        raise must_be_one_of(ParameterError, what, given, tuple(allowed))
    return given
