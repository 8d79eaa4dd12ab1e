"""Weights, step sizes and stages of the synthesis."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from engine.synthesis.cutouts import CutoutSettings

__all__ = ["BEFORE", "SynthesisSettings"]

# What had no part in paintings whose manifests don't name it.
BEFORE: Mapping[str, Any] = {"second_weight": 0.0}


@dataclass(frozen=True)
class SynthesisSettings:
    """Weights, step sizes and stages of a painting; weights are those of the loss's terms."""

    step_size: float = 0.1  # of Adam, on the latent
    final_step_size: float = 0.03  # of a painting with the default steps; of longer ones, smaller
    starts: int = 1  # on half the side, of which the one is kept that shows its subject best
    start_share: float = 0.1  # of the steps, for each start
    start: int | None = None  # number of the one to keep, from 0; None: what the second eye chooses
    coarse_share: float = 0.6  # of the kept start's steps, on half the side
    coarse_side: int = 128  # a canvas is never made coarser than this
    palette_weight: float = 7.0
    style_weight: float = 0.4  # of the style as words
    reading_weight: float = 0.2  # of the style as the perceptor reads it off the canvas
    reading_from: float = 0.3  # share of the steps before it counts: first what, then how
    drawn_reading: float = 0.2  # share of that weight where a drawing is to be kept
    subject_weight: float = 1.0
    contrast_weight: float = 0.15
    second_weight: float = 0.3  # of the same for the second eye
    second_views: int = 2  # that the second eye sees in a step
    forgiven: float = 0.5  # share of a rival's cosine to the subject that makes its handicap
    drawings: int = 8  # of a shape; the canvas starts from the one that shows it best
    range_weight: float = 0.3
    smoothness: float = 0.15
    lattice_weight: float = 3.0
    composition_weight: float = 24.0
    ema_decay: float = 0.8
    plateau_steps: int = 400  # after so many with a fall of less than `plateau_gain` ...
    plateau_gain: float = 0.05
    anneal_steps: int = 120  # ... only so many follow
    cutouts: CutoutSettings = field(default_factory=CutoutSettings)
    optimiser: str = "adam"
    init_weight: float = 0.0  # of the latent's distance from the init image's

    def to_json(self) -> dict[str, Any]:
        """As one JSON object; what came later is left out unless it was chosen."""
        values, default = asdict(self), asdict(SynthesisSettings())
        for part, usual, names in (
            (values, default, ("optimiser", "init_weight", "starts", "start_share", "start")),
            (values["cutouts"], default["cutouts"], ("flip", "power")),
        ):
            for name in names:
                if part[name] == usual[name]:
                    del part[name]
        if not self.second_weight:
            del values["second_weight"], values["second_views"]
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "SynthesisSettings":
        """Read some or all fields; the defaults where there is none, or none of that name."""
        cutouts = replace(CutoutSettings(), **_known(values.get("cutouts", {}), CutoutSettings))
        return replace(cls(), **{**_known(values, cls), "cutouts": cutouts})


def _known(values: Mapping[str, Any], settings: type) -> dict[str, Any]:
    return {each.name: values[each.name] for each in fields(settings) if each.name in values}
