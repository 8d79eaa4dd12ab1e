"""The canvas: one painting's latent, optimised step by step. `Canvas._advance` is the method.

VQGAN+CLIP (Crowson 2021; arXiv:2204.08583), coarse to fine: the composition is found on a canvas
of half the side, where a step costs a quarter and a view shows nearly everything, then carried
over to the full canvas. It begins several times, with few steps each, and goes on from the start
in which another eye sees the subject best. The step size falls until the last step. Once the loss
of a long painting has stopped falling, the step size falls to the end in a few steps, and the rest
are saved.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.imaging.codecs import fit_image
from engine.runtime.precision import gradient_scale
from engine.synthesis.motion import Motion
from engine.synthesis.objective import Objective
from engine.synthesis.optimiser import make_optimiser
from engine.synthesis.painter import Painter
from engine.synthesis.plateau import Plateau
from engine.synthesis.request import DEFAULT_STEPS, PaintingRequest
from engine.synthesis.starts import Starts
from engine.vqgan.model import random_latent
from ganshare.errors import InternalError

__all__ = ["Canvas", "CanvasState", "Frame"]


@dataclass(frozen=True)
class Frame:
    """What a canvas shows after a step.

    Args:
        step: steps taken.
        steps: steps in all; fewer from a plateau on.
        image: (3, height, width) in [0, 1].
        loss: the total.
        losses: its weighted parts by name.
        plateau_step: the step at which the loss had stopped falling; None as long as it falls.
        start: number of the start that was kept, from 0; None before, and where there is one only.
    """

    step: int
    steps: int
    image: Tensor
    loss: float
    losses: dict[str, float]
    plateau_step: int | None = None
    start: int | None = None


_NUMBERS = ("step", "plateau_step")


@dataclass(frozen=True, eq=False)
class CanvasState:
    """A canvas between two steps, from which another process can continue."""

    tensors: dict[str, Tensor]
    numbers: dict[str, float]
    losses: dict[str, float]


class Canvas:
    """One painting's latent, objective, optimiser and random numbers; canvases share nothing."""

    def __init__(self, painter: Painter, request: PaintingRequest) -> None:
        self.painter, self.request = painter, request
        self.stream = painter.streams.take()
        self.generator = torch.Generator().manual_seed(request.seed)
        with painter.streams.on(self.stream):
            self._begin()
        painter.streams.finish(self.stream)

    def _begin(self) -> None:
        painter, request = self.painter, self.request
        self.objectives = [
            Objective.of(request.of_chapter(number), painter)
            for number in range(len(request.chapters))
        ]
        settings = painter.settings
        self.plateau = Plateau(settings.plateau_steps, settings.plateau_gain)
        self.step, self.plateau_step = 0, 0  # the latter stays 0 while the loss falls
        self.starts = Starts()
        self._plan()
        is_free = request.init_image is None and self.objective.composition is None
        if self.coarse_steps and is_free and not request.story:
            self.starts = Starts.of(request, painter)
            self._plan()
        factor = painter.vqgan.factor * (2 if self.coarse_steps else 1)
        cells = (request.height // factor, request.width // factor)
        self._set_latent(self._first_latent(*cells, self.generator))
        self.losses: dict[str, float] = {}

    def _plan(self) -> None:
        """Set the steps at which stages begin; a plateau doesn't move those already past.

        In a story, every chapter has its own; a canvas that moves is never coarse.
        """
        settings, request = self.painter.settings, self.request
        chapters = len(request.chapters)
        self.chapter = min(self.step * chapters // request.steps, chapters - 1)
        self.objective = self.objectives[self.chapter]
        coarse = min(request.width, request.height) >= 2 * settings.coarse_side
        coarse = coarse and request.motion is None
        self.coarse_steps = self._step_at(settings.coarse_share / chapters) if coarse else 0
        styles_from = (self.chapter + settings.reading_from) / chapters
        self.style_step = self._step_at(styles_from) if self.objective.styles else 0

    @property
    def steps(self) -> int:
        """Steps in all: as many as were asked for, or fewer from a plateau on."""
        if self.plateau_step:
            return self.plateau_step + self.painter.settings.anneal_steps
        return self.request.steps

    @property
    def done(self) -> float:
        """Progress in [0, 1] of the start in hand, as if it were the one that is kept.

        From a plateau on, each step counts for more.
        """
        if not self.plateau_step:
            return (self.step - self.starts.earlier) / self._own_steps
        before = self._before_plateau
        last = (self.step - self.plateau_step) / self.painter.settings.anneal_steps
        return before + last * (1 - before)

    @property
    def _own_steps(self) -> int:
        """Steps that the kept start gets if there is no plateau."""
        return self.request.steps - self.starts.others

    @property
    def _before_plateau(self) -> float:
        return max(0, self.plateau_step - self.starts.others) / self._own_steps

    def _step_at(self, share: float) -> int:
        """The step at which `done` of the kept start reaches a share, rounded down."""
        before = self._before_plateau
        if share <= before or not self.plateau_step:
            return self.starts.others + int(share * self._own_steps)
        last = (share - before) / (1 - before)
        return self.plateau_step + int(last * self.painter.settings.anneal_steps)

    def _set_latent(self, latent: Tensor) -> None:
        # contiguous, as a restored one is: another layout could round differently
        self.latent = latent.to(self.painter.device).contiguous().requires_grad_(True)
        self.average = self.latent.detach().clone()
        settings = self.painter.settings
        self.optimiser = make_optimiser(settings.optimiser, self.latent)
        self.start = None
        given = self.request.init_weight
        self.init_weight = settings.init_weight if given is None else given
        if self.init_weight and self.request.init_image is not None:
            self.start = self._encoded(self.request.init_image, *latent.shape[2:])

    def _first_latent(self, height: int, width: int, generator: torch.Generator) -> Tensor:
        vqgan, image = self.painter.vqgan, self.request.init_image
        if self.objective.composition is not None:
            image = self.objective.composition.drawing
        if image is not None:
            return self._encoded(image, height, width)
        entries = random_latent(vqgan, height, width, generator)
        # neighbours are blended, so that the first frame is soft clouds and not noise
        smooth = F.avg_pool2d(F.pad(entries, (2, 2, 2, 2), mode="reflect"), 5, 1)
        return self.painter.normalise(smooth)

    @torch.no_grad()
    def _encoded(self, image: Tensor, height: int, width: int) -> Tensor:
        """(3, h, w) in [0, 1] -> the latent of (height, width) cells that shows it."""
        vqgan = self.painter.vqgan
        sides = (width * vqgan.factor, height * vqgan.factor)
        fitted = fit_image(image, *sides, self.request.init_fit)[None]
        return vqgan.encode(fitted.to(self.painter.device) * 2 - 1).latent.detach()

    @property
    def finished(self) -> bool:
        """Whether all steps are taken."""
        return self.step >= self.steps

    def advance(self) -> None:
        """Take one step; if it raises, the canvas stays as it was.

        Raises:
            InternalError: the loss or its gradient is not finite.
        """
        self.begin_step()
        self.end_step()

    def begin_step(self) -> None:
        """Launch the next step. A GPU computes it while other canvases begin theirs."""
        self._before = self.generator.get_state()
        try:
            with self.painter.streams.on(self.stream):
                self._find_gradient()
        except BaseException:
            self.generator.set_state(self._before)
            raise

    def end_step(self) -> None:
        """Wait for the step that was begun, and take it."""
        try:
            with self.painter.streams.on(self.stream):
                self._descend()
        except BaseException:
            self.generator.set_state(self._before)
            raise

    def _find_gradient(self) -> None:
        painter, request, factor = self.painter, self.request, self.painter.vqgan.factor
        if self.starts.end_at(self.step):
            self._end_start()
        if self.step == self.coarse_steps:
            self._refine()
        if request.motion is not None and self.step and self.step % request.motion.every == 0:
            self._move(request.motion)
        rows, columns = self.latent.shape[2:]
        sides = (rows * factor, columns * factor)
        cutouts = painter.draw_cutouts(request.num_cutouts, sides, self.generator)
        image, embeddings = painter.graphs[self.stream](
            (sides, request.num_cutouts), self.latent, cutouts.numbers, cutouts.sheet
        )
        read_styles = self.step >= self.style_step
        again = None
        if self.objective.seconds and (self.starts.count == 1 or self.starts.is_over):
            again = painter.look_again(image, self.generator)
        loss, parts = self.objective.loss(image, embeddings, again, read_styles=read_styles)
        if self.start is not None:
            away = 0.5 * self.init_weight * F.mse_loss(self.latent, self.start)
            loss, parts = loss + away, {**parts, "init": away}
        scale = gradient_scale(painter.dtype)
        gradient = torch.autograd.grad(loss * scale, self.latent)[0] / scale
        finite = torch.isfinite(loss) & torch.isfinite(gradient).all()
        numbers = torch.stack([finite.to(loss), loss, *parts.values()]).detach()
        self._found = gradient, tuple(parts), numbers

    def _descend(self) -> None:
        painter, (gradient, names, numbers) = self.painter, self._found
        # one look at the device for all numbers of a step, which is waited for
        is_finite, total, *values = numbers.tolist()
        if not is_finite:
            raise InternalError(f"The loss is not finite at step {self.step}.")
        self.optimiser.step(gradient, self._step_size())
        with torch.no_grad():
            self.latent.copy_(painter.normalise(self.latent))
            self.average.lerp_(self.latent, 1.0 - painter.settings.ema_decay)
        self.step += 1
        if self.request.story:
            self._plan()
        self.losses = dict(zip(names, values, strict=True))
        self._watch(total)

    def _step_size(self) -> float:
        """Of the next step, linear in `done`; longer paintings end with smaller steps.

        Each chapter of a story begins with large ones again.
        """
        settings = self.painter.settings
        final: float = (
            settings.final_step_size * min(1.0, DEFAULT_STEPS / self.request.steps) ** 0.5
        )
        done = self.done * len(self.request.chapters) - self.chapter
        return settings.step_size + done * (final - settings.step_size)

    @torch.no_grad()
    def _end_start(self) -> None:
        """Begin the next start; after the last, go on from the one that is kept."""
        starts, latent = self.starts, self.painter.normalise(self.average)
        starts.end(self.painter.decode(latent), latent, self.painter.settings.start)
        self.plateau.restart()
        if starts.is_over and starts.latent is not None:
            self._set_latent(starts.latent)
            return
        # of its own, so that a step that is taken again begins alike
        generator = torch.Generator().manual_seed(self.request.seed)
        rows, columns = self.latent.shape[2:]
        for _ in range(starts.number + 1):
            latent = self._first_latent(rows, columns, generator)
        self._set_latent(latent)

    def _refine(self) -> None:
        """Enlarge the latent to the full canvas; does nothing if it is there already."""
        factor = self.painter.vqgan.factor
        cells = (self.request.height // factor, self.request.width // factor)
        if tuple(self.latent.shape[2:]) != cells:
            finer = F.interpolate(self.average, cells, mode="bilinear")
            self._set_latent(self.painter.normalise(finer))

    @torch.no_grad()
    def _move(self, motion: Motion) -> None:
        """Go on from the moved picture."""
        image = self.painter.decode(self.painter.normalise(self.average), exact=True).clamp(0, 1)
        moved = self.painter.vqgan.encode(motion.move(image) * 2 - 1)
        self._set_latent(moved.latent.detach())

    def _watch(self, loss: float) -> None:
        """Begin the last steps of a long painting once its loss has stopped falling."""
        settings, plateau = self.painter.settings, self.plateau
        if self.request.story or self.request.motion is not None:
            return  # all steps are wanted
        if self.step - 1 in (self.style_step, self.coarse_steps):
            plateau.restart()  # another loss from this step on
        plateau.add(loss)
        is_long = self.step + settings.anneal_steps < self.request.steps
        if is_long and not self.plateau_step and plateau.reached:
            self.plateau_step = self.step
            self._plan()

    def state(self) -> CanvasState:
        """Copy everything that the next step depends on, to the CPU."""
        with self.painter.streams.on(self.stream):
            return self._copy()

    def _copy(self) -> CanvasState:
        tensors = {
            "latent": self.latent,
            "average": self.average,
            "generator": self.generator.get_state(),
            "recent_losses": torch.tensor(self.plateau.losses, dtype=torch.float64),
            **self.starts.state(),
            **{f"adam.{name}": value for name, value in self.optimiser.state.items()},
        }
        return CanvasState(
            {name: value.detach().cpu().clone() for name, value in tensors.items()},
            {name: getattr(self, name) for name in _NUMBERS},
            self.losses,
        )

    def restore(self, state: CanvasState) -> None:
        """Continue from a state of the same request; raises KeyError or RuntimeError on another."""
        tensors, numbers = dict(state.tensors), dict(state.numbers)
        self.generator.set_state(tensors.pop("generator"))
        self.starts.restore(tensors)
        with self.painter.streams.on(self.stream):
            self._set_latent(tensors.pop("latent"))
            self.average.copy_(tensors.pop("average"))
            own = {name.removeprefix("adam."): tensor for name, tensor in tensors.items()}
            self.optimiser.load({name: own[name] for name in own if f"adam.{name}" in tensors})
        self.plateau.restart(tensors.pop("recent_losses").tolist())
        for name in _NUMBERS:
            setattr(self, name, int(numbers[name]))
        self._plan()
        self.losses = dict(state.losses)

    def frame(self, *, exact: bool = True) -> Frame:
        """Decode the average of the last latents, at the size asked for.

        A preview that is not `exact` takes half the time.
        """
        with torch.no_grad(), self.painter.streams.on(self.stream):
            image = self.painter.decode(self.painter.normalise(self.average), exact=exact)
            sides = (self.request.height, self.request.width)
            if tuple(image.shape[2:]) != sides:
                image = F.interpolate(image, sides, mode="bilinear", antialias=True)
            shown = image[0].clamp(0, 1).cpu()
        total, plateau_step = sum(self.losses.values()), self.plateau_step or None
        kept = self.starts.kept if self.starts.is_over else None
        return Frame(self.step, self.steps, shown, total, self.losses, plateau_step, kept)
