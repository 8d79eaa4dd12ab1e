"""What is measured of each picture: its subject, colour and style as judged, detail and lattice."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from benchmarks.pictures.backbones import load_backbone
from benchmarks.pictures.judge import (
    BACKBONES,
    PICTURE_SIDE,
    SubjectJudge,
    grey_copy,
    palette_distance,
)
from benchmarks.pictures.style_judge import judge_styles
from benchmarks.quality.protocol import FREE, Asked, names, protocol
from engine.imaging.dataset import ImageSet
from engine.perceptor.embedded import EmbeddedPerceptor
from engine.training.captions import with_article
from engine.training.second_eye.text_mapping import LabelledImages
from engine.upscale.metrics import axis_peaks

__all__ = ["Judge", "Measures", "detail", "lattice", "rivals"]

AMONG = 20
LATTICE_PERIOD = 8  # px: peaks at periods of 2, 4 and 8 (and 8/3) are looked for
DETAIL_SIDE = 800  # px of a picture's longer side
DETAIL_WINDOW = 512  # px, the middle of it
DETAIL_PERIODS = 2.0, 8.0  # px


@dataclass(frozen=True)
class Measures:
    """Of one picture; None where its prompt names no colour, or no style that the judge knows.

    Args:
        own: its subject ranks first among `AMONG` subjects of the protocol (free text: among all).
        own_grey: the same on a grey, blurred copy of 128 px.
        named: its subject ranks first among the 163 names.
        named_grey: the same on the grey copy.
        margin: likeness to its subject, above the mean with those of the protocol, in deviations.
        colour_error: Oklab distance of the palette from the colour asked for.
        style: the style asked for is the one seen.
        detail: power between periods of 2 and 8 px, as a share of real paintings' (median).
        lattice: highest peak on the spectrum's axes; see `engine.upscale.metrics.axis_peaks`.
        seed_distance: from the same prompt's other pictures, 1 less the cosine of features.
    """

    own: bool
    own_grey: bool
    named: bool
    named_grey: bool
    margin: float
    colour_error: float | None
    style: bool | None
    detail: float
    lattice: float
    seed_distance: float | None


class Judge:
    """The judge of `benchmarks.pictures` with the protocol's subjects and the 163 names."""

    def __init__(self, perceptor: EmbeddedPerceptor, data: Path, large: Path) -> None:
        """Fit it.

        Args:
            perceptor: lends its sentence encoder.
            data: folder with paintings/ and objects/, as in `benchmarks.pictures`.
            large: a folder or tar of real paintings of some 800 px, for their detail.
        """
        self.paintings = LabelledImages.read(data, "paintings")
        objects = LabelledImages.read(data, "objects")
        self.backbones = [load_backbone(number) for number in BACKBONES]
        self.subjects = SubjectJudge(perceptor, self.backbones, self.paintings, objects)
        self.real_detail = _median_detail(ImageSet.read(large))

    def measure(self, pictures: Sequence[Image.Image], asked: Sequence[Asked]) -> list[Measures]:
        """Measure pictures, each with its prompt; several of one prompt are compared."""
        own = [each.subject for each in protocol()]
        texts = [*own, *(with_article(name) for name in names())]
        colour, grey = (
            self.subjects.likeness(pictures, texts, *seen) for seen in ((), (grey_copy,))
        )
        styles = self._styles(pictures, asked)
        features, _ = self.backbones[0].look(pictures, PICTURE_SIDE)
        directions = F.normalize(features - self.subjects.mappings[0].mean, dim=1)
        distances = _seed_distances(directions, asked)
        measured = []
        for row, (picture, each) in enumerate(zip(pictures, asked, strict=True)):
            among, named = rivals(each)
            measured.append(
                Measures(
                    own=_is_first(colour[row], each.number, among),
                    own_grey=_is_first(grey[row], each.number, among),
                    named=_is_first(colour[row], each.number, named),
                    named_grey=_is_first(grey[row], each.number, named),
                    margin=float(colour[row, each.number] - colour[row, : len(own)].mean()),
                    colour_error=_colour_error(picture, each),
                    style=styles[row],
                    detail=detail(picture) / self.real_detail,
                    lattice=lattice(picture),
                    seed_distance=distances[row],
                )
            )
        return measured

    def _styles(self, pictures: Sequence[Image.Image], asked: Sequence[Asked]) -> list[bool | None]:
        """Whether the style asked for is seen; None where the judge doesn't know it."""
        wanted = [(each.attributes.style or "").lower() for each in asked]
        verdict = judge_styles(
            self.backbones[0], pictures, wanted, self.paintings.images, self.paintings.rows
        )
        seen = iter(verdict.seen)
        return [_same(next(seen)) if style in verdict.known else None for style in wanted]


def rivals(asked: Asked) -> tuple[list[int], list[int]]:
    """Columns of the subjects that a prompt's own is ranked among: the protocol's, the names'.

    A name that is the subject itself is none of its rivals.
    """
    group = [each.number for each in protocol() if (each.group == FREE) == (asked.group == FREE)]
    start, count = group.index(asked.number), len(group)
    if asked.group == FREE:
        among = [number for number in group if number != asked.number]
    else:  # every second one that follows, so that all categories are among them
        among = [group[(start + 2 * step) % count] for step in range(1, AMONG)]
    subject = asked.subject.lower().removeprefix("a ").removeprefix("an ")
    named = [len(protocol()) + index for index, name in enumerate(names()) if name != subject]
    return among, named


def detail(picture: Image.Image) -> float:
    """Mean power of the brightness between `DETAIL_PERIODS`, at `DETAIL_SIDE` px."""
    grey = ImageOps.contain(picture.convert("L"), (DETAIL_SIDE, DETAIL_SIDE))
    side = min(DETAIL_WINDOW, *grey.size)
    left, top = ((length - side) // 2 for length in grey.size)
    middle = np.array(grey.crop((left, top, left + side, top + side)))
    pixels = torch.from_numpy(middle).double() / 255
    window = torch.hann_window(side, dtype=torch.float64)
    power = torch.fft.fft2((pixels - pixels.mean()) * window[:, None] * window).abs().square()
    frequency = torch.fft.fftfreq(side).abs()
    radius = torch.hypot(frequency[:, None], frequency[None])
    shortest, longest = DETAIL_PERIODS
    ring = (radius >= 1 / longest) & (radius <= 1 / shortest)
    return float(power[ring].mean() / side**2)


def lattice(picture: Image.Image) -> float:
    """The highest peak at periods of 2, 4 and 8 px on the axes of the spectrum; 1 is none."""
    pixels = np.array(picture.convert("RGB"))
    return axis_peaks(torch.from_numpy(pixels).permute(2, 0, 1).float() / 255, LATTICE_PERIOD)


def _median_detail(paintings: ImageSet) -> float:
    found = [
        detail(picture)
        for picture in (Image.fromarray(paintings.decode(i)) for i in range(len(paintings)))
        if min(picture.size) >= DETAIL_WINDOW
    ]
    if not found:
        raise ValueError(f"no painting has {DETAIL_WINDOW} px on its shorter side")
    return float(np.median(found))


def _is_first(likeness: Tensor, own: int, others: Sequence[int]) -> bool:
    return bool(likeness[own] > likeness[list(others)].max())


def _same(styles: tuple[str, str]) -> bool:
    return styles[0] == styles[1]


def _colour_error(picture: Image.Image, asked: Asked) -> float | None:
    code = asked.attributes.hex
    return None if code is None else float(palette_distance(picture, [code]))


def _seed_distances(unit: Tensor, asked: Sequence[Asked]) -> list[float | None]:
    """Mean distance of each picture from the others of its prompt; None where there are none."""
    distances: list[float | None] = []
    for row, each in enumerate(asked):
        others = [at for at, other in enumerate(asked) if other == each and at != row]
        distances.append(float(1 - (unit[others] @ unit[row]).mean()) if others else None)
    return distances
