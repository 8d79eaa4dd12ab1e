"""Imports a published CLIP: weights, card and vocabulary for a model folder."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.model_import.clip_state_dict import openai_names
from engine.perceptor.bpe import GUISES, read_merges, written
from engine.perceptor.clip import FAMILY, HEAD_WIDTH, ClipConfig
from ganshare.errors import ModelError, quoted

__all__ = ["clip_card"]

VOCABULARY = "merges.txt"
LARGEST_OPENAI = 1024  # width of a vision transformer; up to it, every head is 64 wide
CONFIGS = ("config.json", "open_clip_config.json")  # Hugging Face's and open_clip's


def clip_card(
    source: Path, tensors: Mapping[str, Tensor], config: Path | None, vocabulary: Path | None
) -> tuple[dict[str, Tensor], dict[str, Any], dict[str, bytes]]:
    """Weights under OpenAI's names, the card, and the files that it speaks of.

    Args:
        source: the file that the weights were read from.
        tensors: its state dict, as OpenAI or Hugging Face name it.
        config: a model.json or one of `CONFIGS`; by default one of these beside `source`.
        vocabulary: any of `GUISES`; by default one of them beside `source`.

    Raises:
        ModelError: not a whole CLIP with a vision transformer, or a vocabulary of other weights.
    """
    try:
        weights = openai_names(tensors)
    except (RuntimeError, IndexError) as error:  # queries, keys and values that don't fit
        message = f"The weights of {quoted(source.name)} are not a CLIP's."
        raise ModelError(message, given=source.name) from error
    told = _read_config(config, source)
    heads = (told.vision_head_width, told.text_head_width)
    sizes = ClipConfig.of(weights, told.activation, source.name, heads)
    if not told.path and sizes.vision.width > LARGEST_OPENAI and not sizes.resnet_blocks:
        message = (
            f"{source.name} is a CLIP larger than OpenAI's and needs its configuration, which says "
            f"how wide its heads are: {' or '.join(CONFIGS)} beside it, or --config F."
        )
        raise ModelError(message, given=source.name, allowed=CONFIGS)
    merges = written(read_merges(vocabulary or _beside(source), sizes.vocabulary_size))
    card = {
        "kind": "perceptor",
        "source": source.name,
        "architecture": {
            "family": FAMILY,
            "activation": told.activation,
            "vision_head_width": told.vision_head_width,
            "text_head_width": told.text_head_width,
        },
        "files": {"vocabulary": {"path": VOCABULARY, "sha256": hashlib.sha256(merges).hexdigest()}},
    }
    return weights, card, {VOCABULARY: merges}


@dataclass(frozen=True)
class _Told:
    """What the weights don't say themselves: which GELU, and how wide the heads are."""

    path: Path | None = None
    activation: str = "quick_gelu"
    vision_head_width: int = HEAD_WIDTH
    text_head_width: int = HEAD_WIDTH


def _read_config(config: Path | None, source: Path) -> _Told:
    beside = (path for name in CONFIGS if (path := source.with_name(name)).is_file())
    config = config or next(beside, None)
    if config is None:
        return _Told()
    try:
        told = json.loads(config.read_text(encoding="utf-8"))
        if "model_cfg" in told or "vision_cfg" in told:
            return _of_open_clip(config, told.get("model_cfg", told))
        if "text_config" in told or "vision_config" in told:
            return _of_hugging_face(config, told)
        architecture = told["architecture"]
        return _Told(
            config,
            str(architecture.get("activation", "quick_gelu")),
            int(architecture.get("vision_head_width", HEAD_WIDTH)),
            int(architecture.get("text_head_width", HEAD_WIDTH)),
        )
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ZeroDivisionError
    ) as error:  # fmt: skip
        message = f"{quoted(config.name)} is not a CLIP configuration."
        raise ModelError(message, given=str(config)) from error


# What open_clip's towers may have beyond CLIP's, unless it is set to what CLIP has.
_UNKNOWN_TO_US = (
    ("vision_cfg", "timm_model_name", ()),
    ("vision_cfg", "attentional_pool", (False,)),
    ("vision_cfg", "pool_type", ("tok",)),
    ("vision_cfg", "global_average_pool", (False,)),
    ("vision_cfg", "no_ln_pre", (False,)),
    ("text_cfg", "hf_model_name", ()),
    ("text_cfg", "no_causal_mask", (False,)),
    ("text_cfg", "pool_type", ("argmax",)),
    ("text_cfg", "embed_cls", (False,)),
)


def _of_open_clip(path: Path, told: Mapping[str, Any]) -> _Told:
    """`model_cfg` of open_clip_config.json, or one of the files that open_clip itself has."""
    vision, text = told.get("vision_cfg", {}), told.get("text_cfg", {})
    for part, name, allowed in _UNKNOWN_TO_US:
        value = told.get(part, {}).get(name)
        if value is not None and value not in allowed:
            message = f"{quoted(path.name)} is of a model with {name}, which no CLIP has."
            raise ModelError(message, given=name)
    return _Told(
        path,
        "quick_gelu" if told.get("quick_gelu") else "gelu",
        int(vision.get("head_width", HEAD_WIDTH)),
        int(text.get("width", 8 * HEAD_WIDTH)) // int(text.get("heads", 8)),
    )


def _of_hugging_face(path: Path, told: Mapping[str, Any]) -> _Told:
    """config.json; what it leaves out is ViT-B/32's."""
    vision, text = told.get("vision_config") or {}, told.get("text_config") or {}
    return _Told(
        path,
        str(text.get("hidden_act", "quick_gelu")),
        int(vision.get("hidden_size", 768)) // int(vision.get("num_attention_heads", 12)),
        int(text.get("hidden_size", 512)) // int(text.get("num_attention_heads", 8)),
    )


def _beside(source: Path) -> Path:
    for name in GUISES:
        if (path := source.with_name(name)).is_file():
            return path
    message = (
        f"{source.name} is a CLIP and needs its vocabulary: {', '.join(GUISES[:-1])} or "
        f"{GUISES[-1]} beside it, or --vocabulary F."
    )
    raise ModelError(message, given=source.name, allowed=GUISES)
