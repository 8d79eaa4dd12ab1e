"""The objective: what a request asks of a canvas, as a sum of weighted losses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.imaging.codecs import fit_cover
from engine.synthesis.losses import (
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
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from engine.synthesis.settings import SynthesisSettings
from engine.synthesis.shape_init import draw_shape_inits
from ganshare.prompts import PromptShare
from wordlists import word_lists

__all__ = ["Objective"]


@dataclass(frozen=True, eq=False)
class Objective:
    """The losses of one request, each part of a prompt by its share of the weights.

    Only `targets` is VQGAN+CLIP's own (Crowson 2021; arXiv:2204.08583). The others add what its
    perceptor alone doesn't bring about.

    Args:
        targets: texts, styles, subjects, images and noise as directions for the views.
        contrasts: each subject against those of the word lists.
        seconds: the same for the second eye; none without one.
        palettes: the named colours.
        composition: the drawing that the canvas starts from, to be kept; None without one.
        styles: the named styles, where the perceptor can read them off a canvas.
        settings: weights of what every painting is asked for.
        cell: side of a latent cell in pixels.
    """

    targets: tuple[Target, ...]
    contrasts: tuple[Contrast, ...]
    seconds: tuple[Contrast, ...]
    palettes: tuple[Palette, ...]
    composition: Composition | None
    styles: tuple[Style, ...]
    settings: SynthesisSettings
    cell: int

    @classmethod
    def of(cls, request: PaintingRequest, painter: Painter) -> "Objective":
        """Embed what a request asks for; the order of its parts doesn't matter."""
        settings, shares = painter.settings, request.shares
        subjects = [part for part in shares if part.attributes.subject is not None]
        contrasts = _contrasts(subjects, painter)
        composition = None
        if request.init_image is None:
            composition = _composition(request, zip(subjects, contrasts, strict=True), painter)
        targets = _text_targets(request, painter)
        targets += [
            Target("subject", contrast.subject, settings.subject_weight * part.share)
            for part, contrast in zip(subjects, contrasts, strict=True)
        ]
        targets += _image_targets(request, painter)
        return cls(
            targets=(*targets, *_noise_targets(request, targets[0].embedding)),
            contrasts=contrasts,
            seconds=_seconds(subjects, painter),
            palettes=tuple(
                Palette.of(
                    part.attributes.hex, settings.palette_weight * part.share, painter.device
                )
                for part in shares
                if part.attributes.hex is not None
            ),
            composition=composition,
            styles=_styles(shares, painter, is_drawn=composition is not None),
            settings=settings,
            cell=painter.vqgan.factor,
        )

    def loss(
        self,
        image: Tensor,
        embeddings: Tensor,
        seen_again: Tensor | None = None,
        *,
        read_styles: bool,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The total, a scalar, and its weighted parts by name.

        Args:
            image: (1, 3, height, width) in about [0, 1].
            embeddings: (n, dim) of its views, unit length.
            seen_again: the same of the second eye, if it looked.
            read_styles: whether `styles` count already.
        """
        settings = self.settings
        parts = self.asked(image, embeddings, read_styles=read_styles)
        if seen_again is not None:
            parts += [(second.name, second.loss(seen_again)) for second in self.seconds]
        parts.append(("range", settings.range_weight * range_loss(image)))
        parts.append(("smoothness", settings.smoothness * total_variation(image)))
        parts.append(("lattice", settings.lattice_weight * lattice(image, self.cell)))
        return sum_losses(parts)

    def asked(
        self, image: Tensor, embeddings: Tensor, *, read_styles: bool = True
    ) -> list[tuple[str, Tensor]]:
        """Only the parts that this request asks for, as `loss` takes them; names may repeat."""
        directed: tuple[Target | Contrast, ...] = (*self.targets, *self.contrasts)
        parts = [(term.name, term.loss(embeddings)) for term in directed]
        parts += [("palette", palette.loss(image)) for palette in self.palettes]
        if self.composition is not None:
            parts.append(("composition", self.composition.loss(image)))
        if read_styles:
            parts += [("style", style.loss(image)) for style in self.styles]
        return parts


def _text_targets(request: PaintingRequest, painter: Painter) -> list[Target]:
    """The prompts, word for word, then their styles as words."""
    prompts = sorted(request.prompts, key=lambda prompt: (-prompt.weight, prompt.text))
    texts = [(prompt.text, prompt.text, prompt.weight) for prompt in prompts]
    texts += [
        ("style", f"{part.attributes.style} painting", painter.settings.style_weight * part.share)
        for part in request.shares
        if part.attributes.style is not None
    ]
    return [Target(name, painter.read(text), weight) for name, text, weight in texts]


def _image_targets(request: PaintingRequest, painter: Painter) -> list[Target]:
    """The middle square of each target image."""
    size = painter.perceptor.input_size
    squares = [fit_cover(image, size, size)[None] for image in request.target_images]
    with torch.no_grad():
        embeddings = [painter.embed(square.to(painter.device))[0] for square in squares]
    weights = request.target_weights or [1.0] * len(embeddings)
    pairs = zip(embeddings, weights, strict=True)
    return [Target("image", embedding, weight) for embedding, weight in pairs]


def _noise_targets(request: PaintingRequest, like: Tensor) -> list[Target]:
    """Random directions, as `like`: (dim,).

    Each has a generator of its own, seeded by its prompt: the canvas's one must begin with the
    request's seed, with or without noise prompts.
    """
    targets = []
    for seed, weight in request.noise_prompts:
        noise = torch.randn(like.shape, generator=torch.Generator().manual_seed(seed))
        targets.append(Target("noise", F.normalize(noise, dim=0).to(like.device), weight))
    return targets


def _contrasts(parts: Sequence[PromptShare], painter: Painter) -> tuple[Contrast, ...]:
    owns = [painter.read_subject(_subject(part)) for part in parts]
    rivals, weight = painter.word_list_subjects, painter.settings.contrast_weight
    return _against("subject", parts, owns, rivals, weight, painter)


def _seconds(parts: Sequence[PromptShare], painter: Painter) -> tuple[Contrast, ...]:
    eye, weight = painter.second_eye, painter.settings.second_weight
    if eye is None or not weight or not parts:
        return ()
    owns = eye.embed_texts([_subject(part) for part in parts]).to(painter.device).unbind()
    return _against("second eye", parts, owns, painter.second_subjects, weight, painter)


def _subject(part: PromptShare) -> str:
    return part.attributes.subject or part.text


def _against(
    name: str,
    parts: Sequence[PromptShare],
    owns: Sequence[Tensor],
    rivals: Tensor,
    weight: float,
    painter: Painter,
) -> tuple[Contrast, ...]:
    """The subject of each part against those of the word lists; no part is a rival of another."""
    if not parts:
        return ()
    handicaps = painter.settings.forgiven * torch.stack([rivals @ own for own in owns]).amax(0)
    sharpness = painter.perceptor.sharpness
    return tuple(
        Contrast(name, own, rivals, handicaps, sharpness, weight * part.share)
        for own, part in zip(owns, parts, strict=True)
    )


def _composition(
    request: PaintingRequest, subjects: Iterable[tuple[PromptShare, Contrast]], painter: Painter
) -> Composition | None:
    """The heaviest part whose subject is a shape, drawn in the colour of the heaviest that has one.

    Of several drawings, the one whose subject the perceptor is surest of.
    """
    hexes = [part.attributes.hex for part in request.shares if part.attributes.hex is not None]
    for part, contrast in subjects:
        attributes = replace(part.attributes, hex=part.attributes.hex or next(iter(hexes), None))
        sides, count = (request.height, request.width), painter.settings.drawings
        drawings = draw_shape_inits(attributes, *sides, request.seed, count)
        if drawings:
            losses = [_drawing_loss(drawing, contrast, request, painter) for drawing in drawings]
            clearest = drawings[int(torch.stack(losses).argmin())].to(painter.device)
            return Composition(clearest, painter.settings.composition_weight * part.share)
    return None


@torch.no_grad()
def _drawing_loss(
    drawing: Tensor, contrast: Contrast, request: PaintingRequest, painter: Painter
) -> Tensor:
    """The contrast's loss on a (3, height, width) drawing; every drawing gets the same cutouts."""
    generator = torch.Generator().manual_seed(request.seed)
    views = painter.cut(drawing[None].to(painter.device), request.num_cutouts, generator)
    return contrast.loss(painter.embed(views))


def _styles(
    shares: Sequence[PromptShare], painter: Painter, *, is_drawn: bool
) -> tuple[Style, ...]:
    """The style of each part that names a readable one; a drawing to be kept weakens them."""
    settings, readable = painter.settings, painter.perceptor.styles
    weight = settings.reading_weight * (settings.drawn_reading if is_drawn else 1.0)
    return tuple(
        Style(painter.perceptor, *found, weight * part.share, painter.dtype)
        for part in shares
        if (found := _find_style(part, readable))
    )


def _find_style(part: PromptShare, readable: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """The readable style that a part names, and those it could be mistaken for."""
    rivals = [style.lower() for style in word_lists().styles if style.lower() in readable]
    text = part.text.lower()
    # the longest: "post-impressionist painting" has an impressionist one within
    name = max((style for style in readable if f"{style} painting" in text), key=len, default="")
    if name and name not in rivals:  # the word lists don't have it
        rivals = list(readable)
    else:
        name = (part.attributes.style or "").lower()
    if name not in rivals:
        return None
    return name, tuple(rival for rival in rivals if rival != name)
