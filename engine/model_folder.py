"""Model folders: a `model.json` describes a model, its weights are safetensors.

    {"name": ..., "kind": "vqgan" | "perceptor" | "upscaler" | "transformer",
     "architecture": {...},
     "licence": ..., "may_sell": true | false, "source": ..., "weights": "weights.safetensors",
     "sha256": ..., "files": {"vocabulary": {"path": ..., "sha256": ...}}, "figures": {...},
     "reads": ["Latin"]}

`files`, `figures` and `reads`, the scripts that a perceptor reads, may be missing. Nothing here
unpickles anything.
"""

from __future__ import annotations  # listing models must not import torch

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from ganshare.errors import ModelError, must_be_one_of, quoted
from ganshare.prompts.languages import LATIN
from ganshare.settings import CoreSettings, load

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = [
    "CARD",
    "KINDS",
    "ModelFolder",
    "ModelKind",
    "default_model",
    "fill",
    "find_model",
    "list_models",
    "load_model_folder",
    "model_paths",
    "sha256_of",
    "user_folder",
]

ModelKind = Literal["vqgan", "perceptor", "upscaler", "transformer"]
KINDS: tuple[ModelKind, ...] = get_args(ModelKind)
CARD = "model.json"
SECOND_EYE = "second_eye"  # name of the file of a perceptor's second eye
EMBEDDED = Path(__file__).parent / "models"

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Extra:
    """A file beside the weights, such as a tokenizer's vocabulary."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class ModelFolder:
    """A model folder; its files are verified when they are read, not before."""

    name: str
    kind: ModelKind
    architecture: Mapping[str, Any]
    licence: str
    may_sell: bool
    source: str
    sha256: str  # of the weights
    path: Path
    weights: Path
    extras: Mapping[str, Extra] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    reads: tuple[str, ...] = LATIN  # scripts, by Unicode's names

    @property
    def identity(self) -> str:
        """A sha256 that identifies the model: its weights', or one of all its files'.

        Not of the second eye: embeddings don't depend on it, and each manifest names it apart.
        """
        extras = [(name, e.sha256) for name, e in sorted(self.extras.items()) if name != SECOND_EYE]
        if not extras:
            return self.sha256
        lines = [f"{name} {sha256}" for name, sha256 in extras]
        return hashlib.sha256("\n".join([self.sha256, *lines]).encode()).hexdigest()

    def verify(self) -> None:
        """Compare every file with its sha256; raises ModelError at the first that differs."""
        _check_sha256(self.weights, self.sha256, self.name)
        for name in self.extras:
            self.extra(name)  # noqa: S610 - Django has a method of this name; this is none of it

    def extra(self, name: str) -> Path:
        """Path of an extra file, its sha256 checked; raises ModelError."""
        if name not in self.extras:
            message = f"The model {quoted(self.name)} has no file {quoted(name)} in its {CARD}."
            raise ModelError(message, given=name, allowed=tuple(self.extras))
        extra = self.extras[name]
        _check_sha256(extra.path, extra.sha256, self.name)
        return extra.path

    def tensors(self) -> dict[str, Tensor]:
        """State dict as stored (float16, 8-bit codes), on the CPU; the sha256 is checked first.

        Raises:
            ModelError: a wrong sha256, a truncated file, or no safetensors at all.
        """
        _check_sha256(self.weights, self.sha256, self.name)
        return _read_safetensors(self.weights, self.name)

    def extra_tensors(self, name: str) -> dict[str, Tensor]:
        """As `tensors`, of an extra file: parts that rarely change lie apart from those that do."""
        return _read_safetensors(self.extra(name), self.name)  # noqa: S610 - see `verify`


def _read_safetensors(path: Path, name: str) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, ValueError, OSError) as error:
        with path.open("rb") as file:
            start = file.read(4)
        told = f"The weights of {quoted(name)} ({path.name})"
        if start.startswith((b"PK\x03\x04", b"\x80")):
            message = f"{told} are a pickle, which could run code; only safetensors are read."
        else:
            message = f"{told} are not a complete safetensors file; they may be truncated."
        raise ModelError(message, given=name) from error


def load_model_folder(path: Path) -> ModelFolder:
    """Read a folder's model.json; raises ModelError if it is missing or invalid."""
    card = path / CARD
    try:
        fields = json.loads(card.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{path} is not a model: it has no {CARD}.", given=str(path)) from error
    except (OSError, ValueError, RecursionError) as error:
        message = f"{card} cannot be read as JSON: {error}."
        raise ModelError(message, given=str(path)) from error
    if not isinstance(fields, dict):
        raise ModelError(f"{card} does not contain a JSON object.", given=str(path))
    return _read_card(fields, path)


def _read_card(fields: Mapping[str, Any], path: Path) -> ModelFolder:
    def get(name: str, kind: type, holder: Mapping[str, Any] = fields) -> Any:
        if not isinstance(holder, dict) or name not in holder:
            raise ModelError(f"{path / CARD} has no {quoted(name)}.", given=str(path))
        if not isinstance(holder[name], kind):
            message = f"{quoted(name)} in {path / CARD} is not of type {kind.__name__}."
            raise ModelError(message, given=holder[name])
        return holder[name]

    def inside(name: str) -> Path:
        # A card shall not make us read files elsewhere.
        if name in ("", ".", "..") or Path(name).name != name:
            message = f"{quoted(name)} in {path / CARD} is not the name of a file beside it."
            raise ModelError(message, given=name)
        return path / name

    def digest(holder: Mapping[str, Any]) -> str:
        text: str = get("sha256", str, holder).lower()
        if not _SHA256.fullmatch(text):
            message = (
                f"{quoted(text)} in {path / CARD} is not a sha256, which has 64 hexadecimal digits."
            )
            raise ModelError(message, given=text)
        return text

    kind = get("kind", str)
    if kind not in KINDS:
        raise must_be_one_of(ModelError, "model kind", kind, KINDS)
    files = get("files", dict) if "files" in fields else {}
    return ModelFolder(
        name=get("name", str),
        kind=kind,
        architecture=get("architecture", dict),
        licence=get("licence", str),
        may_sell=get("may_sell", bool),
        source=get("source", str),
        sha256=digest(fields),
        path=path,
        weights=inside(get("weights", str)),
        extras={
            name: Extra(inside(get("path", str, file)), digest(file))
            for name, file in files.items()
        },
        figures=get("figures", dict) if "figures" in fields else {},
        reads=tuple(map(str, get("reads", list))) if "reads" in fields else LATIN,
    )


def user_folder() -> Path:
    """Where added models live: the setting `models_dir`, by default `~/.ganshare/models`."""
    return load(CoreSettings).models_dir.expanduser()


def model_paths() -> Iterator[Path]:
    """Every folder with a model.json: the user's first, then the embedded ones, each by name."""
    for parent in (user_folder(), EMBEDDED):
        yield from sorted(card.parent for card in parent.glob(f"[!.]*/{CARD}"))


def list_models(kind: ModelKind | None = None) -> list[ModelFolder]:
    """Every readable model; the user's hide embedded ones of the same name."""
    models: dict[str, ModelFolder] = {}
    for path in model_paths():
        try:
            model = load_model_folder(path)
        except ModelError:
            continue
        models.setdefault(model.name, model)
    return [model for model in models.values() if kind in (None, model.kind)]


def find_model(name: str, kind: ModelKind | None = None) -> ModelFolder:
    """Find a model by name.

    Raises:
        ModelError: there is none, it is of another kind, or its model.json is broken.
    """
    for model in list_models():
        if model.name == name:
            if kind not in (None, model.kind):
                message = f"The model {quoted(name)} is of kind {model.kind}, not {kind}."
                raise ModelError(message, given=model.kind, allowed=kind)
            return model
    for path in model_paths():
        if path.name == name:
            return load_model_folder(path)  # says what is wrong with it
    known = [model.name for model in list_models(kind)]
    raise must_be_one_of(ModelError, f"{kind or 'model'} name", name, known)


def default_model(kind: ModelKind) -> ModelFolder:
    """The first embedded model of a kind, by name; a user's model is used only when named.

    Raises:
        ModelError: nothing of this kind is embedded.
    """
    for path in sorted(card.parent for card in EMBEDDED.glob(f"*/{CARD}")):
        model = load_model_folder(path)
        if model.kind == kind:
            return model
    raise ModelError(f"No {kind} is embedded in this installation; name one that was added.")


def fill(module: nn.Module, tensors: Mapping[str, Tensor], name: str) -> None:
    """Load a state dict strictly; raises ModelError naming what is missing, extra or misshapen."""
    wanted = module.state_dict()
    for problem, keys in (
        ("lack", wanted.keys() - tensors.keys()),
        ("have an unknown", tensors.keys() - wanted.keys()),
        ("have the wrong shape for", _misshapen(wanted, tensors)),
    ):
        if keys:
            more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
            message = f"The weights of {quoted(name)} {problem} {min(keys)}{more}."
            raise ModelError(message, given=sorted(keys))
    module.load_state_dict(tensors)


def _misshapen(wanted: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> set[str]:
    return {key for key in wanted.keys() & given.keys() if wanted[key].shape != given[key].shape}


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_sha256(path: Path, expected: str, name: str) -> None:
    try:
        found = sha256_of(path)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{path.name} of the model {quoted(name)} cannot be read: {reason}."
        raise ModelError(message, given=name) from error
    if found != expected:
        raise ModelError(
            f"{path.name} of the model {quoted(name)} is damaged or was changed: its sha256 is "
            f"{found[:12]}…, not {expected[:12]}… as its {CARD} says.",
            given=found,
            allowed=expected,
        )
