"""Held-out metrics of a perceptor: subjects, colours, styles and captions.

Zero-shot classification: classes are texts, and the nearest text in the embedding space wins.
Only styles that the perceptor's style reader knows, if it has one, are tested.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.evaluation.vqgan import Progress
from engine.imaging.codecs import fit_cover
from engine.imaging.colours import BASIC_COLOURS, dominant_colour
from engine.imaging.dataset import ImageSet
from engine.perceptor.protocol import Perceptor
from engine.perceptor.styles import STYLE_ADJECTIVES, squeezed
from engine.runtime.precision import autocast
from ganshare.errors import ImageError

__all__ = ["PerceptorFigures", "evaluate_perceptor", "match_rows"]

LABEL_TEMPLATES = ("a photo of a {}", "a picture of a {}", "{}")
COLOUR_TEMPLATES = ("a picture in {}", "a {} picture", "a painting in {}")
STYLE_TEMPLATES = ("{} painting", "a painting in the style of {}")
MAX_CANDIDATES = 1000
LEAST_IN_STYLE = 10  # a style with fewer pictures says more about luck
BATCH = 32
CPU = torch.device("cpu")

Row = Mapping[str, str]


@dataclass(frozen=True)
class PerceptorFigures:
    """Held-out figures; None where the labels have no such column.

    Args:
        images: number of images.
        classes: distinct labels; `label_top1` and `label_top5` are fractions of images.
        colour_top1: fraction for which the nearest of 12 colour names is that of most pixels.
        styles: number of styles; `style_top1` is the mean over styles of their recall, on
            the pictures that have exactly one of them, and `style_lift` its ratio to chance;
            `style_text_lift` is the same by texts alone.
        candidates: pictures and captions; `recall_at_1`, 5 and 10: the fraction of captions whose
            own picture is among so many nearest.
    """

    images: int
    colour_top1: float
    classes: int | None = None
    label_top1: float | None = None
    label_top5: float | None = None
    styles: int | None = None
    style_top1: float | None = None
    style_lift: float | None = None
    style_text_lift: float | None = None
    candidates: int | None = None
    recall_at_1: float | None = None
    recall_at_5: float | None = None
    recall_at_10: float | None = None


def match_rows(images: ImageSet, rows: Mapping[str, Row]) -> list[Row]:
    """The CSV row of each image, by its path or its file name; an empty one where there is none.

    Raises:
        ImageError: no image has a row.
    """
    matched = [rows.get(name) or rows.get(name.rpartition("/")[2]) or {} for name in images.names]
    if rows and not any(matched):
        raise ImageError("None of the images has a row in the labels; compare the file names.")
    return matched


@torch.no_grad()
def evaluate_perceptor(
    perceptor: Perceptor,
    images: ImageSet,
    rows: Sequence[Row],
    *,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
    device: torch.device = CPU,
    dtype: torch.dtype = torch.float32,
) -> PerceptorFigures:
    """Embed every image once, centre-cropped to a square, and compare with texts.

    Args:
        perceptor: to measure.
        images: to look at.
        rows: one for each image, with any of the columns `label`, `style` (several between |)
            and `title`.
        seed: chooses the caption candidates, where there are more than `MAX_CANDIDATES`.
        progress: called with (done, total) images.
        device: where the perceptor is; `dtype` is what it computes images in.

    Raises:
        ImageError: an image is damaged.
    """
    read = bool(perceptor.styles) and any(row.get("style") for row in rows)
    embeddings, readings, colours = _look(perceptor, images, progress, device, dtype, read=read)
    found: dict[str, float | int] = {}
    labelled = [index for index, row in enumerate(rows) if row.get("label")]
    if labelled:
        found |= _labels(perceptor, embeddings[labelled], [rows[i]["label"] for i in labelled])
    styled = [
        (index, row["style"])
        for index, row in enumerate(rows)
        if row.get("style") and "|" not in row["style"]
    ]
    found |= _styles(perceptor, embeddings, readings, styled)
    found |= _captions(perceptor, embeddings, [row.get("title") or "" for row in rows], seed)
    names = tuple(BASIC_COLOURS)
    likeness = embeddings @ _classes(perceptor, names, COLOUR_TEMPLATES).T
    guesses = [names[index] for index in likeness.argmax(1).tolist()]
    right = sum(guess == colour for guess, colour in zip(guesses, colours, strict=True))
    return PerceptorFigures(len(images), right / len(images), **found)  # type: ignore[arg-type]  # counts are int, the others float


def _look(
    perceptor: Perceptor,
    images: ImageSet,
    progress: Progress,
    device: torch.device,
    dtype: torch.dtype,
    *,
    read: bool,
) -> tuple[Tensor, Tensor, list[str]]:  # (images, dim), (images, styles), dominant colours
    size = perceptor.input_size
    embeddings: list[Tensor] = []
    readings: list[Tensor] = []
    colours: list[str] = []
    batch: list[Tensor] = []
    squares: list[Tensor] = []
    for index in range(len(images)):
        pixels = np.array(images.decode(index))
        picture = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
        batch.append(fit_cover(picture, size, size))
        colours.append(dominant_colour(batch[-1]))
        if read:
            squares.append(squeezed(pixels))
        if len(batch) == BATCH or index + 1 == len(images):
            with autocast(device, dtype):
                embeddings.append(
                    perceptor.encode_image(torch.stack(batch).to(device)).float().cpu()
                )
                if read:
                    readings.append(
                        perceptor.read_styles(torch.cat(squares).to(device)).float().cpu()
                    )
            batch, squares = [], []
            progress(index + 1, len(images))
    return torch.cat(embeddings), torch.cat(readings) if read else torch.empty(0, 0), colours


def _classes(perceptor: Perceptor, names: Sequence[str], templates: Sequence[str]) -> Tensor:
    """(len(names), dim), unit length: the mean over the templates."""
    texts = [template.format(name) for name in names for template in templates]
    embedded = perceptor.encode_text(texts).float().cpu()
    return F.normalize(embedded.unflatten(0, (len(names), len(templates))).mean(1), dim=1)


def _spoken(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).lower()


def _labels(
    perceptor: Perceptor, embeddings: Tensor, labels: Sequence[str]
) -> dict[str, float | int]:
    names = sorted(set(labels))
    truth = torch.tensor([names.index(label) for label in labels])
    texts = _classes(perceptor, [_spoken(name) for name in names], LABEL_TEMPLATES)
    ranked = (embeddings @ texts.T).argsort(stable=True, dim=1, descending=True)
    hits = ranked == truth[:, None]
    return {
        "classes": len(names),
        "label_top1": hits[:, :1].any(1).float().mean().item(),
        "label_top5": hits[:, :5].any(1).float().mean().item(),
    }


def _styles(
    perceptor: Perceptor, embeddings: Tensor, readings: Tensor, styled: Sequence[tuple[int, str]]
) -> dict[str, float | int]:
    counts = Counter(style for _, style in styled)
    names = sorted(style for style, count in counts.items() if count >= LEAST_IN_STYLE)
    if len(names) < 2:
        return {}
    likeness = embeddings @ _classes(perceptor, [_spoken(n) for n in names], STYLE_TEMPLATES).T

    def recall(scores: Tensor) -> float:  # the mean over styles
        recalls = []
        for position, name in enumerate(names):
            own = [index for index, style in styled if style == name]
            recalls.append((scores[own].argmax(1) == position).float().mean().item())
        return sum(recalls) / len(recalls)

    adjectives = [STYLE_ADJECTIVES.get(name, _spoken(name)) for name in names]
    known = {a: readings[:, perceptor.styles.index(a)] for a in adjectives if a in perceptor.styles}
    scores = likeness
    if known:
        # between the likeliest style that the reader knows and those that it doesn't, and between
        # labels that it takes for one, likeness decides: it is small beside a reading
        likeliest = torch.stack(list(known.values())).amax(0)
        scores = likeness + torch.stack([known.get(a, likeliest) for a in adjectives], 1)
    top1 = recall(scores)
    return {
        "styles": len(names),
        "style_top1": top1,
        "style_lift": top1 * len(names),
        "style_text_lift": recall(likeness) * len(names),
    }


def _captions(
    perceptor: Perceptor, embeddings: Tensor, titles: Sequence[str], seed: int
) -> dict[str, float | int]:
    """Caption -> image; of pictures with the same title the first one stands for all."""
    first = {title.strip().lower(): index for index, title in reversed(list(enumerate(titles)))}
    first.pop("", None)
    chosen = sorted(first.values())
    if len(chosen) < 2:
        return {}
    if len(chosen) > MAX_CANDIDATES:
        generator = np.random.default_rng(seed)
        chosen = sorted(generator.choice(chosen, MAX_CANDIDATES, replace=False).tolist())
    texts = perceptor.encode_text([titles[index].strip() for index in chosen]).float().cpu()
    likeness = texts @ embeddings[chosen].T  # (captions, images)
    ranks = (likeness > likeness.diagonal()[:, None]).sum(1)
    recalls = {f"recall_at_{count}": (ranks < count).float().mean().item() for count in (1, 5, 10)}
    return {"candidates": len(chosen), **recalls}
