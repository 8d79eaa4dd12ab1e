"""`models add`: imports a folder, safetensors, a taming checkpoint or a CLIP.

No code of a checkpoint is run: one that needs pickled classes is refused, and of a TorchScript
archive only the tensors are read.
"""

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor

from engine.imaging.atomic_write import atomic_path, write_bytes
from engine.model_folder import (
    CARD,
    KINDS,
    ModelFolder,
    fill,
    load_model_folder,
    sha256_of,
    user_folder,
)
from engine.model_import.clip_state_dict import is_clip
from engine.model_import.torchscript import is_torchscript, read_torchscript
from ganshare.errors import ModelError, WorldError, must_be_one_of, quoted

__all__ = ["SUFFIXES", "add_model", "folder_of", "taming_architecture", "write_model_folder"]

UNKNOWN_LICENCE = "unknown"
SUFFIXES = (".safetensors", ".ckpt", ".pt")
WEIGHTS = "weights.safetensors"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LOSSES = ("loss.", "discriminator.")  # training's own; painting needs neither


def add_model(
    source: Path,
    name: str | None = None,
    *,
    config: Path | None = None,
    vocabulary: Path | None = None,
    licence: str | None = None,
    may_sell: bool | None = None,
    origin: str | None = None,
    models: Path | None = None,
) -> ModelFolder:
    """Copy a model into the user's folder, once it has loaded successfully.

    Args:
        source: a folder with a model.json, a `.safetensors` file, a taming `.ckpt` or OpenAI's
            `.pt` of a CLIP.
        name: what to call it; by default as its card says, or as the file is called.
        config: a model.json for the `.safetensors`, or taming's `.yaml`; by default the file
            beside the source with the same stem. A CLIP needs none.
        vocabulary: of a CLIP; by default the file beside the source.
        licence: by default the card's, or "unknown".
        may_sell: by default the card's, or False.
        origin: what the card is to name as its source; by default what it does, or the file.
        models: where to; by default `user_folder()`.

    Raises:
        ModelError: unreadable, pickled classes, not what its configuration says, a bad or taken
            name, or it may be sold under an unknown licence.
        WorldError: the disk.
    """
    files: Mapping[str, Path | bytes] = {}
    if source.is_dir():
        model = load_model_folder(source)
        model.verify()
        tensors = model.tensors()
        card = json.loads((source / CARD).read_text(encoding="utf-8"))
        files = {extra.path.name: extra.path for extra in model.extras.values()}
    else:
        tensors, card, files = _read_file(source, config, vocabulary)
    card["name"] = name or card.get("name") or source.stem
    card["licence"] = licence or card.get("licence") or UNKNOWN_LICENCE
    card["may_sell"] = card.get("may_sell", False) if may_sell is None else may_sell
    card["source"] = origin or card.get("source", source.name)
    _check_card(card)
    folder = folder_of(card["name"], models)
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        check_loads(write_model_folder(temporary, tensors, card, files))
        temporary.rename(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorldError(f"Cannot write {folder}: {reason}.", given=str(folder)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return load_model_folder(folder)


def folder_of(name: object, models: Path | None = None) -> Path:
    """The folder of a new model; raises ModelError if the name is bad or taken."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        message = f"The name {quoted(name)} is not allowed; use up to 64 letters, digits, . _ -."
        raise ModelError(message, given=name)
    folder = (models or user_folder()) / name
    if folder.exists():
        raise ModelError(f"There is a model {quoted(name)} already.", given=name)
    return folder


def write_model_folder(
    folder: Path,
    tensors: Mapping[str, Tensor],
    card: Mapping[str, Any],
    files: Mapping[str, Path | bytes] | None = None,
) -> ModelFolder:
    """Write weights, extra files (name -> where they are, or content) and, last, the model.json.

    The card's "weights" and "sha256" are set here; the sums of its "files" stay as they are.
    """
    from safetensors.torch import save_file

    whole = {key: tensors[key].detach().cpu().contiguous() for key in sorted(tensors)}
    with atomic_path(folder / WEIGHTS) as path:
        path.touch()
        mode = path.stat().st_mode
        save_file(whole, path)
        path.chmod(mode)  # whom the umask lets read; safetensors lets nobody but its writer
    for name, file in (files or {}).items():
        write_bytes(folder / name, file if isinstance(file, bytes) else file.read_bytes())
    card = {**card, "weights": WEIGHTS, "sha256": sha256_of(folder / WEIGHTS)}
    write_bytes(folder / CARD, (json.dumps(card, indent=2) + "\n").encode())
    return load_model_folder(folder)


def check_loads(model: ModelFolder) -> None:
    """Build the network and fill it strictly; raises ModelError where card and weights differ."""
    if model.kind == "vqgan":
        from engine.vqgan import VQGAN, VQGANConfig

        try:
            with torch.device("meta"):  # shapes are all that matters here
                network = VQGAN(VQGANConfig.from_json(dict(model.architecture)))
        except (KeyError, TypeError, ValueError, RuntimeError, ZeroDivisionError) as error:
            message = f"The architecture of {quoted(model.name)} is no VQGAN's: {error}."
            raise ModelError(message, given=model.name) from error
        wanted = {key: value.to(device="meta") for key, value in model.tensors().items()}
        fill(network, wanted, model.name)
    elif model.kind == "upscaler":
        from engine.upscale.upscaler import load_upscaler

        load_upscaler(model.architecture, model.tensors(), name=model.name)
    else:
        from engine.perceptor import load_perceptor

        load_perceptor(model)


def _read_file(
    source: Path, config: Path | None, vocabulary: Path | None
) -> tuple[dict[str, Tensor], dict[str, Any], Mapping[str, bytes]]:
    """Tensors, card and extra files of a single file and what lies beside it."""
    if not source.is_file():
        raise ModelError(f"There is no model at {quoted(str(source))}.", given=str(source))
    if source.suffix not in SUFFIXES:
        message = f"{quoted(source.name)} is no folder, {SUFFIXES[0]}, .ckpt or .pt file."
        raise ModelError(message, given=source.suffix, allowed=("folder", *SUFFIXES))
    read = _read_safetensors if source.suffix == ".safetensors" else _read_checkpoint
    tensors = {key: value for key, value in read(source).items() if not key.startswith(_LOSSES)}
    if is_clip(tensors):
        from engine.model_import.clip import clip_card

        return clip_card(source, tensors, config, vocabulary)
    if vocabulary is not None:
        raise ModelError(f"{source.name} is no CLIP, which alone needs a vocabulary.")
    return tensors, _read_config(source, config or _beside(source)), {}


def _read_config(source: Path, config: Path) -> dict[str, Any]:
    """Convert a configuration to a model card."""
    try:
        text = config.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The configuration {quoted(str(config))} cannot be read."
        raise ModelError(message, given=str(config)) from error
    if config.suffix != ".json":
        return {"kind": "vqgan", "source": source.name, "architecture": taming_architecture(text)}
    try:
        card = json.loads(text)
    except ValueError as error:
        raise ModelError(f"{config.name} is not JSON: {error}.", given=str(config)) from error
    if not isinstance(card, dict):
        raise ModelError(f"{config.name} holds no JSON object.", given=str(config))
    # Extra files are not beside a bare file, and a sum of our own is written anew.
    expected = card.get("sha256")
    if expected is not None and sha256_of(source) != expected:
        message = f"{source.name} is damaged or was changed: its sha256 is not {config.name}'s."
        raise ModelError(message, given=source.name)
    if card.pop("files", None):
        message = f"{config.name} names extra files; add the whole folder instead."
        raise ModelError(message, given=source.name)
    return {**card, "source": card.get("source", source.name)}


def _beside(source: Path) -> Path:
    for suffix in (".json", ".yaml", ".yml"):
        if (path := source.with_suffix(suffix)).is_file():
            return path
    message = f"{source.name} needs its configuration: a .json or .yaml file of the same name."
    raise ModelError(message, given=source.name)


def _read_safetensors(source: Path) -> dict[str, Tensor]:
    # As a folder that is checked against the sum it has: one place knows what can be wrong.
    return ModelFolder(
        source.stem, "vqgan", {}, "", False, "", sha256_of(source), source.parent, source
    ).tensors()


def _read_checkpoint(source: Path) -> dict[str, Tensor]:
    """State dict of a Lightning, torch or TorchScript checkpoint, never unpickling classes."""
    if is_torchscript(source):
        return read_torchscript(source)
    import pickle

    try:
        content = torch.load(source, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        message = (
            f"{source.name} needs pickled classes, which could run code; only checkpoints of plain "
            "tensors are read."
        )
        raise ModelError(message, given=source.name) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, TypeError) as error:
        message = f"{source.name} is no whole torch checkpoint; it may be truncated."
        raise ModelError(message, given=source.name) from error
    state = content.get("state_dict", content) if isinstance(content, dict) else None
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise ModelError(f"{source.name} holds no state dict.", given=source.name)
    # Sliced or tied tensors share memory, which safetensors does not store.
    return {str(key): value.clone() for key, value in state.items()}


def taming_architecture(text: str) -> dict[str, Any]:
    """taming-transformers' model yaml -> our `architecture`; raises ModelError."""
    try:
        model = yaml.safe_load(text)["model"]
        params, fields = model["params"], dict(model["params"]["ddconfig"])
        if fields.get("double_z"):
            message = "A taming model with double_z is a KL autoencoder; only VQGANs are read."
            raise ModelError(message, given="double_z")
        names = ("ch", "num_res_blocks", "resolution", "z_channels", "in_channels", "out_ch")
        return {
            "autoencoder": {
                **{name: int(fields[name]) for name in names},
                "ch_mult": [int(mult) for mult in fields["ch_mult"]],
                "attn_resolutions": [int(side) for side in fields["attn_resolutions"]],
            },
            "codebook_size": int(params["n_embed"]),
            "embed_dim": int(params["embed_dim"]),
            "quantizer": "gumbel" if "Gumbel" in str(model["target"]) else "vector",
        }
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"The yaml is not of a taming VQGAN: {reason}.") from error


def _check_card(card: Mapping[str, Any]) -> None:
    kind = card.get("kind")
    if kind not in KINDS:
        raise must_be_one_of(ModelError, "model kind", str(kind), KINDS)
    if card["may_sell"] and card["licence"] == UNKNOWN_LICENCE:
        raise ModelError("What a model paints may be sold only if its licence is named.")
