"""Reads the tensors of a TorchScript archive without running its code.

`torch.jit.load` compiles the archive's code and runs what of it restores state, and
`torch.load(weights_only=True)` refuses such archives. Weights need neither: an archive is a zip of
one pickle, which names the tensors, and a file for each tensor's numbers. The unpickler here knows
tensors and inert modules and nothing else.
"""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganshare.errors import ModelError, quoted

__all__ = ["is_torchscript", "read_torchscript"]

MAX_PICKLE = 64 * 2**20  # bytes; that of a CLIP has a tenth of a megabyte

_DTYPES: Mapping[str, torch.dtype] = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
_BROKEN = (
    pickle.UnpicklingError, zipfile.BadZipFile, NotImplementedError, AttributeError, EOFError,
    IndexError, KeyError, MemoryError, OSError, OverflowError, RecursionError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip


class _Module:
    """Stands in for every class of the archive: attributes, no behaviour."""

    def __init__(self) -> None:
        self.attributes: Mapping[Any, Any] = {}

    def __setstate__(self, state: object) -> None:
        self.attributes = state if isinstance(state, dict) else {}


class _Tensor:
    """A tensor as the pickle describes it; validated when it is read."""

    def __init__(self, storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> None:
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride


class _Refused(Exception):  # noqa: N818 - never leaves this file
    """The pickle uses something that tensors don't need."""


class _Unpickler(pickle.Unpickler):
    """Modules, descriptions of tensors and lists; nothing that it can call does anything."""

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] == "__torch__":
            return _Module
        if module == "torch" and name in _DTYPES:
            return name
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch.jit._pickle":  # lists that know their type
            return _first
        raise _Refused(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        return pid  # ("storage", type, name, device, count)


def _first(value: Any, *_: Any) -> Any:
    return value


class _Storages:
    """The numbers of an archive, each file of them read once."""

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        self.archive, self.folder = archive, folder
        self.read: dict[str, Tensor] = {}
        # tensors may share numbers, but not without end
        self.numbers_left = 2 * sum(info.file_size for info in archive.infolist())

    def tensor(self, told: _Tensor) -> Tensor:
        """Raises what `_BROKEN` lists if there cannot be such a tensor."""
        _, kind, name, _, count = told.storage
        self.numbers_left -= prod(told.size)
        if self.numbers_left < 0:
            raise ValueError("its tensors are larger than itself")
        if name in self.read:
            return self.read[name].as_strided(told.size, told.stride, told.offset).clone()
        self.read[name] = self._numbers(name, _DTYPES[kind], count)
        return self.read[name].as_strided(told.size, told.stride, told.offset)

    def _numbers(self, name: str, dtype: torch.dtype, count: int) -> Tensor:
        info = self.archive.getinfo(f"{self.folder}data/{name}")
        # stored, not packed: it cannot grow while it is read
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != count * dtype.itemsize:
            raise ValueError(f"the numbers of {name} have another size")
        content = bytearray(self.archive.read(info))
        return torch.frombuffer(content, dtype=dtype) if content else torch.empty(0, dtype=dtype)


def is_torchscript(path: Path) -> bool:
    """Whether a file is a TorchScript archive rather than torch's other zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/constants.pkl") for name in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False


def read_torchscript(path: Path) -> dict[str, Tensor]:
    """The state dict of an archive's module, buffers included.

    Raises:
        ModelError: truncated, no such archive, or it holds more than tensors.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            folder = _folder_of(archive)
            with archive.open(f"{folder}data.pkl") as file:
                root = _Unpickler(file).load()
            storages = _Storages(archive, folder)
            return {name: storages.tensor(told) for name, told in _tensors(root, "", set())}
    except _Refused as error:
        message = f"{path.name} holds more than tensors ({quoted(str(error))}), and is not read."
        raise ModelError(message, given=path.name) from error
    except _BROKEN as error:
        message = f"{path.name} is no whole TorchScript archive; it may be truncated."
        raise ModelError(message, given=path.name) from error


def _folder_of(archive: zipfile.ZipFile) -> str:
    """The prefix of all its names; checks the pickle's size and the byte order first."""
    (info,) = (info for info in archive.infolist() if info.filename.endswith("/data.pkl"))
    folder = info.filename.removesuffix("data.pkl")
    if info.file_size > MAX_PICKLE:
        raise ValueError(info.filename)
    if (order := f"{folder}byteorder") in archive.namelist():
        with archive.open(order) as file:
            if file.read(16) != b"little":
                raise ValueError(order)
    return folder


def _tensors(module: object, name: str, seen: set[int]) -> Iterator[tuple[str, _Tensor]]:
    """Depth first; a module that occurs twice is yielded once."""
    if not isinstance(module, _Module) or id(module) in seen:
        return
    seen.add(id(module))
    for key, value in module.attributes.items():
        if isinstance(value, _Tensor):
            yield f"{name}{key}", value
        else:
            yield from _tensors(value, f"{name}{key}.", seen)
