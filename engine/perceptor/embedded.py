"""The perceptor that ships with GANshare: EfficientNet-Lite0, MiniLM and trained heads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from engine.model_folder import SECOND_EYE, ModelFolder, fill
from engine.perceptor.image_features import (
    COLOUR_WIDTH,
    SUBJECT_WIDTH,
    TEXTURE_WIDTH,
    FeatureExtractor,
    Features,
)
from engine.perceptor.minilm import MiniLM, MiniLMConfig, embed_sentences, load_tokenizer
from engine.perceptor.quantized import unpack
from engine.perceptor.second_eye import SecondEye, load_second_eye
from engine.perceptor.styles import StyleReader
from ganshare.errors import InternalError, ModelError


@dataclass(frozen=True)
class HeadsConfig:
    """Widths of the three parts of an embedding, and their shares of its squared length."""

    sentence_width: int = 384
    hidden: int = 1024
    subject: int = 384
    texture: int = 96
    colour: int = 32
    subject_share: float = 0.6
    texture_share: float = 0.25

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self.subject + self.texture + self.colour


class Heads(nn.Module):
    """Projections of pooled image features and of sentence embeddings into one space."""

    def __init__(self, config: HeadsConfig) -> None:
        super().__init__()
        self.config = config
        self.subject = nn.Linear(SUBJECT_WIDTH, config.subject)
        self.texture = nn.Linear(TEXTURE_WIDTH, config.texture)
        self.colour = nn.Linear(COLOUR_WIDTH, config.colour)
        self.text_linear = nn.Linear(config.sentence_width, config.dim)
        self.text_up = nn.Linear(config.sentence_width, config.hidden)
        self.text_down = nn.Linear(config.hidden, config.dim)

    def image(self, features: Features) -> Tensor:
        """(batch, dim), unit length; each part has a fixed share of it."""
        config = self.config
        colour_share = 1.0 - config.subject_share - config.texture_share
        parts = (
            (self.subject(features.subject), config.subject_share),
            (self.texture(features.texture), config.texture_share),
            (self.colour((features.colour + 1e-4).sqrt()), colour_share),
        )
        return torch.cat([share**0.5 * F.normalize(part, dim=1) for part, share in parts], 1)

    def text(self, sentences: Tensor) -> Tensor:
        """(batch, sentence_width) -> (batch, dim), unit length."""
        hidden = self.text_down(F.gelu(self.text_up(sentences)))
        return F.normalize(self.text_linear(sentences) + hidden, dim=1)

    def subject_part(self, embedding: Tensor) -> Tensor:
        """The first coordinates, which encode the subject."""
        return embedding[:, : self.config.subject]

    def class_direction(self, rows: Tensor) -> Tensor:
        """Where a linear classifier's (classes, SUBJECT_WIDTH) rows point in the subject part."""
        return F.normalize((rows - rows.mean(0)) @ self.subject.weight.T, dim=1)

    @torch.no_grad()
    def initialise(self, features: Features, rows: Tensor) -> None:
        """Subject: the directions that tell classes apart; all parts centred on the data."""
        _, _, directions = torch.linalg.svd(rows - rows.mean(0), full_matrices=False)
        self.subject.weight.copy_(directions[: self.config.subject])
        self.subject.bias.copy_(-self.subject.weight @ features.subject.mean(0))
        for head, values in (
            (self.texture, features.texture),
            (self.colour, (features.colour + 1e-4).sqrt()),
        ):
            mean, deviation = values.mean(0), values.std(0) + 1e-4
            head.weight.copy_(torch.randn_like(head.weight) / deviation / head.in_features**0.5)
            head.bias.copy_(-head.weight @ mean)


class EmbeddedPerceptor(nn.Module):
    """Text and image towers of the model folder of kind "perceptor"."""

    def __init__(
        self,
        extractor: FeatureExtractor,
        heads: Heads,
        language: MiniLM,
        tokenizer: Tokenizer,
        input_size: int = 128,
        styles: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.extractor, self.heads, self.language = extractor, heads, language
        self.tokenizer, self.input_size = tokenizer, input_size
        self.style_reader = StyleReader(styles) if styles else None
        self.second_eye: SecondEye | None = None

    @property
    def subject_dim(self) -> int:
        """The subject's part of an embedding."""
        return self.heads.config.subject

    @property
    def sharpness(self) -> float:
        """Softer than in training: views of parts are ambiguous."""
        return 15.0

    def encode_text(self, texts: Sequence[str], *, together: bool = False) -> Tensor:
        """(len(texts), dim), unit length; see `read_rows`."""
        with torch.no_grad():
            sentences = embed_sentences(self.language, self.tokenizer, texts, together=together)
            return self.heads.text(sentences)

    def encode_image(self, images: Tensor) -> Tensor:
        """(batch, 3, input_size, input_size) in [0, 1] -> (batch, dim), unit length."""
        return self.heads.image(self.extractor(images))

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles that `read_styles` tells apart; maybe none."""
        return () if self.style_reader is None else self.style_reader.names

    def read_styles(self, images: Tensor) -> Tensor:
        """(batch, 3, STYLE_SIDE, STYLE_SIDE) in [0, 1] -> (batch, styles) of logits."""
        if self.style_reader is None:
            raise InternalError("This perceptor reads no styles.")
        logits: Tensor = self.style_reader(self.extractor.trunk, images)
        return logits


def build(architecture: Mapping[str, Any], tokenizer: Tokenizer) -> EmbeddedPerceptor:
    """An untrained perceptor of the `architecture` that model.json holds."""
    return EmbeddedPerceptor(
        FeatureExtractor(),
        Heads(HeadsConfig(**architecture["heads"])),
        MiniLM(MiniLMConfig(**architecture["language"])),
        tokenizer,
        architecture["input_size"],
        architecture.get("styles", ()),
    )


def load_embedded(folder: ModelFolder) -> EmbeddedPerceptor:
    """The frozen model of a folder; ModelError if its weights don't fit its architecture.

    The heads are the folder's weights; the language model and the trunk, which training leaves as
    they are, lie beside them.
    """
    try:
        tokenizer = load_tokenizer(
            folder.extra("vocabulary"),  # noqa: S610 - Django's `extra` is another
            folder.architecture["language"]["max_tokens"],
        )
        model = build(folder.architecture, tokenizer)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"The architecture of {folder.name} is not a perceptor's: {error}."
        ) from error
    fill(
        model.heads, {name: value.float() for name, value in folder.tensors().items()}, folder.name
    )
    fill(model.language, unpack(folder.extra_tensors("language")), folder.name)
    fill(model.extractor.trunk, unpack(folder.extra_tensors("trunk")), folder.name)
    if model.style_reader is not None:
        fill(model.style_reader, unpack(folder.extra_tensors("styles")), folder.name)
    if SECOND_EYE in folder.extras:
        model.second_eye = load_second_eye(folder, model.language, tokenizer)
    frozen: EmbeddedPerceptor = (
        model.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    )
    return frozen
