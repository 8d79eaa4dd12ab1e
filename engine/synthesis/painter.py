"""A painter: the models on their device, and what a request means to them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.imaging.codecs import fit_cover
from engine.perceptor.protocol import Perceptor
from engine.runtime.allocator import keep_freed_memory
from engine.runtime.precision import autocast, fastest_dtype
from engine.synthesis.cutouts import Cutouts
from engine.synthesis.losses import Composition, Contrast, Palette, Style, Target
from engine.synthesis.request import PaintingRequest
from engine.synthesis.settings import SynthesisSettings
from engine.synthesis.shape_init import underpaintings
from engine.vqgan import VQGAN
from ganshare.prompts import PromptShare
from wordlists import CATEGORIES, word_lists


class Painter:
    """A VQGAN and a perceptor on one device, ready to paint."""

    def __init__(
        self,
        vqgan: VQGAN,
        perceptor: Perceptor,
        device: str = "cpu",
        settings: SynthesisSettings | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """`dtype` is what networks compute in; by default `fastest_dtype(device)`."""
        self.vqgan, self.perceptor = vqgan, perceptor
        self.device = torch.device(device)
        self.dtype = dtype or fastest_dtype(self.device)
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

    def _precision(self, *, exact: bool) -> torch.autocast:
        return autocast(self.device, torch.float32 if exact else self.dtype)

    def decode(self, latent: Tensor, *, exact: bool = False) -> Tensor:
        """(1, embed_dim, height, width) -> image in about [0, 1]; `exact` in float32."""
        quantised = self.vqgan.vector_quantize(latent, self.codebook)
        with self._precision(exact=exact):
            image = self.vqgan.decode(quantised.contiguous(memory_format=torch.channels_last))
        return image.float() * 0.5 + 0.5

    def embed(self, views: Tensor) -> Tensor:
        """(n, 3, size, size) -> (n, dim), unit length."""
        with self._precision(exact=False):
            return self.perceptor.encode_image(views.contiguous(memory_format=torch.channels_last))

    def draw_cutouts(
        self, request: PaintingRequest, sides: tuple[int, int], generator: torch.Generator
    ) -> Cutouts:
        """The views of one step on a canvas of (height, width)."""
        size = self.perceptor.input_size
        return Cutouts.draw(request.num_cutouts, size, sides, generator, self.settings.cutouts)

    def take(self, cutouts: Cutouts, image: Tensor) -> Tensor:
        """(1, 3, height, width) -> (n, 3, size, size)."""
        with self._precision(exact=False):
            return cutouts.to(image.device)(image)

    def _read(self, text: str) -> Tensor:
        """(dim,), unit length."""
        return self.perceptor.encode_text([text])[0].to(self.device)

    def _read_subject(self, part: PromptShare) -> Tensor:
        """(subject_dim,), unit length: a part's subject in its own part of the space.

        There the colours and textures that the perceptor knows a subject by don't argue with those
        that the prompt asks for.
        """
        text = part.attributes.subject or part.text
        return F.normalize(self._read(text)[: self.perceptor.subject_dim], dim=0)

    def warm(self) -> None:
        """Read what all paintings share, which the first one would wait for."""
        _ = self._rivals

    @cached_property
    def _rivals(self) -> Tensor:
        """(subjects of the word lists, subject_dim), unit length."""
        texts = [text for category in CATEGORIES for text in word_lists().subjects(category)]
        read = self.perceptor.encode_text(texts, together=True)  # always the same company
        return F.normalize(read[:, : self.perceptor.subject_dim], dim=1).to(self.device)

    def contrasts_of(self, parts: Sequence[PromptShare]) -> list[Contrast]:
        """The subject of each part against those of the word lists; none of them is a rival."""
        owns = [self._read_subject(part) for part in parts]
        if not owns:
            return []
        settings, rivals, sharpness = self.settings, self._rivals, self.perceptor.sharpness
        handicaps = settings.forgiven * torch.stack([rivals @ own for own in owns]).amax(0)
        weights = [settings.contrast_weight * part.share for part in parts]
        return [
            Contrast("subject", own, rivals, handicaps, sharpness, weight)
            for own, weight in zip(owns, weights, strict=True)
        ]

    def targets_of(
        self, request: PaintingRequest, generator: torch.Generator
    ) -> list[Target | Contrast]:
        """Text, image and noise prompts as directions; the order of the parts is of no account."""
        settings, shares = self.settings, request.shares
        prompts = sorted(request.prompts, key=lambda prompt: (-prompt.weight, prompt.text))
        texts = [(prompt.text, prompt.text, prompt.weight) for prompt in prompts]
        texts += [
            ("style", f"{part.attributes.style} painting", settings.style_weight * part.share)
            for part in shares
            if part.attributes.style is not None
        ]
        targets = [Target(name, self._read(text), weight) for name, text, weight in texts]
        subjects = _with_subject(shares)
        targets += [
            Target("subject", self._read_subject(part), settings.subject_weight * part.share)
            for part in subjects
        ]
        size = self.perceptor.input_size
        for image in request.target_images:
            square = fit_cover(image, size, size)[None]
            with torch.no_grad():
                embedding = self.embed(square.to(self.device))[0]
            targets.append(Target("image", embedding, 1.0))
        for seed, weight in request.noise_prompts:
            noise = torch.randn(targets[0].embedding.shape, generator=generator.manual_seed(seed))
            targets.append(Target("noise", F.normalize(noise, dim=0).to(self.device), weight))
        generator.manual_seed(request.seed)
        return [*targets, *self.contrasts_of(subjects)]

    def palettes_of(self, request: PaintingRequest) -> list[Palette]:
        """The colour of each part that gives the picture one."""
        return [
            Palette.of(part.attributes.hex, self.settings.palette_weight * part.share)
            for part in request.shares
            if part.attributes.hex is not None
        ]

    def composition_of(self, request: PaintingRequest) -> Composition | None:
        """What is drawn before it is painted: the heaviest shape; an init image takes its place."""
        if request.init_image is not None:
            return None
        shares, sides = request.shares, (request.height, request.width)
        hexes = [part.attributes.hex for part in shares if part.attributes.hex is not None]
        subjects = _with_subject(shares)
        for part, contrast in zip(subjects, self.contrasts_of(subjects), strict=True):
            asked = replace(part.attributes, hex=part.attributes.hex or next(iter(hexes), None))
            drawings = underpaintings(asked, *sides, request.seed, self.settings.drawings)
            if drawings:
                weight = self.settings.composition_weight * part.share
                return Composition(self._clearest(drawings, contrast, request), weight)
        return None

    def _clearest(
        self, drawings: Sequence[Tensor], contrast: Contrast, request: PaintingRequest
    ) -> Tensor:
        """The drawing, of (3, height, width), that is most surely taken for its subject."""
        generator = torch.Generator().manual_seed(request.seed)
        cutouts = self.draw_cutouts(request, (request.height, request.width), generator)
        with torch.no_grad():
            surprises = [
                contrast.loss(self.embed(self.take(cutouts, drawing[None].to(self.device))))
                for drawing in drawings
            ]
        return drawings[int(torch.stack(surprises).argmin())].to(self.device)

    def styles_of(self, request: PaintingRequest, *, drawn: bool) -> list[Style]:
        """The style of each part, where the perceptor can read it off a canvas."""
        weight = self.settings.reading_weight * (self.settings.drawn_reading if drawn else 1.0)
        return [
            Style(self.perceptor, name, rivals, weight * part.share, self.dtype)
            for part in request.shares
            for name, rivals in self._style_and_rivals(part)
        ]

    def _style_and_rivals(self, part: PromptShare) -> list[tuple[str, tuple[str, ...]]]:
        """The style that a part asks for and what it could be taken for; [] without one."""
        readable, text = self.perceptor.styles, part.text.lower()
        rivals = [style.lower() for style in word_lists().styles if style.lower() in readable]
        # the longest: "post-impressionist painting" has an impressionist one within
        named = max((s for s in readable if f"{s} painting" in text), key=len, default="")
        if named and named not in rivals:  # the word lists don't have it
            name, rivals = named, list(readable)
        else:
            name = (part.attributes.style or "").lower()
        return [(name, tuple(r for r in rivals if r != name))] if name in rivals else []


def _with_subject(shares: Sequence[PromptShare]) -> list[PromptShare]:
    return [part for part in shares if part.attributes.subject is not None]
