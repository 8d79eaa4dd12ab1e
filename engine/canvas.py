"""The loop: a latent on the codebook climbs towards its prompts, step by step.

VQGAN+CLIP (Crowson 2021; arXiv:2204.08583), coarse to fine: the composition is found on a canvas
of half the side, where a step costs a quarter and a view takes in everything, then carried over to
the full canvas.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.adam import Adam
from engine.guidance import lattice, range_loss, sum_losses, total_variation
from engine.request import PaintingRequest
from engine.runtime.precision import gradient_scale
from engine.vqgan.model import random_latent
from ganshare.errors import InternalError

if TYPE_CHECKING:
    from engine.synthesis import Painter

__all__ = ["Canvas", "CanvasState", "Frame"]


@dataclass(frozen=True)
class Frame:
    """A canvas on its way."""

    step: int
    steps: int
    image: Tensor  # (3, height, width) in [0, 1]
    loss: float
    losses: dict[str, float]


_NUMBERS = ("step", "smoothed", "best", "best_step")


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
        wishes = (
            ("palette", painter.palette_of(request)),
            ("composition", self.composition),
        )
        self.wishes = [(name, wish) for name, wish in wishes if wish is not None]
        self.style = painter.style_of(request, drawn=self.composition is not None)
        settings = painter.settings
        self.style_step = int(settings.reading_from * request.steps) if self.style else 0
        coarse = min(request.width, request.height) >= 2 * settings.coarse_side
        self.coarse_steps = int(settings.coarse_share * request.steps) if coarse else 0
        self.step = 0
        self.smoothed, self.best, self.best_step = 0.0, 0.0, 0
        factor = painter.vqgan.factor * (2 if self.coarse_steps else 1)
        self._set_latent(self._first_latent(request.height // factor, request.width // factor))
        self.losses: dict[str, float] = {}

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
            sides = (height * vqgan.factor, width * vqgan.factor)
            fitted = F.interpolate(image[None], sides, mode="bicubic", antialias=True)
            with torch.no_grad():
                encoded = vqgan.encode(fitted.clamp(0, 1).to(self.painter.device) * 2 - 1)
            return encoded.latent.detach()
        entries = random_latent(vqgan, height, width, self.generator)
        # neighbours are blended, so that the first frame is soft clouds and not noise
        smooth = F.avg_pool2d(F.pad(entries, (2, 2, 2, 2), mode="reflect"), 5, 1)
        return self.painter.normalised(smooth)

    @property
    def finished(self) -> bool:
        """All steps done, or no progress for a while."""
        return self.step >= self.request.steps

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
        done = self.step / request.steps
        step_size = settings.step_size + done * (settings.final_step_size - settings.step_size)
        image = painter.decode(self.latent)
        sides = (image.shape[2], image.shape[3])
        cutouts = painter.draw_cutouts(request, sides, self.generator)
        embeddings = painter.embed(painter.take(cutouts, image))
        parts = [(target.name, target.loss(embeddings)) for target in self.targets]
        parts += [(name, wish.loss(image)) for name, wish in self.wishes]
        if self.style is not None and self.step >= self.style_step:
            parts.append(("style", self.style.loss(image)))
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
        self._watch_plateau(loss.item())

    def _refine(self) -> None:
        """From half the side to the full canvas; the second time, after a failed step, nothing."""
        factor = self.painter.vqgan.factor
        cells = (self.request.height // factor, self.request.width // factor)
        if tuple(self.latent.shape[2:]) != cells:
            finer = F.interpolate(self.average, cells, mode="bilinear")
            self._set_latent(self.painter.normalised(finer))

    def _watch_plateau(self, loss: float) -> None:
        """Views are random and so is each loss: what counts is the average of the last few."""
        settings = self.painter.settings
        if self.step in (1, self.style_step + 1, self.coarse_steps + 1):  # another loss from here
            self.smoothed, self.best, self.best_step = loss, loss, self.step
        self.smoothed += 0.1 * (loss - self.smoothed)
        if self.smoothed < self.best - settings.plateau_gain:
            self.best, self.best_step = self.smoothed, self.step
        if self.step - self.best_step >= settings.plateau_steps:
            self.request = replace(self.request, steps=self.step)

    def state(self) -> CanvasState:
        """All that the next step depends on, copied."""
        tensors = {
            "latent": self.latent,
            "average": self.average,
            "generator": self.generator.get_state(),
            **{f"adam.{name}": value for name, value in self.adam.state.items()},
        }
        return CanvasState(
            {name: value.detach().cpu().clone() for name, value in tensors.items()},
            {name: getattr(self, name) for name in _NUMBERS} | {"steps": self.request.steps},
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
        self.request = replace(self.request, steps=int(numbers["steps"]))
        for name in _NUMBERS:
            setattr(self, name, numbers[name])
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
        return Frame(self.step, self.request.steps, image[0].clamp(0, 1).cpu(), total, self.losses)
