"""CLIP: a vision tower and a causal text transformer in one space (arXiv:2103.00020).

Parameters have the names of OpenAI's state dicts, and all sizes but the width of a head follow from
their shapes. `make reference` compares the embeddings with openai-clip's and open_clip's.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.model_folder import ModelFolder, fill
from engine.perceptor.bpe import BytePairs, read_merges
from engine.perceptor.clip_resnet import ResNetTower, input_size_of
from engine.perceptor.text_batching import read_rows
from ganshare.errors import InternalError, ModelError, must_be_one_of, quoted

__all__ = ["FAMILY", "ClipConfig", "ClipPerceptor", "TowerConfig", "load_clip"]

FAMILY = "clip"
HEAD_WIDTH = 64
MEAN = (0.48145466, 0.4578275, 0.40821073)  # of the pictures that CLIP was trained on
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def quick_gelu(x: Tensor) -> Tensor:
    """OpenAI's GELU; others' CLIPs have the exact one, and the weights don't say which."""
    return x * torch.sigmoid(1.702 * x)


ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {"quick_gelu": quick_gelu, "gelu": F.gelu}


@dataclass(frozen=True)
class TowerConfig:
    """Sizes of one transformer."""

    width: int
    layers: int
    mlp_width: int
    activation: str = "quick_gelu"
    head_width: int = HEAD_WIDTH


@dataclass(frozen=True)
class ClipConfig:
    """Sizes of both towers."""

    dim: int
    vision: TowerConfig
    text: TowerConfig
    max_tokens: int
    vocabulary_size: int
    patch: int = 0  # of a vision transformer
    grid: int = 0  # patches along a side
    resnet_blocks: tuple[int, ...] = field(default=())  # of each stage of a ResNet

    @property
    def activation(self) -> str:
        """Which GELU both towers have."""
        return self.text.activation

    @property
    def input_size(self) -> int:
        """Side of the images that the vision tower takes, in pixels."""
        return input_size_of(self.grid) if self.resnet_blocks else self.patch * self.grid

    @classmethod
    def of(
        cls,
        tensors: Mapping[str, Tensor],
        activation: str = "quick_gelu",
        name: str = "",
        head_widths: tuple[int, int] = (HEAD_WIDTH, HEAD_WIDTH),
    ) -> "ClipConfig":
        """From the shapes of the state dict of `name`; raises ModelError if it is no CLIP's.

        `head_widths` are the vision tower's and the text tower's.
        """
        if activation not in ACTIVATIONS:
            raise must_be_one_of(ModelError, "activation", activation, ACTIVATIONS)
        shapes = {key: value.shape for key, value in tensors.items()}
        try:
            return _config_of(shapes, activation, head_widths)
        except (KeyError, ValueError, IndexError) as error:
            reason = f"they lack {error.args[0]}" if isinstance(error, KeyError) else str(error)
            message = f"The weights of {quoted(name)} are not a CLIP's: {reason}."
            raise ModelError(message, given=name) from error


# Of others than OpenAI, by the start of a name that they alone have.
OTHERS = {
    "logit_bias": "they are SigLIP's, which has another vocabulary and loss",
    "visual.trunk.": "they see by a network of timm",
    "transformer.encoder.": "they read by a language model of Hugging Face",
    "text_decoder.": "they are CoCa's, which also writes captions",
    "visual.attn_pool.": "their vision tower pools by attention",
}


def _config_of(
    shapes: Mapping[str, Sequence[int]], activation: str, head_widths: tuple[int, int]
) -> ClipConfig:
    for start, reason in OTHERS.items():
        if any(key.startswith(start) for key in shapes):
            raise ValueError(f"{reason}, and only CLIP's own networks are read")
    max_tokens, text_width = shapes["positional_embedding"]
    vocabulary_size, _ = shapes["token_embedding.weight"]
    _, dim = shapes["text_projection"]
    text = _tower(shapes, "", text_width, activation, head_widths[1])
    if "visual.layer1.0.conv1.weight" in shapes:
        blocks = tuple(_count(shapes, f"visual.layer{stage}.") for stage in (1, 2, 3, 4))
        positions, width = shapes["visual.attnpool.positional_embedding"]
        vision = TowerConfig(width, 0, 0, activation, HEAD_WIDTH)
        grid = _side(positions - 1)
        return ClipConfig(dim, vision, text, max_tokens, vocabulary_size, 0, grid, blocks)
    vision_width, _, patch, _ = shapes["visual.conv1.weight"]
    positions, _ = shapes["visual.positional_embedding"]
    vision = _tower(shapes, "visual.", vision_width, activation, head_widths[0])
    grid = _side(positions - 1)
    return ClipConfig(dim, vision, text, max_tokens, vocabulary_size, patch, grid)


def _tower(
    shapes: Mapping[str, Sequence[int]], start: str, width: int, activation: str, head_width: int
) -> TowerConfig:
    if width % head_width or not width:
        raise ValueError(f"a width of {width} is not a multiple of {head_width}")
    blocks = f"{start}transformer.resblocks."
    mlp_width, _ = shapes.get(f"{blocks}0.mlp.c_fc.weight", (4 * width, width))
    return TowerConfig(width, _count(shapes, blocks), mlp_width, activation, head_width)


def _count(shapes: Mapping[str, Sequence[int]], start: str) -> int:
    """How many blocks there are of names that start so."""
    return len({key.removeprefix(start).split(".")[0] for key in shapes if key.startswith(start)})


def _side(patches: int) -> int:
    side = math.isqrt(max(patches, 0))
    if patches != side**2 or not side:
        raise ValueError(f"{patches} patches make no square")
    return side


class Attention(nn.Module):
    """Multi-head self-attention under the names of torch's own, in one fused call."""

    def __init__(self, width: int, head_width: int) -> None:
        super().__init__()
        self.head_width = head_width
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        """(batch, tokens, width) -> the same; `causal` hides from each token those after it."""
        query, key, value = (
            part.unflatten(2, (-1, self.head_width)).transpose(1, 2)
            for part in F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=2)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return out


class Mlp(nn.Module):
    """About four times as wide inside."""

    def __init__(self, config: TowerConfig) -> None:
        super().__init__()
        self.activation = ACTIVATIONS[config.activation]
        self.c_fc = nn.Linear(config.width, config.mlp_width)
        self.c_proj = nn.Linear(config.mlp_width, config.width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, tokens, width) -> the same."""
        out: Tensor = self.c_proj(self.activation(self.c_fc(x)))
        return out


class Block(nn.Module):
    """Attention and a network of two layers, each normalised before and added."""

    def __init__(self, config: TowerConfig) -> None:
        super().__init__()
        self.attn, self.mlp = Attention(config.width, config.head_width), Mlp(config)
        self.ln_1, self.ln_2 = nn.LayerNorm(config.width), nn.LayerNorm(config.width)

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        """(batch, tokens, width) -> the same."""
        x = x + self.attn(self.ln_1(x), causal=causal)
        mixed: Tensor = x + self.mlp(self.ln_2(x))
        return mixed


class Transformer(nn.Module):
    """A stack of blocks."""

    def __init__(self, config: TowerConfig, *, causal: bool) -> None:
        super().__init__()
        self.causal = causal
        self.resblocks = nn.ModuleList(Block(config) for _ in range(config.layers))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, tokens, width) -> the same."""
        for block in self.resblocks:
            x = block(x, causal=self.causal)
        return x


class VisionTower(nn.Module):
    """Patches and a class token -> what that token has gathered (ViT, arXiv:2010.11929)."""

    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        width, patch = config.vision.width, config.patch
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty(config.grid**2 + 1, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(config.vision, causal=False)
        self.proj = nn.Parameter(torch.empty(width, config.dim))

    def forward(self, images: Tensor) -> Tensor:
        """(batch, 3, input_size, input_size), normalised -> (batch, dim)."""
        patches = self.conv1(images).flatten(2).transpose(1, 2)  # (batch, patches, width)
        first = self.class_embedding.to(patches).expand(len(patches), 1, -1)
        x = self.ln_pre(torch.cat((first, patches), 1) + self.positional_embedding)
        gathered: Tensor = self.ln_post(self.transformer(x)[:, 0]) @ self.proj
        return gathered


class CLIP(nn.Module):
    """Both towers."""

    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        width = config.text.width
        self.visual: VisionTower | ResNetTower
        if config.resnet_blocks:
            self.visual = ResNetTower(
                config.resnet_blocks, config.vision.width, config.grid, config.dim
            )
        else:
            self.visual = VisionTower(config)
        self.token_embedding = nn.Embedding(config.vocabulary_size, width)
        self.positional_embedding = nn.Parameter(torch.empty(config.max_tokens, width))
        self.transformer = Transformer(config.text, causal=True)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.empty(width, config.dim))
        self.logit_scale = nn.Parameter(torch.empty(()))  # the logarithm of the sharpness

    def read(self, ids: Tensor) -> Tensor:
        """(batch, tokens), all of one length, the end token last -> (batch, dim)."""
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        read: Tensor = self.ln_final(self.transformer(x)[:, -1]) @ self.text_projection
        return read


class ClipPerceptor(nn.Module):
    """CLIP as a `Perceptor`: texts and images in, unit vectors out."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, clip: CLIP, config: ClipConfig, words: BytePairs) -> None:
        super().__init__()
        self.clip, self.config, self.words = clip, config, words
        for name, values in (("mean", MEAN), ("deviation", DEVIATION)):
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)

    @property
    def input_size(self) -> int:
        """Side of the square images that `encode_image` takes, in pixels."""
        return self.config.input_size

    @property
    def subject_dim(self) -> int:
        """All coordinates: CLIP does not separate the subject from the style."""
        return self.config.dim

    @property
    def sharpness(self) -> float:
        """The logit scale that CLIP was trained with."""
        return self.clip.logit_scale.exp().item()

    def encode_text(self, texts: Sequence[str], *, together: bool = False) -> Tensor:
        """(len(texts), dim), unit length; see `read_rows`."""
        device = self.clip.token_embedding.weight.device
        ids = [self.words.ids(text) for text in texts]
        with torch.no_grad():
            rows = read_rows(ids, lambda some: self.clip.read(some.to(device)), together=together)
        return F.normalize(rows.float(), dim=1)

    def encode_image(self, images: Tensor) -> Tensor:
        """(batch, 3, input_size, input_size) in [0, 1] -> (batch, dim), unit length."""
        embedded: Tensor = self.clip.visual((images - self.mean) / self.deviation)
        return F.normalize(embedded.float(), dim=1)

    @property
    def styles(self) -> tuple[str, ...]:
        """None: styles are painted by their words alone."""
        return ()

    def read_styles(self, images: Tensor) -> Tensor:
        """Not available, since there are no `styles`."""
        raise InternalError("CLIP reads no styles.")


def load_clip(folder: ModelFolder) -> ClipPerceptor:
    """The frozen model of a folder, in float32.

    Raises:
        ModelError: the weights are not a CLIP's, or the vocabulary is not theirs.
    """
    tensors = folder.tensors()
    architecture = folder.architecture
    activation = str(architecture.get("activation", "quick_gelu"))
    try:
        vision, text = (
            int(architecture.get(f"{tower}_head_width", HEAD_WIDTH)) for tower in ("vision", "text")
        )
        config = ClipConfig.of(tensors, activation, folder.name, (vision, text))
    except (TypeError, ValueError, ZeroDivisionError) as error:
        message = f"The architecture of {quoted(folder.name)} is not a CLIP's: {error}."
        raise ModelError(message, given=folder.name) from error
    vocabulary = folder.extra("vocabulary")  # noqa: S610 - Django's `extra` is another
    words = BytePairs(read_merges(vocabulary, config.vocabulary_size), config.max_tokens)
    with torch.device("meta"):  # what is filled in next need not be made up first
        clip = CLIP(config)
    fill(clip, {key: t.to(device="meta") for key, t in tensors.items()}, folder.name)
    floats = {key: t.float() if t.is_floating_point() else t for key, t in tensors.items()}
    clip.load_state_dict(floats, assign=True)
    return ClipPerceptor(clip, config, words).eval().requires_grad_(False)
