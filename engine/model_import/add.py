"""`models add`: imports a folder, safetensors, a taming checkpoint, a CLIP or ISR's weights.

No code of a checkpoint is run; see `engine.model_import.unpickler`.
"""

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
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
from engine.model_import.checkpoint import Checkpoint, read_checkpoint
from engine.model_import.clip_state_dict import is_clip
from engine.model_import.isr import HDF5_SUFFIXES, read_isr
from engine.model_import.taming import is_needed, read_yaml, taming_architecture, vqgan_state
from ganshare.errors import ModelError, WorldError, must_be_one_of, quoted

__all__ = ["SUFFIXES", "add_model", "folder_of", "write_model_folder"]

UNKNOWN_LICENCE = "unknown"
SUFFIXES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", *HDF5_SUFFIXES)
WEIGHTS = "weights.safetensors"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


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
        source: a folder with a model.json (ours or, of ISR, UpscalerJS's), or a file that ends in
            one of `SUFFIXES`: safetensors, a torch checkpoint, or ISR's HDF5.
        name: what to call it; by default as its card says, or as the file is called.
        config: a model.json for the `.safetensors`, or taming's `.yaml`; by default the file
            beside the source with the same stem, or what a checkpoint says of itself. A CLIP may
            have Hugging Face's or open_clip's.
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
    files: Mapping[str, Path | bytes]
    if source.is_dir():
        tensors, card, files = _read_folder(source)
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
            message = f"The architecture of {quoted(model.name)} is not a VQGAN's: {error}."
            raise ModelError(message, given=model.name) from error
        wanted = {key: value.to(device="meta") for key, value in model.tensors().items()}
        fill(network, wanted, model.name)
    elif model.kind == "upscaler":
        from engine.upscale.upscaler import load_upscaler

        load_upscaler(model.architecture, model.tensors(), name=model.name)
    elif model.kind == "transformer":
        from engine.vqgan.transformer import load_transformer

        load_transformer(model)
    else:
        from engine.perceptor import load_perceptor

        load_perceptor(model)


_Source = tuple[dict[str, Tensor], dict[str, Any], Mapping[str, Path | bytes]]


def _read_folder(source: Path) -> _Source:
    """Tensors, card and extra files of a model folder, or of UpscalerJS's weights."""
    try:
        if "weightsManifest" in json.loads((source / CARD).read_text(encoding="utf-8")):
            return *read_isr(source), {}
    except (OSError, ValueError, TypeError, RecursionError):
        pass  # what is wrong with it is said next
    model = load_model_folder(source)
    model.verify()
    card = json.loads((source / CARD).read_text(encoding="utf-8"))
    return model.tensors(), card, {extra.path.name: extra.path for extra in model.extras.values()}


def _read_file(source: Path, config: Path | None, vocabulary: Path | None) -> _Source:
    """Tensors, card and extra files of a single file and what lies beside it."""
    if not source.is_file():
        raise ModelError(f"There is no model at {quoted(str(source))}.", given=str(source))
    suffix = source.suffix.lower()
    if suffix not in SUFFIXES:
        allowed = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        message = f"{quoted(source.name)} is neither a folder nor a file that ends in {allowed}."
        raise ModelError(message, given=source.suffix, allowed=("folder", *SUFFIXES))
    if suffix in HDF5_SUFFIXES:
        return *read_isr(source), {}
    checkpoint = _read_tensors(source)
    if is_clip(checkpoint.tensors):
        from engine.model_import.clip import clip_card

        return clip_card(source, checkpoint.tensors, config, vocabulary)
    if vocabulary is not None:
        raise ModelError(f"{source.name} is not a CLIP; only a CLIP needs a vocabulary.")
    tensors = vqgan_state(checkpoint.tensors)
    if config is None and checkpoint.hyper_parameters and not _beside(source):
        return tensors, _taming_card(source, checkpoint.hyper_parameters), {}
    config = config or _beside(source)
    if config is None:
        raise _not_understood(source, tensors)
    return tensors, _read_config(source, config), {}


def _taming_card(source: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """From taming's `model`, or from its parameters alone, which Lightning keeps."""
    model = told.get("model", {"target": told.get("target", ""), "params": told})
    return {
        "kind": "vqgan", "source": source.name, "architecture": taming_architecture(model),
    }  # fmt: skip


def _not_understood(source: Path, tensors: Mapping[str, Tensor]) -> ModelError:
    """Say what the file is not, or what it lacks."""
    if any(key.startswith(("encoder.", "quantize.")) for key in tensors):
        message = f"{source.name} needs its configuration: a .json or .yaml file of the same name."
    else:
        first = ", ".join(quoted(key) for key in sorted(tensors)[:3]) or "no tensor"
        message = (
            f"{source.name} is neither a VQGAN of taming-transformers nor a CLIP (it holds {first})"
            ", and has no .json beside it that says what it is."
        )
    return ModelError(message, given=source.name)


def _read_config(source: Path, config: Path) -> dict[str, Any]:
    """Convert a configuration to a model card."""
    try:
        text = config.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The configuration {quoted(str(config))} cannot be read."
        raise ModelError(message, given=str(config)) from error
    if config.suffix != ".json":
        return _taming_card(source, {"model": read_yaml(text)})
    try:
        card = json.loads(text)
    except ValueError as error:
        raise ModelError(f"{config.name} is not JSON: {error}.", given=str(config)) from error
    if not isinstance(card, dict):
        raise ModelError(f"{config.name} does not contain a JSON object.", given=str(config))
    # Extra files are not beside a bare file, and a sum of our own is written again.
    expected = card.get("sha256")
    if expected is not None and sha256_of(source) != expected:
        message = f"{source.name} is damaged or was changed: its sha256 is not {config.name}'s."
        raise ModelError(message, given=source.name)
    if card.pop("files", None):
        message = f"{config.name} names extra files; add the whole folder instead."
        raise ModelError(message, given=source.name)
    return {**card, "source": card.get("source", source.name)}


def _beside(source: Path) -> Path | None:
    paths = (source.with_suffix(suffix) for suffix in (".json", ".yaml", ".yml"))
    return next((path for path in paths if path.is_file()), None)


def _read_tensors(source: Path) -> Checkpoint:
    """What painting may need of a safetensors file or a checkpoint."""
    if source.suffix.lower() != ".safetensors":
        return read_checkpoint(source, is_needed)
    # As a folder that is checked against the sum it has: one place knows what can be wrong.
    folder = ModelFolder(
        source.stem, "vqgan", {}, "", False, "", sha256_of(source), source.parent, source
    )
    return Checkpoint({key: t for key, t in folder.tensors().items() if is_needed(key)})


def _check_card(card: Mapping[str, Any]) -> None:
    kind = card.get("kind")
    if kind not in KINDS:
        raise must_be_one_of(ModelError, "model kind", str(kind), KINDS)
    if card["may_sell"] and card["licence"] == UNKNOWN_LICENCE:
        raise ModelError("What a model paints may be sold only if its licence is named.")
