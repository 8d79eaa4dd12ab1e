"""Imports a published CLIP: weights, card and vocabulary for a model folder."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.model_import.clip_state_dict import openai_names
from engine.perceptor.bpe import GUISES, read_merges, written
from engine.perceptor.clip import FAMILY, ClipConfig
from ganshare.errors import ModelError, quoted

__all__ = ["clip_card"]

VOCABULARY = "merges.txt"
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
        message = f"The weights of {quoted(source.name)} are no CLIP's."
        raise ModelError(message, given=source.name) from error
    activation = _activation(config, source)
    size = ClipConfig.of(weights, activation, source.name).vocabulary_size
    merges = written(read_merges(vocabulary or _beside(source), size))
    card = {
        "kind": "perceptor",
        "source": source.name,
        "architecture": {"family": FAMILY, "activation": activation},
        "files": {"vocabulary": {"path": VOCABULARY, "sha256": hashlib.sha256(merges).hexdigest()}},
    }
    return weights, card, {VOCABULARY: merges}


def _activation(config: Path | None, source: Path) -> str:
    """Which GELU the weights were trained with; they don't say it themselves."""
    beside = (path for name in CONFIGS if (path := source.with_name(name)).is_file())
    config = config or next(beside, None)
    if config is None:
        return "quick_gelu"
    try:
        told = json.loads(config.read_text(encoding="utf-8"))
        if "model_cfg" in told:
            return "quick_gelu" if told["model_cfg"].get("quick_gelu") else "gelu"
        if "text_config" in told:
            return str(told["text_config"].get("hidden_act", "quick_gelu"))
        return str(told["architecture"].get("activation", "quick_gelu"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"{quoted(config.name)} is no configuration of a CLIP."
        raise ModelError(message, given=str(config)) from error


def _beside(source: Path) -> Path:
    for name in GUISES:
        if (path := source.with_name(name)).is_file():
            return path
    message = (
        f"{source.name} is a CLIP and needs its vocabulary: {', '.join(GUISES[:-1])} or "
        f"{GUISES[-1]} beside it, or --vocabulary F."
    )
    raise ModelError(message, given=source.name, allowed=GUISES)
