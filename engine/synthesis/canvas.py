"""The loop: a latent on the codebook climbs towards its prompts, step by step.

VQGAN+CLIP (Crowson 2021; arXiv:2204.08583), coarse to fine: the composition is found on a canvas
of half the side, where a step costs a quarter and a view takes in everything, then carried over to
the full canvas. The step size falls until the last step; where the loss doesn't any more, a long
painting goes through the rest of that in a few steps.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.imaging.codecs import fit_image
from engine.runtime.precision import gradient_scale
from engine.synthesis.adam import Adam
from engine.synthesis.losses import (
    Composition,
    Palette,
    lattice,
    range_loss,
    sum_losses,
    total_variation,
)
from engine.synthesis.plateau import Plateau
from engine.synthesis.request import DEFAULT_STEPS, PaintingRequest
from engine.vqgan.model import random_latent
from ganshare.errors import InternalError

if TYPE_CHECKING:
    from engine.synthesis.painter import Painter

__all__ = ["Canvas", "CanvasState", "Frame"]


@dataclass(frozen=True)
class Frame:
    """A canvas on its way.

    Args:
        step: steps taken.
        steps: in all, as far as is known now.
        image: (3, height, width) in [0, 1].
        loss: the total.
        losses: its parts.
        plateau_step: after which no more progress was to be seen, so that `steps` are fewer than
            were asked for.
    """

    step: int
    steps: int
    image: Tensor
    loss: float
    losses: dict[str, float]
    plateau_step: int | None = None


_NUMBERS = ("step", "plateau_step")


@dataclass(frozen=True, eq=False)
class CanvasState:
    """A canvas between two steps, for another process to go on from."""

    tensors: dict[str, Tensor]
    numbers: dict[str, float]
    losses: dict[str, float]


class Canvas:
    """One painting's latent, optimiser and random numbers: nothing that batch-mates could touch."""

    def __init__(self, painter: "Painter", request: PaintingRequest) -> None:
        self.painter, self.request = painter, request
        self.generator = torch.Generator().manual_seed(request.seed)
        self.targets = painter.targets_of(request, self.generator)
        self.composition = painter.composition_of(request)
        self.wishes: list[tuple[str, Palette | Composition]] = [
            ("palette", palette) for palette in painter.palettes_of(request)
        ]
        if self.composition is not None:
            self.wishes.append(("composition", self.composition))
        self.styles = painter.styles_of(request, drawn=self.composition is not None)
        settings = painter.settings
        self.plateau = Plateau(settings.plateau_steps, settings.plateau_gain)
        self.step, self.plateau_step = 0, 0  # the latter stays 0 while there is progress
        self._plan()
        factor = painter.vqgan.factor * (2 if self.coarse_steps else 1)
        self._set_latent(self._first_latent(request.height // factor, request.width // factor))
        self.losses: dict[str, float] = {}

    def _plan(self) -> None:
        """At which step what begins; shares of the way that are past stay where they were."""
        settings, request = self.painter.settings, self.request
        coarse = min(request.width, request.height) >= 2 * settings.coarse_side
        self.coarse_steps = self._step_at(settings.coarse_share) if coarse else 0
        self.style_step = self._step_at(settings.reading_from) if self.styles else 0

    @property
    def steps(self) -> int:
        """In all, as far as is known now."""
        if self.plateau_step:
            return self.plateau_step + self.painter.settings.anneal_steps
        return self.request.steps

    @property
    def done(self) -> float:
        """The share of the way that lies behind; from a plateau on, each step is a larger one."""
        if not self.plateau_step:
            return self.step / self.request.steps
        before = self.plateau_step / self.request.steps
        last = (self.step - self.plateau_step) / self.painter.settings.anneal_steps
        return before + last * (1 - before)

    def _step_at(self, share: float) -> int:
        """The first step after so much of the way, rounded down."""
        before = self.plateau_step / self.request.steps
        if share <= before or not self.plateau_step:
            return int(share * self.request.steps)
        last = (share - before) / (1 - before)
        return self.plateau_step + int(last * self.painter.settings.anneal_steps)

    def _set_latent(self, latent: Tensor) -> None:
        # contiguous, as a restored one is: another layout could round differently
        self.latent = latent.to(self.painter.device).contiguous().requires_grad_(True)
        self.average = self.latent.detach().clone()
        self.adam = Adam(self.latent)

    def _first_latent(self, height: int, width: int) -> Tensor:
        vqgan, image = self.painter.vqgan, self.request.init_image
        if image is None and self.composition is not None:
            image = self.composition.drawing
        if image is not None:
            sides = (width * vqgan.factor, height * vqgan.factor)
            fitted = fit_image(image, *sides, self.request.init_fit)[None]
            with torch.no_grad():
                encoded = vqgan.encode(fitted.to(self.painter.device) * 2 - 1)
            return encoded.latent.detach()
        entries = random_latent(vqgan, height, width, self.generator)
        # neighbours are blended, so that the first frame is soft clouds and not noise
        smooth = F.avg_pool2d(F.pad(entries, (2, 2, 2, 2), mode="reflect"), 5, 1)
        return self.painter.normalised(smooth)

    @property
    def finished(self) -> bool:
        """All steps done, as many as were asked for or as are left after a plateau."""
        return self.step >= self.steps

    def advance(self) -> None:
        """One step of Adam on the latent; a step that fails leaves the canvas as it was."""
        before = self.generator.get_state()
        try:
            self._advance()
        except BaseException:
            self.generator.set_state(before)
            raise

    def _advance(self) -> None:
        painter, request, settings = self.painter, self.request, self.painter.settings
        if self.coarse_steps and self.step == self.coarse_steps:
            self._refine()
        # what is settled in more steps can be settled more finely
        final = settings.final_step_size * min(1.0, DEFAULT_STEPS / request.steps) ** 0.5
        step_size = settings.step_size + self.done * (final - settings.step_size)
        image = painter.decode(self.latent)
        sides = (image.shape[2], image.shape[3])
        cutouts = painter.draw_cutouts(request, sides, self.generator)
        embeddings = painter.embed(painter.take(cutouts, image))
        parts = [(target.name, target.loss(embeddings)) for target in self.targets]
        parts += [(name, wish.loss(image)) for name, wish in self.wishes]
        if self.step >= self.style_step:
            parts += [("style", style.loss(image)) for style in self.styles]
        parts.append(("range", settings.range_weight * range_loss(image)))
        parts.append(("smoothness", settings.smoothness * total_variation(image)))
        parts.append(("lattice", settings.lattice_weight * lattice(image, painter.vqgan.factor)))
        loss, named = sum_losses(parts)
        scale = gradient_scale(painter.dtype)
        gradient = torch.autograd.grad(loss * scale, self.latent)[0] / scale
        if not torch.isfinite(loss) or not torch.isfinite(gradient).all():
            raise InternalError(f"The loss is not finite at step {self.step}.")
        self.adam.step(gradient, step_size)
        with torch.no_grad():
            self.latent.copy_(painter.normalised(self.latent))
            self.average.lerp_(self.latent, 1.0 - settings.ema_decay)
        self.step += 1
        self.losses = {name: value.item() for name, value in named.items()}
        self._watch(loss.item())

    def _refine(self) -> None:
        """From half the side to the full canvas; the second time, after a failed step, nothing."""
        factor = self.painter.vqgan.factor
        cells = (self.request.height // factor, self.request.width // factor)
        if tuple(self.latent.shape[2:]) != cells:
            finer = F.interpolate(self.average, cells, mode="bilinear")
            self._set_latent(self.painter.normalised(finer))

    def _watch(self, loss: float) -> None:
        """Begin the last steps of a long painting once its loss has stopped falling."""
        settings, plateau = self.painter.settings, self.plateau
        if self.step - 1 in (self.style_step, self.coarse_steps):
            plateau.restart()  # another loss from this step on
        plateau.add(loss)
        is_long = self.step + settings.anneal_steps < self.request.steps
        if is_long and not self.plateau_step and plateau.reached:
            self.plateau_step = self.step
            self._plan()

    def state(self) -> CanvasState:
        """All that the next step depends on, copied."""
        tensors = {
            "latent": self.latent,
            "average": self.average,
            "generator": self.generator.get_state(),
            "recent_losses": torch.tensor(self.plateau.losses, dtype=torch.float64),
            **{f"adam.{name}": value for name, value in self.adam.state.items()},
        }
        return CanvasState(
            {name: value.detach().cpu().clone() for name, value in tensors.items()},
            {name: getattr(self, name) for name in _NUMBERS},
            self.losses,
        )

    def restore(self, state: CanvasState) -> None:
        """Go on from a state of the same request; raises KeyError or RuntimeError if it is none."""
        tensors, numbers = dict(state.tensors), dict(state.numbers)
        self.generator.set_state(tensors.pop("generator"))
        self._set_latent(tensors.pop("latent"))
        self.average.copy_(tensors.pop("average"))
        for name, value in self.adam.state.items():
            value.copy_(tensors[f"adam.{name}"])
        self.plateau.restart(tensors.pop("recent_losses").tolist())
        for name in _NUMBERS:
            setattr(self, name, int(numbers[name]))
        self._plan()
        self.losses = dict(state.losses)

    def frame(self, *, exact: bool = True) -> Frame:
        """What the canvas shows now: the average of the last latents, at the size asked for.

        A preview need not be `exact`, which takes half the time.
        """
        with torch.no_grad():
            image = self.painter.decode(self.painter.normalised(self.average), exact=exact)
            sides = (self.request.height, self.request.width)
            if tuple(image.shape[2:]) != sides:
                image = F.interpolate(image, sides, mode="bilinear", antialias=True)
        total = sum(self.losses.values())
        picture = image[0].clamp(0, 1).cpu()
        plateau_step = self.plateau_step or None
        return Frame(self.step, self.steps, picture, total, self.losses, plateau_step)
