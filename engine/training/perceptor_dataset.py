"""The training images of the perceptor, with their labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from engine.imaging.dataset import ImageSet, read_labels, split_held_out
from engine.imaging.shapes import DRAWINGS, draw_shapes
from engine.training.captions import (
    Described,
    cleaned_title,
    drawing_subject,
    styles_of,
    with_article,
)
from engine.training.style_augmentation import REPAINTS
from wordlists import word_lists

SKIPPED_DRAWINGS = (
    "computer/",
    "signs_and_symbols/flags",
    "signs_and_symbols/map",
    "shapes/stars",
    "special/gradients",
    "transportation/roadsigns",
    "signs_and_symbols/led",
)

HELD_OUT_PAINTINGS = 0.06  # of all, by artist
LARGEST_DRAWING = 16_000_000  # pixels; a few drawings are posters that take seconds to decode


@dataclass(frozen=True)
class PerceptorTraining:
    """Where the pictures lie and how long to learn from them.

    Args:
        paintings: folder or tar; `paintings_labels` has its artist, title and style.
        objects: folder or tar of photographs; `objects_labels` has their label.
        drawings: folder of PNGs whose paths name what they show (Debian's openclipart-png).
        words_file: text whose words the language model must keep.
        trunk: weights from `engine.training.robust_trunk`; Google's own if left out.
    """

    paintings: Path
    paintings_labels: Path
    objects: Path
    objects_labels: Path
    drawings: Path
    words_file: Path | None = None
    trunk: Path | None = None
    steps: int = 2500
    batch_size: int = 768
    classes: int = 300  # of the image classifier's thousand, in each step
    learning_rate: float = 1e-3
    rounds: int = 2  # views of each picture
    shapes: int = 9000
    input_size: int = 128
    seed: int = 0


def _rgb(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def _lit(colour: tuple[int, int, int], light: float) -> tuple[int, int, int]:
    """A shade of the colour: `light` below 1 darkens it."""
    red, green, blue = (min(255, int(part * light)) for part in colour)
    return red, green, blue


def _duotone(image: Image.Image, ink: tuple[int, int, int]) -> Image.Image:
    """The picture in shades of one colour."""
    return ImageOps.colorize(
        ImageOps.autocontrast(image.convert("L"), 2), "black", "white", mid=ink
    )


def random_view(image: Image.Image, size: int, rng: np.random.Generator) -> np.ndarray:
    """A flipped crop of 60 % to 100 % of the side, (size, size, 3) uint8."""
    side = rng.uniform(0.6, 1.0) * min(image.size)
    left = rng.uniform(0, image.width - side)
    top = rng.uniform(0, image.height - side)
    view = image.resize(
        (size, size), Image.Resampling.BICUBIC, (left, top, left + side, top + side)
    )
    if rng.random() < 0.15:
        view = view.convert("L").convert("RGB")
    pixels = np.asarray(view)
    return pixels[:, ::-1] if rng.random() < 0.5 else pixels


def split_objects(count: int) -> tuple[list[int], list[int]]:
    """(training, held-out) indices of photographs: a fixed quarter is held out."""
    order = np.random.default_rng(1).permutation(count).tolist()
    return sorted(order[count // 4 :]), sorted(order[: count // 4])


class Pictures:
    """Everything that the perceptor learns from, described."""

    def __init__(self, training: PerceptorTraining, rng: np.random.Generator) -> None:
        self.training, self.rng = training, rng
        self.colours = word_lists().colours

    def plain(self) -> Iterator[np.ndarray]:
        """Paintings and photographs that may be learned from, (height, width, 3) uint8."""
        for images, kept in (self._paintings(), self._objects()):
            for index in kept:
                yield images.decode(index)

    def _paintings(self) -> tuple[ImageSet, list[int]]:
        """All, and which may be learned from: some artists are held out."""
        images = ImageSet.read(self.training.paintings)
        artists = read_labels(self.training.paintings_labels, "artist")
        kept, _ = split_held_out([artists[name] for name in images.names], HELD_OUT_PAINTINGS)
        return images, kept

    def _objects(self) -> tuple[ImageSet, list[int]]:
        """All, and which may be learned from."""
        images = ImageSet.read(self.training.objects)
        return images, split_objects(len(images))[0]

    def _named_colour(self) -> tuple[str, tuple[int, int, int]]:
        colour = self.colours[int(self.rng.integers(len(self.colours)))]
        return colour.name, _rgb(colour.hex)

    def _varied(self, described: Described) -> Iterator[Described]:
        """The picture itself; now and then also in one colour, or repainted by rule."""
        yield described
        chance = self.rng.random()
        if chance < 0.2:
            name, ink = self._named_colour()
            yield Described(
                _duotone(described.image, ink),
                described.subject,
                described.style,
                medium=described.medium,
                colour=name,
            )
        elif chance < 0.5:
            style = str(self.rng.choice(list(REPAINTS)))
            repainted = REPAINTS[style](described.image.resize((160, 160)), self.rng)
            yield Described(repainted, described.subject, style)

    def paintings(self) -> Iterator[Described]:
        """Public-domain paintings with style, artist and title."""
        artists, titles, labels = (
            read_labels(self.training.paintings_labels, name)
            for name in ("artist", "title", "style")
        )
        images, kept = self._paintings()
        for index in kept:
            file = images.names[index]
            styles = styles_of(labels[file], artists[file])
            yield from self._varied(
                Described(
                    Image.fromarray(images.decode(index)),
                    cleaned_title(titles[file]),
                    str(self.rng.choice(styles)) if styles else "",
                    artists[file],
                )
            )

    def objects(self) -> Iterator[Described]:
        """Photographs of objects."""
        images, kept = self._objects()
        labels = read_labels(self.training.objects_labels, "label")
        for index in kept:
            medium = str(self.rng.choice(["photo", "picture", "painting"]))
            picture = Image.fromarray(images.decode(index))
            subject = with_article(labels[images.names[index]])
            yield from self._varied(Described(picture, subject, medium=medium))

    def drawings(self) -> Iterator[Described]:
        """Clip art on a ground of a named colour."""
        for path in sorted(self.training.drawings.rglob("*.png")):
            relative = path.relative_to(self.training.drawings)
            if str(relative).startswith(SKIPPED_DRAWINGS):
                continue
            try:
                with Image.open(path) as opened:
                    if opened.width * opened.height > LARGEST_DRAWING:
                        continue
                    drawing = opened.convert("RGBA")
            except Image.DecompressionBombError:  # larger still
                continue
            drawing.thumbnail((150, 150))
            _, ground = self._named_colour()
            canvas = Image.new("RGB", (160, 160), ground)
            canvas.paste(
                drawing, ((160 - drawing.width) // 2, (160 - drawing.height) // 2), drawing
            )
            subject = with_article(drawing_subject(relative.parts))
            yield from self._varied(
                Described(canvas, subject, medium=str(self.rng.choice(["drawing", "painting"])))
            )

    def shapes(self) -> Iterator[Described]:
        """Rendered shapes in named colours."""
        names = list(DRAWINGS)
        for _ in range(self.training.shapes):
            subject = names[int(self.rng.integers(len(names)))]
            (colour, ground), inks = self._named_colour(), [self._named_colour() for _ in range(3)]
            chosen = [ink for _, ink in inks[: int(self.rng.integers(1, 4))]]
            if self.rng.random() < 0.5:  # shades of the one colour that the caption names
                chosen = [_lit(ground, light) for light in (0.5, 1.5)]
            style = str(self.rng.choice(["geometric", "abstract", ""], p=[0.35, 0.25, 0.4]))
            image = draw_shapes(subject, self.rng, ground, chosen)
            yield Described(image, subject, style, colour=colour if self.rng.random() < 0.5 else "")

    def __iter__(self) -> Iterator[Described]:
        """Everything, once for each round."""
        for _ in range(self.training.rounds):
            yield from self.paintings()
            yield from self.objects()
            yield from self.drawings()
            yield from self.shapes()
