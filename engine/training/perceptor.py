"""Training of the embedded perceptor: pictures and captions drawn to each other in one space.

Contrastive learning (CLIP, arXiv:2103.00020) on pictures with captions, distillation of the image
classifier's own knowledge through the names of its classes, and regression onto its class rows.
Lite0's trunk stays as Google trained it: the heads learn from features that are computed once.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
import torch
import torch.nn.functional as F
from PIL import Image
from rich.progress import track
from tokenizers import Tokenizer
from torch import Tensor, nn

from engine.image_set import ImageSet, read_labels
from engine.perceptor.embedded import Heads, HeadsConfig
from engine.perceptor.minilm import MiniLM, embed_sentences
from engine.perceptor.tower import FeatureExtractor, Features
from engine.training.captions import (
    Described,
    caption,
    cleaned_title,
    drawing_subject,
    styles_of,
    with_article,
)
from engine.training.lite import lite0_state
from engine.training.shapes import DRAWINGS, draw_shapes
from engine.training.styles import REPAINTS
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

log = structlog.get_logger(__name__)

LARGEST_DRAWING = 16_000_000  # pixels; a few drawings are posters that take seconds to decode


@dataclass(frozen=True)
class PerceptorTraining:
    """Where the pictures lie and how long to learn from them."""

    paintings: Path
    paintings_labels: Path
    objects: Path
    objects_labels: Path
    drawings: Path
    steps: int = 4000
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
    from PIL import ImageOps

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


class Pictures:
    """Everything that the perceptor learns from, described."""

    def __init__(self, training: PerceptorTraining, rng: np.random.Generator) -> None:
        self.training, self.rng = training, rng
        self.colours = word_lists().colours

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

    def paintings(self, indices: list[int], images: ImageSet) -> Iterator[Described]:
        """Public-domain paintings with style, artist and title."""
        columns = {
            name: read_labels(self.training.paintings_labels, name)
            for name in ("artist", "title", "style")
        }
        for index in indices:
            file = images.names[index]
            styles = styles_of(columns["style"][file], columns["artist"][file])
            yield from self._varied(
                Described(
                    Image.fromarray(images.decode(index)),
                    cleaned_title(columns["title"][file]),
                    str(self.rng.choice(styles)) if styles else "",
                    columns["artist"][file],
                )
            )

    def objects(
        self, indices: list[int], images: ImageSet, labels: list[str]
    ) -> Iterator[Described]:
        """Photographs of objects."""
        for index in indices:
            medium = str(self.rng.choice(["photo", "picture", "painting"]))
            picture = Image.fromarray(images.decode(index))
            yield from self._varied(Described(picture, with_article(labels[index]), medium=medium))

    def drawings(self) -> Iterator[Described]:
        """Clip art on a ground of a named colour."""
        for path in sorted(self.training.drawings.rglob("*.png")):
            relative = path.relative_to(self.training.drawings)
            if str(relative).startswith(SKIPPED_DRAWINGS):
                continue
            with Image.open(path) as opened:
                if opened.width * opened.height > LARGEST_DRAWING:
                    continue
                drawing = opened.convert("RGBA")
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


@torch.inference_mode()
def extract(extractor: FeatureExtractor, views: list[np.ndarray]) -> Features:
    """Features of (size, size, 3) uint8 views, noise added as guidance adds it."""
    images = torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2).float().div(255)
    images = images + 0.03 * torch.randn_like(images)
    images = images.contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        features: Features = extractor(images)
    return features


@dataclass(frozen=True)
class CaptionedFeatures:
    """Features and captions, row by row."""

    features: Features
    captions: list[str]


def collect(
    pictures: Iterator[Described],
    extractor: FeatureExtractor,
    training: PerceptorTraining,
    rng: np.random.Generator,
) -> CaptionedFeatures:
    """Features of every picture, once for each caption."""
    rows: list[Features] = []
    captions: list[str] = []
    views: list[np.ndarray] = []
    for described in pictures:
        views.append(random_view(described.image, training.input_size, rng))
        captions.append(caption(described, rng, name_colour=bool(rng.random() < 0.35)))
        if len(views) == 64:
            rows.append(extract(extractor, views))
            views = []
    if views:
        rows.append(extract(extractor, views))
    features = Features(
        *(
            torch.cat([getattr(row, name) for row in rows])
            for name in ("subject", "texture", "colour")
        )
    )
    return CaptionedFeatures(features, captions)


def embed_captions(language: MiniLM, tokenizer: Tokenizer, captions: list[str]) -> Tensor:
    """(len(captions), width); repeated captions are embedded once."""
    unique = sorted(set(captions), key=len)
    table = torch.cat(
        [
            embed_sentences(language, tokenizer, unique[i : i + 256])
            for i in track(range(0, len(unique), 256), "captions")
        ]
    )
    place = {text: row for row, text in enumerate(unique)}
    return table[[place[text] for text in captions]]


def contrastive_loss(images: Tensor, texts: Tensor, sentences: Tensor, scale: Tensor) -> Tensor:
    """Symmetric InfoNCE; captions that say the same thing are no negatives of each other."""
    logits = scale * images @ texts.T
    same = (sentences @ sentences.T > 0.92).fill_diagonal_(False)
    logits = logits.masked_fill(same, -math.inf)
    wanted = torch.arange(len(images))
    return (F.cross_entropy(logits, wanted) + F.cross_entropy(logits.T, wanted)) / 2


def style_labels(captions: list[str], styles: list[str]) -> Tensor:
    """(len(captions),) which style each caption names, -1 for none."""
    places = {style: index for index, style in enumerate(styles)}
    pattern = re.compile(rf"^an? ({'|'.join(map(re.escape, styles))}) ")
    found = [pattern.match(text) for text in captions]
    return torch.tensor([places[match[1]] if match else -1 for match in found])


def style_loss(logits: Tensor, labels: Tensor, frequency: Tensor) -> Tensor:
    """Cross-entropy that takes every style as equally likely (arXiv:2007.07314)."""
    named = labels >= 0
    return F.cross_entropy(logits[named] + frequency.log(), labels[named])


def train_heads(
    data: CaptionedFeatures,
    sentences: Tensor,
    class_sentences: Tensor,
    style_sentences: tuple[list[str], Tensor],
    training: PerceptorTraining,
) -> Heads:
    """Learn the projections of the image tower and the text tower's last layers.

    Args:
        data: what was collected.
        sentences: (rows, width) of the captions.
        class_sentences: (1000, templates, width) of the names of the classifier's classes.
        style_sentences: the styles' adjectives, and (styles, width) of their sentences.
        training: how long to learn.
    """
    torch.manual_seed(training.seed)
    state = lite0_state()
    rows, bias = state["_fc.weight"], state["_fc.bias"]
    heads = Heads(HeadsConfig())
    features = data.features
    heads.initialise(features, rows)
    styles, style_texts = style_sentences
    labels = style_labels(data.captions, styles)
    frequency = torch.bincount(labels[labels >= 0], minlength=len(styles)) + 1.0
    scale = nn.Parameter(torch.tensor(math.log(20.0)))
    class_scale = nn.Parameter(torch.tensor(math.log(20.0)))
    optimizer = torch.optim.AdamW(
        [*heads.parameters(), scale, class_scale], training.learning_rate, weight_decay=0.02
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, training.learning_rate, total_steps=training.steps, pct_start=0.05
    )
    for step in track(range(training.steps), "heads"):
        chosen = torch.randint(len(sentences), (training.batch_size,))
        batch = Features(
            features.subject[chosen], features.texture[chosen], features.colour[chosen]
        )
        images = heads.image(batch)
        noise = 0.02 * torch.randn(training.batch_size, sentences.shape[1])
        texts = heads.text(F.normalize(sentences[chosen] + noise, dim=1))
        loss = contrastive_loss(images, texts, sentences[chosen], scale.exp().clamp(max=60))
        logits = scale.exp().clamp(max=60) * images @ heads.text(style_texts).T
        loss = loss + 0.5 * style_loss(logits, labels[chosen], frequency)
        template = int(torch.randint(class_sentences.shape[1], (1,)))
        classes = torch.randperm(len(rows))[: training.classes]
        class_texts = heads.text(class_sentences[classes, template])
        teacher = (batch.subject @ rows[classes].T + bias[classes]).softmax(1)
        student = (class_scale.exp().clamp(max=60) * images @ class_texts.T).log_softmax(1)
        loss = loss + 0.5 * F.kl_div(student, teacher, reduction="batchmean")
        wanted = heads.class_direction(rows)[classes]
        loss = (
            loss
            + 1.0
            * (1 - (F.normalize(heads.subject_part(class_texts), dim=1) * wanted).sum(1)).mean()
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 250 == 0:
            log.info("heads", step=step, loss=loss.item(), scale=scale.exp().item())
    return heads.eval()
