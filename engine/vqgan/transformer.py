"""The transformer of the VQGAN paper, which generates codes one by one (arXiv:2012.09841, 3.2).

A GPT over codebook indices, under the state-dict names of taming-transformers' minGPT. What it is
conditioned on (a class, coordinates, or a start token) stands before the codes, as codes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.model_folder import ModelFolder, fill
from ganshare.errors import ModelError, quoted

__all__ = ["CodeTransformer", "TransformerConfig", "load_transformer", "sample_codes"]

CONDITIONS = ("none", "class", "coordinates")


@dataclass(frozen=True)
class TransformerConfig:
    """Sizes, and what stands before the codes.

    Args:
        condition: "none" (the start token), "class" or "coordinates".
        codes: of the condition: classes, or steps of the coordinates; the start token for "none".
    """

    vocabulary_size: int
    block_size: int
    width: int
    layers: int
    heads: int
    condition: str = "none"
    codes: int = 0

    @classmethod
    def of(
        cls, tensors: Mapping[str, Tensor], architecture: Mapping[str, Any], name: str
    ) -> "TransformerConfig":
        """From the shapes of its weights and what they don't say; raises ModelError."""
        try:
            vocabulary_size, width = tensors["tok_emb.weight"].shape
            block_size = tensors["pos_emb"].shape[1]
            layers = len({key.split(".")[1] for key in tensors if key.startswith("blocks.")})
            heads, condition = int(architecture["heads"]), str(architecture["condition"])
            config = cls(
                vocabulary_size, block_size, width, layers, heads, condition,
                int(architecture["codes"]),
            )  # fmt: skip
            fits = heads > 0 and width % heads == 0 and condition in CONDITIONS
        except (KeyError, ValueError, TypeError, IndexError) as error:
            message = f"{quoted(name)} is not a transformer of codes: {error}."
            raise ModelError(message, given=name) from error
        if not fits:
            raise ModelError(f"{quoted(name)} is not a transformer of codes.", given=name)
        return config


class CausalAttention(nn.Module):
    """Each place sees those before it."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        width, self.heads = config.width, config.heads
        self.key, self.query = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, places, width) -> the same."""
        query, key, value = (
            project(x).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for project in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        out: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return out


class Block(nn.Module):
    """Attention and a network of two layers, each normalised before and added."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        width = config.width
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = CausalAttention(config)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, places, width) -> the same."""
        x = x + self.attn(self.ln1(x))
        mixed: Tensor = x + self.mlp(self.ln2(x))
        return mixed


class CodeTransformer(nn.Module):
    """Codes so far -> how likely each code is next."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.tok_emb = nn.Embedding(config.vocabulary_size, config.width)
        self.pos_emb = nn.Parameter(torch.zeros(1, config.block_size, config.width))
        self.blocks = nn.Sequential(*(Block(config) for _ in range(config.layers)))
        self.ln_f = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.vocabulary_size, bias=False)

    def forward(self, codes: Tensor) -> Tensor:
        """(batch, places) -> (batch, places, vocabulary_size) of logits."""
        x = self.tok_emb(codes) + self.pos_emb[:, : codes.shape[1]]
        logits: Tensor = self.head(self.ln_f(self.blocks(x)))
        return logits

    def condition(self, rows: int, columns: int, label: int | None, factor: int) -> Tensor:
        """What stands before the codes of a picture, for each of its cells: (rows, columns).

        Coordinates are taming's: the pixels counted in reading order, from 0 to 1, their mean in
        each cell of `factor` pixels a side.

        Raises:
            ModelError: a class is missing, there is none of this number, or none is asked for.
        """
        config = self.config
        if (config.condition == "class") != (label is not None):
            needs = "needs a class" if config.condition == "class" else "knows no classes"
            raise ModelError(f"This transformer {needs} (--class N).", given=label)
        if label is not None and not 0 <= label < config.codes:
            message = f"The class {label} is unknown; allowed are 0 to {config.codes - 1}."
            raise ModelError(message, given=label, allowed=config.codes)
        if config.condition == "coordinates":
            down, across = (
                torch.arange(count, dtype=torch.float64) * factor + (factor - 1) / 2
                for count in (rows, columns)
            )
            pixels = down[:, None] * (columns * factor) + across
            place = pixels / (rows * columns * factor**2)
            return (place * config.codes).round().long()
        return torch.full((rows, columns), config.codes if label is None else label)


def sample_codes(
    model: CodeTransformer,
    start: Tensor,
    known: int,
    *,
    label: int | None = None,
    codebook_size: int,
    factor: int = 16,
    temperature: float = 1.0,
    top_k: int | None = 100,
    generator: torch.Generator | None = None,
    progress: Callable[[int, int], None] = lambda _, __: None,
) -> Tensor:
    """Draw the codes of a picture row by row, each from those in a window around it.

    Args:
        model: the transformer.
        start: (rows, columns) of codes, of which the first `known` are kept.
        known: how many, in reading order.
        label: the class, where the transformer asks for one.
        factor: pixels a cell, along a side.
        codebook_size: of the first stage: higher codes are the condition's alone.
        temperature: below 1 likelier, above 1 bolder.
        top_k: only the likeliest so many; None for all, 1 for the likeliest.
        generator: of random numbers, on the CPU.
        progress: called with (done, total) after each code.
    """
    rows, columns = start.shape
    before = model.condition(rows, columns, label, factor)
    per_cell = model.config.condition == "coordinates"
    room = model.config.block_size // 2 if per_cell else model.config.block_size
    side = int(room**0.5)  # of the window that it was trained with
    height, width = min(rows, side), min(columns, side)
    codes, device = start.clone(), model.pos_emb.device
    for place in range(known, rows * columns):
        row, column = divmod(place, columns)
        top = min(max(row - height // 2, 0), rows - height)
        left = min(max(column - width // 2, 0), columns - width)
        window = codes[top : top + height, left : left + width].flatten()
        done = (row - top) * width + column - left
        first = before[top : top + height, left : left + width].flatten()
        sequence = torch.cat([first if per_cell else first[:1], window[:done]])[None].to(device)
        with torch.no_grad():
            logits = model(sequence)[0, -1].float().cpu()
        logits[codebook_size:] = -torch.inf
        codes[row, column] = _draw(logits / temperature, top_k, generator)
        progress(place + 1, rows * columns)
    return codes


def _draw(logits: Tensor, top_k: int | None, generator: torch.Generator | None) -> Tensor:
    if top_k is not None and top_k < len(logits):
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], -torch.inf)
    return torch.multinomial(logits.softmax(0), 1, generator=generator)[0]


def load_transformer(folder: ModelFolder) -> CodeTransformer:
    """The frozen transformer of a folder, in float32; raises ModelError."""
    tensors = {key: value.float() for key, value in folder.tensors().items()}
    model = CodeTransformer(TransformerConfig.of(tensors, folder.architecture, folder.name))
    fill(model, tensors, folder.name)
    return model.eval().requires_grad_(False)


def first_stage_of(architecture: Mapping[str, Any]) -> tuple[str, str]:
    """Name and identity of the VQGAN whose codes it tells; raises KeyError."""
    told = architecture["first_stage"]
    return str(told["name"]), str(told["identity"])
