"""The loop: latents on the codebook climb towards their prompts, frame by frame.

VQGAN+CLIP (Crowson 2021; arXiv:2204.08583), coarse to fine: the composition is found on a canvas
of half the side, where a step costs a quarter and a view takes in everything, then carried over to
the full canvas.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.adam import Adam
from engine.allocator import keep_freed_memory
from engine.cutouts import Cutouts, CutoutSettings
from engine.guidance import (
    Composition,
    Contrast,
    Palette,
    Style,
    Target,
    lattice,
    range_loss,
    sum_losses,
    total_variation,
)
from engine.perceptor import load_perceptor
from engine.perceptor.protocol import Perceptor
from engine.registry import ModelFolder
from engine.request import PaintingRequest
from engine.underpainting import underpaintings
from engine.vqgan import VQGAN, load_vqgan
from engine.vqgan.model import random_latent
from ganshare.attributes import Attributes
from ganshare.errors import InternalError
from wordlists import CATEGORIES, word_lists


@dataclass(frozen=True)
class Frame:
    """A canvas on its way."""

    step: int
    steps: int
    image: Tensor  # (3, height, width) in [0, 1]
    loss: float
    losses: dict[str, float]


@dataclass(frozen=True)
class SynthesisSettings:
    """The knobs of the loop."""

    step_size: float = 0.1  # of Adam, on the latent
    final_step_size: float = 0.03
    coarse_share: float = 0.55  # of the steps, on half the side
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
    plateau_steps: int = 60  # without progress of `plateau_gain`, the painting is finished
    plateau_gain: float = 0.002
    cutouts: CutoutSettings = field(default_factory=CutoutSettings)


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
        (gradient,) = torch.autograd.grad(loss, self.latent)
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


class Painter:
    """A VQGAN and a perceptor on one device, ready to paint."""

    def __init__(
        self,
        vqgan: VQGAN,
        perceptor: Perceptor,
        device: str = "cpu",
        settings: SynthesisSettings | None = None,
    ) -> None:
        self.vqgan, self.perceptor = vqgan, perceptor
        self.device = torch.device(device)
        if self.device.type == "cpu":
            keep_freed_memory()
        else:  # the same painting each time is worth more than cuDNN's fastest gradients
            torch.backends.cudnn.deterministic = True
        self.settings = settings or SynthesisSettings()
        self.codebook = vqgan.codebook.detach()

    def normalised(self, latent: Tensor) -> Tensor:
        """Back into the region where codes live: the unit sphere, or the codebook's range."""
        if self.vqgan.config.quantizer == "unit":
            return F.normalize(latent, dim=1)
        low, high = self.codebook.amin(0)[:, None, None], self.codebook.amax(0)[:, None, None]
        return torch.maximum(torch.minimum(latent, high), low)

    def _half(self, *, exact: bool) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=not exact)

    def decode(self, latent: Tensor, *, exact: bool = False) -> Tensor:
        """(1, embed_dim, height, width) -> image in about [0, 1]; `exact` in float32."""
        quantised = self.vqgan.vector_quantize(latent, self.codebook)
        with self._half(exact=exact):
            image = self.vqgan.decode(quantised.contiguous(memory_format=torch.channels_last))
        return image.float() * 0.5 + 0.5

    def embed(self, views: Tensor) -> Tensor:
        """(n, 3, size, size) -> (n, dim), unit length."""
        with self._half(exact=False):
            return self.perceptor.encode_image(views.contiguous(memory_format=torch.channels_last))

    def draw_cutouts(
        self, request: PaintingRequest, sides: tuple[int, int], generator: torch.Generator
    ) -> Cutouts:
        """The views of one step on a canvas of (height, width)."""
        size = self.perceptor.input_size
        return Cutouts.draw(request.num_cutouts, size, sides, generator, self.settings.cutouts)

    def take(self, cutouts: Cutouts, image: Tensor) -> Tensor:
        """(1, 3, height, width) -> (n, 3, size, size)."""
        with self._half(exact=False):
            return cutouts.to(image.device)(image)

    def _read(self, text: str) -> Tensor:
        """(dim,), unit length."""
        return self.perceptor.encode_text([text])[0].to(self.device)

    def _read_subject(self, text: str) -> Tensor:
        """(subject_dim,), unit length: its own part of the space.

        There the colours and textures that the perceptor knows a subject by don't argue with those
        that the prompt asks for.
        """
        return F.normalize(self._read(text)[: self.perceptor.subject_dim], dim=0)

    @cached_property
    def _rivals(self) -> Tensor:
        """(subjects of the word lists, subject_dim), unit length."""
        texts = [text for category in CATEGORIES for text in word_lists().subjects(category)]
        read = self.perceptor.encode_text(texts, together=True)  # always the same company
        return F.normalize(read[:, : self.perceptor.subject_dim], dim=1).to(self.device)

    def contrast_of(self, attributes: Attributes | None) -> Contrast | None:
        """The prompt's subject against those of the word lists."""
        if attributes is None or attributes.subject is None:
            return None
        settings, own, rivals = self.settings, self._read_subject(attributes.subject), self._rivals
        handicaps = settings.forgiven * (rivals @ own)
        return Contrast(
            "subject", own, rivals, handicaps, self.perceptor.sharpness, settings.contrast_weight
        )

    def targets_of(
        self, request: PaintingRequest, generator: torch.Generator
    ) -> list[Target | Contrast]:
        """Text, image and noise prompts as directions."""
        texts = [(prompt.text, prompt.text, prompt.weight) for prompt in request.prompts]
        attributes, settings = request.attributes, self.settings
        if attributes is not None and attributes.style is not None:
            texts.append(("style", f"{attributes.style} painting", settings.style_weight))
        targets = [Target(name, self._read(text), weight) for name, text, weight in texts]
        if attributes is not None and attributes.subject is not None:
            part = self._read_subject(attributes.subject)
            targets.append(Target("subject", part, settings.subject_weight))
        size = self.perceptor.input_size
        for image in request.target_images:
            square = F.interpolate(image[None], (size, size), mode="bicubic", antialias=True)
            with torch.no_grad():
                embedding = self.embed(square.clamp(0, 1).to(self.device))[0]
            targets.append(Target("image", embedding, 1.0))
        for seed, weight in request.noise_prompts:
            noise = torch.randn(targets[0].embedding.shape, generator=generator.manual_seed(seed))
            targets.append(Target("noise", F.normalize(noise, dim=0).to(self.device), weight))
        generator.manual_seed(request.seed)
        contrast = self.contrast_of(attributes)
        return [*targets, *([contrast] if contrast is not None else [])]

    def palette_of(self, request: PaintingRequest) -> Palette | None:
        """The prompt's colour, if it names one."""
        if request.attributes is None or request.attributes.hex is None:
            return None
        return Palette.of(request.attributes.hex, self.settings.palette_weight)

    def composition_of(self, request: PaintingRequest) -> Composition | None:
        """What is drawn before it is painted; an init image takes its place."""
        contrast = self.contrast_of(request.attributes)
        if request.init_image is not None or contrast is None:
            return None
        sides = (request.height, request.width)
        drawings = underpaintings(request.attributes, *sides, request.seed, self.settings.drawings)
        if not drawings:
            return None
        cutouts = self.draw_cutouts(request, sides, torch.Generator().manual_seed(request.seed))
        with torch.no_grad():
            surprises = [
                contrast.loss(self.embed(self.take(cutouts, drawing[None].to(self.device))))
                for drawing in drawings
            ]
        drawing = drawings[int(torch.stack(surprises).argmin())]
        return Composition(drawing.to(self.device), self.settings.composition_weight)

    def style_of(self, request: PaintingRequest, *, drawn: bool) -> Style | None:
        """The style that the prompt asks for, where the perceptor can read it off a canvas."""
        attributes, settings, readable = request.attributes, self.settings, self.perceptor.styles
        rivals = [style.lower() for style in word_lists().styles if style.lower() in readable]
        texts = " ".join(prompt.text.lower() for prompt in request.prompts if prompt.weight > 0)
        # the longest: "post-impressionist painting" has an impressionist one within
        named = max((s for s in readable if f"{s} painting" in texts), key=len, default="")
        if named and named not in rivals:  # the word lists don't have it
            name, rivals = named, list(readable)
        else:
            name = (attributes.style or "").lower() if attributes is not None else named
        if name not in rivals:
            return None
        rivals.remove(name)
        weight = settings.reading_weight * (settings.drawn_reading if drawn else 1.0)
        return Style(self.perceptor, name, tuple(rivals), weight)

    def paint(
        self, requests: Sequence[PaintingRequest], every: int | None = None
    ) -> Iterator[tuple[Frame, ...]]:
        """Frames of all requests, side by side: first, every `every` steps, and finished.

        The canvases take turns, step by step, and share nothing, so that a painting is the same in
        any company.
        """
        canvases = [Canvas(self, request) for request in requests]
        while True:
            for canvas in canvases:
                if not canvas.finished:
                    canvas.advance()
            latest = max(canvas.step for canvas in canvases)
            over = all(canvas.finished for canvas in canvases)
            if over or latest == 1 or (every is not None and latest % every == 0):
                yield tuple(canvas.frame() for canvas in canvases)
            if over:
                return


def load_painter(vqgan: ModelFolder, perceptor: ModelFolder, device: str = "cpu") -> Painter:
    """Load both models, frozen, for one device."""
    return Painter(load_vqgan(vqgan).to(device), load_perceptor(perceptor).to(device), device)
