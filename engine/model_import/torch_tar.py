"""torch's files of 2016: a tar of pickled storages, tensors and the root that refers to them."""

import pickle
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from engine.model_import.unpickler import DTYPES, StorageSpec, TensorSpec, Unpickler

__all__ = ["is_torch_tar", "read_tar"]

_PARTS = ("storages", "tensors", "pickle")


def is_torch_tar(path: Path) -> bool:
    """Whether it is such a tar; another one is none of torch's."""
    try:
        with tarfile.open(path, "r:") as archive:
            return archive.next() is not None
    except (tarfile.TarError, OSError, ValueError):
        return False


def read_tar(path: Path) -> tuple[object, Callable[[str, torch.dtype, int], Tensor]]:
    """The root, and the reader of numbers that `TorchFile` takes; raises one of its errors."""
    with tarfile.open(path, "r:") as archive:
        if any(archive.getmember(name).issparse() for name in _PARTS):
            raise ValueError("numbers that are not there")
        files = [archive.extractfile(name) for name in _PARTS]
        storages, tensors, root = (file for file in files if file is not None)
        numbers = _read_storages(storages)
        specs = _read_tensors(tensors, numbers)
        return _RootUnpickler(root, specs).load(), lambda name, _, __: numbers[name]


def _read_storages(file: IO[bytes]) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for _ in range(_count(file)):
        name, _, kind = _load(file)
        dtype = DTYPES[kind]
        (count,) = struct.unpack("<q", file.read(8))
        content = file.read(count * dtype.itemsize) if count > 0 else b""
        if len(content) != count * dtype.itemsize:
            raise EOFError
        found[str(name)] = torch.frombuffer(bytearray(content), dtype=dtype)
    for name, of, offset, size in _load(file):  # storages that are a part of another
        found[str(name)] = found[str(of)][offset : offset + size]
    return found


def _read_tensors(file: IO[bytes], numbers: dict[str, Tensor]) -> dict[str, TensorSpec]:
    found: dict[str, TensorSpec] = {}
    for _ in range(_count(file)):
        name, storage, _ = _load(file)
        (dimensions, _) = struct.unpack("<ii", file.read(8))
        if not 0 <= dimensions <= 8:
            raise ValueError(dimensions)
        size, stride = (struct.unpack(f"<{dimensions}q", file.read(8 * dimensions)) for _ in "ab")
        (offset,) = struct.unpack("<q", file.read(8))
        values = numbers[str(storage)]
        spec = StorageSpec(values.dtype, str(storage), len(values))
        found[str(name)] = TensorSpec(spec, offset, size, stride)
    return found


def _load(file: IO[bytes]) -> Any:
    return Unpickler(file).load()


def _count(file: IO[bytes]) -> int:
    count = _load(file)
    if type(count) is not int:
        raise pickle.UnpicklingError("no number")
    return count


class _RootUnpickler(Unpickler):
    """Tensors are references."""

    def __init__(self, file: IO[bytes], specs: dict[str, TensorSpec]) -> None:
        super().__init__(file)
        self.specs = specs

    def persistent_load(self, pid: Any) -> Any:
        """A tensor by its number, or the class of a module beside its source."""
        return pid[0] if isinstance(pid, tuple) else self.specs[str(pid)]
