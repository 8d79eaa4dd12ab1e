"""Learns a linear map from sentence embeddings to the features of an image network.

What the network was trained on names its classes; shapes are drawn, and photographs of things add
what ImageNet doesn't name. The map is a ridge regression from texts to these directions, so that
any text can be looked for in a picture.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from engine.imaging.dataset import ImageSet, read_rows
from engine.imaging.shapes import DRAWINGS, draw_shapes
from engine.training.captions import with_article
from engine.training.efficientnet_teacher import class_names
from wordlists import word_lists

__all__ = ["LABEL", "LabelledImages", "TextMapping", "find_tar", "mean_paintings", "with_bias"]

RIDGE = 1.0
MEAN_PAINTINGS = 320
EXAMPLES_OF_SHAPE, EXAMPLES_OF_OBJECT = 6, 8
SHAPE_TRUST, OBJECT_TRUST = 0.7, 0.5  # of features from few examples, against a class row's 1
LABEL = {"paintings": "style", "objects": "label"}  # the column that tells what is seen

Look = Callable[[Sequence[Image.Image]], Tensor]  # pictures -> (n, width) features
Sentences = Callable[[Sequence[str]], Tensor]  # texts -> (n, sentence width)


@dataclass(frozen=True)
class LabelledImages:
    """A tar of images and the CSV beside it."""

    images: ImageSet
    rows: list[dict[str, str]]

    @classmethod
    def read(cls, data: Path, name: str) -> "LabelledImages":
        """Read the tar that `find_tar` finds; raises ValueError if there is none."""
        tar = find_tar(data, name)
        if tar is None:
            raise ValueError(f"{data / name} holds no tar with its labels")
        images, rows = ImageSet.read(tar), read_rows(tar.with_suffix(".csv"))
        return cls(images, [rows[name] for name in images.names])

    def pictures(self, indices: Sequence[int]) -> list[Image.Image]:
        """These images, decoded."""
        return [Image.fromarray(self.images.decode(index)) for index in indices]


def find_tar(data: Path, name: str) -> Path | None:
    """Find the first tar of a folder, by name, beside which a CSV has what is judged by."""
    for tar in sorted((data / name).glob("*.tar")):
        labels = tar.with_suffix(".csv")
        if labels.exists() and all(LABEL[name] in row for row in read_rows(labels).values()):
            return tar
    return None


def mean_paintings(paintings: LabelledImages) -> tuple[list[Image.Image], list[Image.Image]]:
    """Two choices of about `MEAN_PAINTINGS` each, none in both."""
    count = len(paintings.images)
    step = max(2, count // MEAN_PAINTINGS)
    return tuple(paintings.pictures(range(first, count, step)) for first in (0, step // 2))  # type: ignore[return-value]


@dataclass(frozen=True)
class TextMapping:
    """Features of paintings in the mean, (width,), and the map, (sentence width + 1, width)."""

    mean: Tensor
    matrix: Tensor

    @classmethod
    def fit(
        cls,
        look: Look,
        class_rows: Tensor,
        sentences: Sentences,
        paintings: Sequence[Image.Image],
        objects: LabelledImages,
    ) -> "TextMapping":
        """Learn from one network.

        Args:
            look: its features.
            class_rows: of its classifier of ImageNet, (1000, width).
            sentences: embeds texts.
            paintings: of anything; a subject is what differs from their mean.
            objects: photographs with the label of what they show.
        """
        mean = look(paintings).mean(0)
        shapes, things = _drawn_shapes(), _objects_by_label(objects)
        texts = [with_article(names[0].lower()) for names in class_names()]
        texts += [*shapes, *(with_article(label) for label in things)]
        targets = torch.cat(
            [
                F.normalize(class_rows - class_rows.mean(0), dim=1),
                SHAPE_TRUST * _prototypes(look, list(shapes.values()), mean),
                OBJECT_TRUST * _prototypes(look, list(things.values()), mean),
            ]
        )
        inputs = with_bias(sentences(texts))
        gram = inputs.T @ inputs + RIDGE * torch.eye(inputs.shape[1])
        return cls(mean, torch.linalg.solve(gram, inputs.T @ targets))


def with_bias(sentences: Tensor) -> Tensor:
    """Add a column of ones: (n, sentence width) -> (n, sentence width + 1)."""
    return torch.cat([sentences, torch.ones(len(sentences), 1)], 1)


def _drawn_shapes() -> dict[str, list[Image.Image]]:
    """Each shape in random colours."""
    rng = np.random.default_rng(7)
    codes = [colour.hex for colour in word_lists().colours]

    def ink() -> tuple[int, int, int]:
        code = codes[int(rng.integers(len(codes)))]
        return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)

    return {
        shape: [draw_shapes(shape, rng, ink(), [ink(), ink()]) for _ in range(EXAMPLES_OF_SHAPE)]
        for shape in sorted(DRAWINGS)
    }


def _objects_by_label(objects: LabelledImages) -> dict[str, list[Image.Image]]:
    """The first few photographs of each class."""
    indices: dict[str, list[int]] = {}
    for index, row in enumerate(objects.rows):
        indices.setdefault(row["label"], []).append(index)
    return {
        label: objects.pictures(indices[label][:EXAMPLES_OF_OBJECT]) for label in sorted(indices)
    }


def _prototypes(look: Look, groups: list[list[Image.Image]], mean: Tensor) -> Tensor:
    """(groups, width), unit length: each group's mean feature less that of paintings."""
    features = look([picture for group in groups for picture in group]) - mean
    parts = features.split([len(group) for group in groups])
    return F.normalize(torch.stack([part.mean(0) for part in parts]), dim=1)
