"""Reads the state dict of a checkpoint, from any of torch's file formats and wrappers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.model_import.torch_files import BROKEN, TorchFile, open_torch_file
from engine.model_import.unpickler import Refused, Standin, TensorSpec
from ganshare.errors import ModelError, quoted

__all__ = ["Checkpoint", "read_checkpoint"]

# Where Lightning and open_clip, and many others, keep the state dict.
_PLACES = ("state_dict", "model_state_dict", "model", "params_ema", "params", "weights")
_WRAPPERS = ("module.", "_orig_mod.", "model.")  # of DistributedDataParallel, torch.compile, ...
_NO_CHECKPOINTS = (
    (b"<", "is a web page, not a checkpoint: the download was answered by a form or an error"),
    (b"version https://git-lfs", "is a Git LFS pointer, not the checkpoint itself"),
)


@dataclass(frozen=True)
class Checkpoint:
    """Args: tensors by name; hyper_parameters: Lightning's, as plain data, or nothing."""

    tensors: dict[str, Tensor]
    hyper_parameters: dict[str, Any] = field(default_factory=dict)


def read_checkpoint(path: Path, wanted: Callable[[str], bool] = lambda _: True) -> Checkpoint:
    """Read the state dict of a Lightning, torch or TorchScript checkpoint; nothing of it is run.

    Args:
        path: of the file.
        wanted: which tensors, by their names.

    Raises:
        ModelError: it is truncated, no checkpoint, or its pickle would run something.
    """
    try:
        with open_torch_file(path) as file:
            state = dict(_state_of(file.root, path))
            chosen = {key: spec for key, spec in _unwrap(state).items() if wanted(key)}
            tensors = {key: file.tensor(spec) for key, spec in chosen.items()}
            return Checkpoint(tensors, _hyper_parameters(file))
    except Refused as error:
        message = f"{path.name} would run {quoted(str(error))}; nothing of it was run or read."
        raise ModelError(message, given=path.name) from error
    except BROKEN as error:
        message = f"{path.name} is not a complete torch checkpoint; it may be truncated."
        for start, what in _NO_CHECKPOINTS:
            if _starts_with(path, start):
                message = f"{path.name} {what}."
        raise ModelError(message, given=path.name) from error


def _starts_with(path: Path, start: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(200).lstrip().startswith(start)
    except OSError:
        return False


def _state_of(root: object, path: Path) -> Iterator[tuple[str, TensorSpec]]:
    """(name, tensor) of the first state dict that is found; raises ModelError."""
    if isinstance(root, Standin):
        yield from _tensors_of_module(root, "", set())
        return
    if not isinstance(root, dict):
        raise ModelError(f"{path.name} contains no state dict.", given=path.name)
    state = next((root[place] for place in _PLACES if _is_state(root.get(place))), root)
    if isinstance(state, Standin):
        yield from _tensors_of_module(state, "", set())
        return
    if not _is_state(state):
        holds = ", ".join(quoted(str(key)) for key in list(root)[:8] if isinstance(key, str))
        message = f"{path.name} contains no state dict{f' but {holds}' if holds else ''}."
        raise ModelError(message, given=path.name)
    for key, value in state.items():
        if isinstance(value, TensorSpec):
            yield str(key), value


def _is_state(value: object) -> bool:
    """Names and tensors, perhaps with a number or text between them; or a whole module."""
    if isinstance(value, Standin):
        return isinstance(value.state, dict) and "_modules" in value.state
    if not isinstance(value, dict):
        return False
    tensors = sum(isinstance(each, TensorSpec) for each in value.values())
    plain = sum(isinstance(each, str | int | float | None) for each in value.values())
    return tensors > 0 and tensors + plain == len(value)


def _tensors_of_module(
    module: object, name: str, seen: set[int]
) -> Iterator[tuple[str, TensorSpec]]:
    """Depth first; a module that occurs twice is yielded once.

    TorchScript has tensors and modules side by side; a pickled nn.Module has dictionaries of them.
    """
    if not isinstance(module, Standin) or id(module) in seen or not isinstance(module.state, dict):
        return
    seen.add(id(module))
    parts = [module.state]
    if "_modules" in module.state:
        kinds = (module.state.get(kind) for kind in ("_parameters", "_buffers", "_modules"))
        parts = [kind for kind in kinds if isinstance(kind, dict)]
    for part in parts:
        for key, value in part.items():
            if isinstance(value, TensorSpec):
                yield f"{name}{key}", value
            else:
                yield from _tensors_of_module(value, f"{name}{key}.", seen)


def _unwrap(state: dict[str, TensorSpec]) -> dict[str, TensorSpec]:
    """Take off what a wrapper has put before every name."""
    while wrapper := next((w for w in _WRAPPERS if all(k.startswith(w) for k in state)), ""):
        if not state:
            break
        state = {key.removeprefix(wrapper): value for key, value in state.items()}
    return state


def _hyper_parameters(file: TorchFile) -> dict[str, Any]:
    root = file.root if isinstance(file.root, dict) else {}
    found = _plain(root.get("hyper_parameters"), [10_000])
    return found if isinstance(found, dict) else {}


def _plain(value: object, left: list[int]) -> Any:
    """OmegaConf's nodes as the data that they hold; `left` ends what is endless."""
    left[0] -= 1
    if left[0] < 0:
        return None
    if isinstance(value, Standin):
        state = value.state if isinstance(value.state, dict) else {}
        return _plain(state.get("_content", state.get("_val")), left) if state else None
    if isinstance(value, dict):
        return {str(key): _plain(each, left) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, left) for each in value]
    return value if isinstance(value, str | int | float | None) else None
