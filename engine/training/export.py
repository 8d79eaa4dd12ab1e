"""Exports a trained state dict as a model folder."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.model_folder import ModelFolder, ModelKind, load_model_folder, sha256_of
from engine.model_import.add import write_model_folder

__all__ = ["export_model"]


def export_model(
    state: Mapping[str, Tensor],
    architecture: Mapping[str, Any],
    folder: Path,
    *,
    kind: ModelKind,
    licence: str = "unknown",
    may_sell: bool = False,
    source: str = "",
    figures: Mapping[str, Any] | None = None,
    files: Mapping[str, Path] | None = None,
    half: bool = True,
) -> ModelFolder:
    """Write `folder`, whose name becomes the model's, with float16 weights; replaces an older one.

    Args:
        state: floats become float16 if `half`; 8-bit codes and other integers stay as they are.
        architecture: what the model is rebuilt from.
        folder: where to.
        kind: of model.
        licence: SPDX name of the weights' licence.
        may_sell: whether pictures made with it may be sold.
        source: what it was trained from, in words.
        figures: held-out figures for the card.
        files: extra files by the name that the model asks for, such as "vocabulary".
        half: unset where the model stores its own precisions.

    Raises:
        WorldError: the disk.
    """
    tensors = {
        key: value.to(torch.float16) if half and value.is_floating_point() else value
        for key, value in state.items()
    }
    files = files or {}
    card = {
        "name": folder.name,
        "kind": kind,
        "architecture": dict(architecture),
        "licence": licence,
        "may_sell": may_sell,
        "source": source,
    }
    if files:
        card["files"] = {
            name: {"path": path.name, "sha256": sha256_of(path)} for name, path in files.items()
        }
    if figures:
        card["figures"] = dict(figures)
    temporary = folder.with_name(f".{folder.name}.exporting")
    shutil.rmtree(temporary, ignore_errors=True)
    write_model_folder(temporary, tensors, card, {path.name: path for path in files.values()})
    if folder.exists():
        shutil.rmtree(folder)
    temporary.rename(folder)
    return load_model_folder(folder)
