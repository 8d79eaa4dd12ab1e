"""Every weight and step size of the synthesis."""

from dataclasses import dataclass, field

from engine.synthesis.cutouts import CutoutSettings

__all__ = []


@dataclass(frozen=True)
class SynthesisSettings:
    """The knobs of the loop."""

    step_size: float = 0.1  # of Adam, on the latent
    final_step_size: float = 0.03  # of a painting with the default steps; of longer ones, smaller
    coarse_share: float = 0.6  # of the steps, on half the side
    coarse_side: int = 128  # a canvas is never made coarser than this
    palette_weight: float = 4.0
    style_weight: float = 0.4  # of its words
    reading_weight: float = 0.08  # of what style the canvas is read as
    reading_from: float = 0.3  # of the steps; what is painted is found before how
    drawn_reading: float = 0.2  # share of that weight where a drawing is to be kept
    subject_weight: float = 1.0
    contrast_weight: float = 0.15  # of being taken for the subject and for no other
    forgiven: float = 0.5  # of a rival's likeness to the subject: what is akin is hardly a rival
    drawings: int = 8  # of which the one that shows its shape best is painted over
    range_weight: float = 0.3
    smoothness: float = 0.15
    lattice_weight: float = 3.0
    composition_weight: float = 24.0
    ema_decay: float = 0.8
    plateau_steps: int = 400  # in which the loss surely fell by less than `plateau_gain` ...
    plateau_gain: float = 0.05
    anneal_steps: int = 120  # ... are followed by so many, the last ones
    cutouts: CutoutSettings = field(default_factory=CutoutSettings)
