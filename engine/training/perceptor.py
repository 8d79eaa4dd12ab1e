"""Trains the embedded perceptor's heads, contrastively, on images and captions.

Contrastive learning (CLIP, arXiv:2103.00020) on pictures with captions, distillation of the image
classifier's own knowledge through the names of its classes, and regression onto its class rows.
Lite0's trunk stays as Google trained it: the heads learn from features that are computed once.
"""

import math
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import torch
import torch.nn.functional as F
from rich.progress import track
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from engine.imaging.codecs import fit_cover
from engine.imaging.colours import BASIC_COLOURS, dominant_colour
from engine.imaging.dataset import read_labels
from engine.model_folder import ModelFolder
from engine.perceptor.embedded import Heads, HeadsConfig
from engine.perceptor.image_features import FeatureExtractor, Features, soft_colour_histogram
from engine.perceptor.minilm import MiniLM, load_tokenizer
from engine.perceptor.quantized import pack
from engine.perceptor.styles import STYLE_ADJECTIVES
from engine.runtime.precision import autocast, fastest_dtype
from engine.training.captions import PAINTERS, Described, caption, style_texts
from engine.training.efficientnet_teacher import class_names, lite0_state, load_lite0
from engine.training.export import export_model
from engine.training.minilm_teacher import embed_batch, load_minilm
from engine.training.perceptor_dataset import PerceptorTraining, Pictures, random_view
from engine.training.style_augmentation import REPAINTS
from wordlists import word_lists

log = structlog.get_logger(__name__)

NAMES = tuple(field.name for field in fields(Features))
VOCABULARY = "vocabulary.txt"
CLASS_TEMPLATES = (
    "a {}",
    "a painting of a {}",
    "{}",
    "a photo of a {}",
    "cubist painting of a {} in blue",
    "an impressionist painting of a {}",
)


COLOUR_TEMPLATES = ("a painting in {}", "a {} painting", "a picture in {}", "a {} picture", "{}")


@torch.inference_mode()
def extract(
    extractor: FeatureExtractor, views: list[np.ndarray], dtype: torch.dtype | None = None
) -> Features:
    """Features of (size, size, 3) uint8 views, noise added as guidance adds it."""
    images = torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2).float().div(255)
    images = images + 0.03 * torch.randn_like(images)
    images = images.contiguous(memory_format=torch.channels_last)
    with autocast(images.device, dtype or fastest_dtype(images.device)):
        features: Features = extractor(images)
    return Features(*(getattr(features, name).float() for name in NAMES))


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
    dtype: torch.dtype | None = None,
) -> CaptionedFeatures:
    """Features of every picture, once for each caption."""
    rows: list[Features] = []
    captions: list[str] = []
    views: list[np.ndarray] = []
    for described in pictures:
        views.append(random_view(described.image, training.input_size, rng))
        captions.append(caption(described, rng, name_colour=bool(rng.random() < 0.35)))
        if len(views) == 64:
            rows.append(extract(extractor, views, dtype))
            views = []
    if views:
        rows.append(extract(extractor, views, dtype))
    features = Features(*(torch.cat([getattr(row, name) for row in rows]) for name in NAMES))
    return CaptionedFeatures(features, captions)


@dataclass(frozen=True)
class DominantColours:
    """Colour histograms of pictures, and which basic colour most of each one's pixels have.

    Colours are learned apart from what else a picture shows: each histogram is paired with anyone's
    subject and texture, so that no orange answers for the fruit.
    """

    histograms: Tensor  # (pictures, COLOUR_WIDTH)
    labels: Tensor  # (pictures,), places in BASIC_COLOURS

    @classmethod
    def of(cls, pictures: Iterator[np.ndarray], size: int) -> "DominantColours":
        """Look at (height, width, 3) uint8 pictures, cropped to squares of `size` pixels."""
        names = list(BASIC_COLOURS)
        histograms, labels = [], []
        for picture in pictures:
            pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255
            pixels = fit_cover(pixels, size, size)
            histograms.append(soft_colour_histogram(pixels[None]))
            labels.append(names.index(dominant_colour(pixels)))
        return cls(torch.cat(histograms), torch.tensor(labels))


def embed_captions(language: MiniLM, tokenizer: Tokenizer, captions: list[str]) -> Tensor:
    """(len(captions), width); repeated captions are embedded once."""
    unique = sorted(set(captions), key=len)
    starts = track(range(0, len(unique), 256), "captions")
    table = torch.cat([embed_batch(language, tokenizer, unique[i : i + 256]) for i in starts])
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


def any_template(sentences: Tensor) -> Tensor:
    """(classes, templates, width) -> (classes, width): one template for all."""
    return sentences[:, int(torch.randint(sentences.shape[1], (1,)))]


def balanced_loss(logits: Tensor, labels: Tensor, frequency: Tensor) -> Tensor:
    """Cross-entropy that takes every class as equally likely (arXiv:2007.07314); -1 is none."""
    named = labels >= 0
    return F.cross_entropy(logits[named] + frequency.log(), labels[named])


def train_heads(
    data: CaptionedFeatures,
    sentences: Tensor,
    class_sentences: Tensor,
    style_sentences: tuple[list[str], Tensor],
    colours: tuple[DominantColours, Tensor],
    training: PerceptorTraining,
    start: Heads | None = None,
) -> Heads:
    """Learn the projections of the image tower and the text tower's last layers.

    Args:
        data: what was collected.
        sentences: (rows, width) of the captions.
        class_sentences: (1000, templates, width) of the names of the classifier's classes.
        style_sentences: the styles' adjectives, and (styles, templates, width) of sentences.
        colours: what to learn them from, and (basic colours, templates, width) of sentences.
        training: how long to learn.
        start: heads to go on from; fresh ones if left out.
    """
    torch.manual_seed(training.seed)
    state = lite0_state()
    rows, bias = state["_fc.weight"], state["_fc.bias"]
    features = data.features
    heads = start or Heads(HeadsConfig())
    if start is None:
        heads.initialise(features, rows)
    styles, style_texts = style_sentences
    dominant, colour_texts = colours
    # the square root gives rare colours a say without losing how common the others are
    commonness = torch.bincount(dominant.labels, minlength=len(colour_texts)).float().add(1).sqrt()
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
        sharpness = scale.exp().clamp(max=60)
        logits = sharpness * images @ heads.text(any_template(style_texts)).T
        loss = loss + balanced_loss(logits, labels[chosen], frequency)
        other = torch.randint(len(dominant.labels), (training.batch_size,))
        coloured = heads.image(replace(batch, colour=dominant.histograms[other]))
        logits = sharpness * coloured @ heads.text(any_template(colour_texts)).T
        loss = loss + balanced_loss(logits, dominant.labels[other], commonness)
        classes = torch.randperm(len(rows))[: training.classes]
        class_texts = heads.text(any_template(class_sentences[classes]))
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


def train_perceptor(
    training: PerceptorTraining,
    folder: Path,
    *,
    resume: bool = False,
    dtype: torch.dtype | None = None,
) -> Heads:
    """Collect features and captions (kept in `folder`, reused by `resume`), then learn the heads.

    Also writes `folder`/vocabulary.txt, which the language model then goes with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(training.seed)
    rng = np.random.default_rng(training.seed)
    language = load_language(training, folder)
    tokenizer = load_tokenizer(folder / VOCABULARY, language.config.max_tokens)
    kept = folder / "features.safetensors"
    if not (resume and kept.exists()):
        extractor = FeatureExtractor(load_lite0(training.trunk)).eval()
        extractor.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        data = collect(iter(Pictures(training, rng)), extractor, training, rng, dtype)
        sentences = embed_captions(language, tokenizer, data.captions)
        save_file({**asdict(data.features), "sentences": sentences.clone()}, kept)
        (folder / "captions.txt").write_text("\n".join(data.captions), encoding="utf-8")
    tensors = load_file(kept)
    sentences = tensors.pop("sentences")
    captions = (folder / "captions.txt").read_text(encoding="utf-8").split("\n")

    def embed(texts: list[list[str]]) -> Tensor:  # (classes, templates, width)
        flat = [text for each in texts for text in each]
        embedded = embed_captions(language, tokenizer, flat)
        return torch.stack(embedded.split(len(texts[0]))).clone()

    named = [names[0] for names in class_names()]
    styles = sorted({*STYLE_ADJECTIVES.values(), *PAINTERS, *REPAINTS})
    pictures = Pictures(training, rng).plain()
    return train_heads(
        CaptionedFeatures(Features(**tensors), captions),
        sentences,
        embed([[template.format(name) for template in CLASS_TEMPLATES] for name in named]),
        (styles, embed([style_texts(style) for style in styles])),
        (
            DominantColours.of(pictures, training.input_size),
            embed([[text.format(name) for text in COLOUR_TEMPLATES] for name in BASIC_COLOURS]),
        ),
        training,
    )


def load_language(training: PerceptorTraining, folder: Path) -> MiniLM:
    """MiniLM with the words that the data, the word lists and `words_file` use."""
    words = word_lists()
    texts = [*words.styles, *words.shapes, *words.places, *words.things]
    texts += [colour.name for colour in words.colours]
    texts += [name for names in class_names() for name in names]
    if training.words_file is not None:
        texts += training.words_file.read_text(encoding="utf-8").splitlines()
    for name in ("artist", "title"):
        texts += read_labels(training.paintings_labels, name).values()
    texts += read_labels(training.objects_labels, "label").values()
    return load_minilm(folder / VOCABULARY, texts)


def export_perceptor(
    heads: Heads,
    language: MiniLM,
    vocabulary: Path,
    folder: Path,
    *,
    trunk: Path | None = None,
    **card: Any,
) -> ModelFolder:
    """Write the model folder: the heads as its weights, the parts that were not trained beside.

    Args:
        heads: trained.
        language: the sentence encoder that they were trained with.
        vocabulary: its tokens, one a line.
        folder: whose name becomes the model's.
        trunk: as in `PerceptorTraining`.
        card: licence, may_sell, source and figures, as for `export_model`.
    """
    architecture = {
        "heads": asdict(heads.config),
        "language": asdict(language.config),
        "input_size": PerceptorTraining.input_size,
    }
    with tempfile.TemporaryDirectory() as parts:
        files = {"vocabulary": vocabulary}
        for name, state in (
            ("language", pack(language.state_dict())),
            ("trunk", {key: value.half() for key, value in load_lite0(trunk).state_dict().items()}),
        ):
            files[name] = Path(parts) / f"{name}.safetensors"
            save_file(state, files[name])
        return export_model(
            heads.state_dict(), architecture, folder, kind="perceptor", files=files, **card
        )
