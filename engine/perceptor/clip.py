"""CLIP: a vision and a causal text transformer in one space (arXiv:2103.00020).

Parameters have the names of OpenAI's state dicts, and all sizes but the width of a head follow from
their shapes. `make reference` compares the embeddings with openai-clip's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.model_folder import ModelFolder, fill
from engine.perceptor.bpe import BytePairs, read_merges
from engine.perceptor.text_batching import read_rows
from ganshare.errors import InternalError, ModelError, must_be_one_of, quoted

__all__ = ["FAMILY", "ClipConfig", "ClipPerceptor", "load_clip"]

FAMILY = "clip"
HEAD_WIDTH = 64
MEAN = (0.48145466, 0.4578275, 0.40821073)  # of the pictures that CLIP was trained on
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def quick_gelu(x: Tensor) -> Tensor:
    """OpenAI's GELU; others' CLIPs have the exact one, and the weights don't say which."""
    return x * torch.sigmoid(1.702 * x)


ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {"quick_gelu": quick_gelu, "gelu": F.gelu}


@dataclass(frozen=True)
class ClipConfig:
    """Sizes of both towers."""

    dim: int
    patch: int
    grid: int  # patches along a side
    vision_width: int
    vision_layers: int
    text_width: int
    text_layers: int
    max_tokens: int
    vocabulary_size: int
    activation: str = "quick_gelu"

    @property
    def input_size(self) -> int:
        """Side of the images that the vision tower takes, in pixels."""
        return self.patch * self.grid

    @classmethod
    def of(
        cls, tensors: Mapping[str, Tensor], activation: str = "quick_gelu", name: str = ""
    ) -> "ClipConfig":
        """From the shapes of the state dict of `name`; raises ModelError if it is no CLIP's."""
        if activation not in ACTIVATIONS:
            raise must_be_one_of(ModelError, "activation", activation, ACTIVATIONS)
        try:
            return _config_of({key: value.shape for key, value in tensors.items()}, activation)
        except (KeyError, ValueError, IndexError) as error:
            reason = f"they lack {error.args[0]}" if isinstance(error, KeyError) else str(error)
            message = f"The weights of {quoted(name)} are no CLIP's: {reason}."
            raise ModelError(message, given=name) from error


def _config_of(shapes: Mapping[str, Sequence[int]], activation: str) -> ClipConfig:
    if any(key.startswith("visual.layer1.") for key in shapes):
        raise ValueError("they see by a ResNet, and only vision transformers are read")
    vision_width, _, patch, _ = shapes["visual.conv1.weight"]
    positions, _ = shapes["visual.positional_embedding"]
    max_tokens, text_width = shapes["positional_embedding"]
    vocabulary_size, _ = shapes["token_embedding.weight"]
    _, dim = shapes["text_projection"]
    grid = round((positions - 1) ** 0.5)
    if positions != grid**2 + 1:
        raise ValueError(f"{positions - 1} patches make no square")
    for width in (vision_width, text_width):
        if width % HEAD_WIDTH or not width:
            raise ValueError(f"a width of {width} is no multiple of {HEAD_WIDTH}")
    vision_layers, text_layers = (
        len({key.removeprefix(start).split(".")[0] for key in shapes if key.startswith(start)})
        for start in ("visual.transformer.resblocks.", "transformer.resblocks.")
    )
    return ClipConfig(
        dim, patch, grid, vision_width, vision_layers, text_width, text_layers, max_tokens,
        vocabulary_size, activation,
    )  # fmt: skip


class Attention(nn.Module):
    """Multi-head self-attention under the names of torch's own, in one fused call."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        """(batch, tokens, width) -> the same; `causal` hides from each token those after it."""
        query, key, value = (
            part.unflatten(2, (-1, HEAD_WIDTH)).transpose(1, 2)
            for part in F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=2)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return out


class Mlp(nn.Module):
    """Four times as wide inside."""

    def __init__(self, width: int, activation: str) -> None:
        super().__init__()
        self.activation = ACTIVATIONS[activation]
        self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, tokens, width) -> the same."""
        out: Tensor = self.c_proj(self.activation(self.c_fc(x)))
        return out


class Block(nn.Module):
    """Attention and a network of two layers, each normalised before and added."""

    def __init__(self, width: int, activation: str) -> None:
        super().__init__()
        self.attn, self.mlp = Attention(width), Mlp(width, activation)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        """(batch, tokens, width) -> the same."""
        x = x + self.attn(self.ln_1(x), causal=causal)
        mixed: Tensor = x + self.mlp(self.ln_2(x))
        return mixed


class Transformer(nn.Module):
    """A stack of blocks."""

    def __init__(self, width: int, layers: int, activation: str, *, causal: bool) -> None:
        super().__init__()
        self.causal = causal
        self.resblocks = nn.ModuleList(Block(width, activation) for _ in range(layers))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, tokens, width) -> the same."""
        for block in self.resblocks:
            x = block(x, causal=self.causal)
        return x


class VisionTower(nn.Module):
    """Patches and a class token -> what that token has gathered (ViT, arXiv:2010.11929)."""

    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        width, patch = config.vision_width, config.patch
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty(config.grid**2 + 1, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(width, config.vision_layers, config.activation, causal=False)
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
        width = config.text_width
        self.visual = VisionTower(config)
        self.token_embedding = nn.Embedding(config.vocabulary_size, width)
        self.positional_embedding = nn.Parameter(torch.empty(config.max_tokens, width))
        self.transformer = Transformer(width, config.text_layers, config.activation, causal=True)
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
        ModelError: the weights are no CLIP's, or the vocabulary is not theirs.
    """
    tensors = folder.tensors()
    activation = str(folder.architecture.get("activation", "quick_gelu"))
    config = ClipConfig.of(tensors, activation, folder.name)
    vocabulary = folder.extra("vocabulary")  # noqa: S610 - Django's `extra` is another
    words = BytePairs(read_merges(vocabulary, config.vocabulary_size), config.max_tokens)
    with torch.device("meta"):  # what is filled in next need not be made up first
        clip = CLIP(config)
    fill(clip, {key: t.to(device="meta") for key, t in tensors.items()}, folder.name)
    clip.load_state_dict({key: t.float() for key, t in tensors.items()}, assign=True)
    return ClipPerceptor(clip, config, words).eval().requires_grad_(False)
