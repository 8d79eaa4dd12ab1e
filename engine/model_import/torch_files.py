"""torch's own files, read without torch.load: zip (1.6 and later), the older stream, TorchScript.

A TorchScript archive is a zip, too, whose pickle holds modules instead of a dictionary. Numbers are
read only for the tensors that are asked for. The tars of 2016 are read by `torch_tar`.
"""

import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from engine.model_import.torch_tar import is_torch_tar, read_tar
from engine.model_import.unpickler import MAX_PICKLE, StorageSpec, TensorSpec, Unpickler

__all__ = ["BROKEN", "TorchFile", "open_torch_file"]

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001  # what a stream begins with
BROKEN = (
    pickle.UnpicklingError, zipfile.BadZipFile, NotImplementedError, AttributeError, EOFError,
    IndexError, KeyError, MemoryError, OSError, OverflowError, RecursionError, RuntimeError,
    TypeError, ValueError, struct.error, tarfile.TarError,
)  # fmt: skip

ReadNumbers = Callable[[str, torch.dtype, int], Tensor]


@dataclass
class TorchFile:
    """The root of what a file holds, with descriptions in place of tensors, and their numbers.

    Args:
        root: dictionaries, lists, stand-ins.
        read_numbers: (name, dtype, count) -> (count,), a whole storage; raises one of `BROKEN`.
        numbers_left: how many all tensors together may still have: they may share storages, but
            not without end.
    """

    root: object
    read_numbers: ReadNumbers
    numbers_left: int

    def __post_init__(self) -> None:
        self._storages: dict[str, Tensor] = {}

    def tensor(self, spec: TensorSpec) -> Tensor:
        """Raises one of `BROKEN` if there cannot be such a tensor."""
        storage = spec.storage
        if not isinstance(storage, StorageSpec):
            raise TypeError("a tensor without numbers")
        size, stride = _whole_numbers(spec.size), _whole_numbers(spec.stride)
        (offset,) = _whole_numbers((spec.offset,))
        self.numbers_left -= prod(size)
        if self.numbers_left < 0:
            raise ValueError("its tensors are larger than itself")
        known = storage.name in self._storages
        if not known:
            count = storage.count
            numbers = self.read_numbers(storage.name, storage.dtype, count)
            self._storages[storage.name] = numbers
        numbers = self._storages[storage.name]
        if numbers.dtype != storage.dtype:
            numbers = numbers.view(storage.dtype)
        tensor = numbers.as_strided(size, stride, offset + storage.offset)
        return tensor.clone() if known else tensor  # safetensors does not store shared memory


def _whole_numbers(values: Any) -> tuple[int, ...]:
    if not isinstance(values, tuple | list) or len(values) > 8:
        raise TypeError("no shape")
    if not all(type(value) is int and 0 <= value < 2**48 for value in values):
        raise ValueError("no shape")
    return tuple(values)


@contextmanager
def open_torch_file(path: Path) -> Iterator[TorchFile]:
    """Open any of torch's files; raises one of `BROKEN`, or Refused."""
    budget = 2 * path.stat().st_size
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield _read_zip(archive, budget)
    elif is_torch_tar(path):
        yield TorchFile(*read_tar(path), budget)
    else:
        with path.open("rb") as file:
            yield _read_stream(file, path.stat().st_size)


def _read_zip(archive: zipfile.ZipFile, budget: int) -> TorchFile:
    (info,) = (info for info in archive.infolist() if info.filename.endswith("/data.pkl"))
    folder = info.filename.removesuffix("data.pkl")
    if info.file_size > MAX_PICKLE:
        raise ValueError(info.filename)
    if (order := f"{folder}byteorder") in archive.namelist():
        with archive.open(order) as file:
            if file.read(16) != b"little":
                raise ValueError(order)
    with archive.open(info) as file:
        root = Unpickler(file).load()

    def read_numbers(name: str, dtype: torch.dtype, count: int) -> Tensor:
        member = archive.getinfo(f"{folder}data/{name}")
        # stored, not packed: it cannot grow while it is read
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != count * dtype.itemsize:
            raise ValueError(f"the numbers of {name} have another size")
        with archive.open(member) as file:
            return _read(file, dtype, count)

    return TorchFile(root, read_numbers, budget)


def _read_stream(file: IO[bytes], size: int) -> TorchFile:
    """Magic number, protocol, the machine, the root, the names of storages, their numbers."""
    if Unpickler(file).load() != MAGIC or Unpickler(file).load() != PROTOCOL:
        raise ValueError("no magic number")
    machine = Unpickler(file).load()
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise ValueError("another byte order")
    unpickler = Unpickler(file)
    root = unpickler.load()
    places: dict[str, tuple[int, int]] = {}  # name -> position in the file, count
    for name in Unpickler(file).load():
        (count,) = struct.unpack("<q", file.read(8))
        places[str(name)] = (file.tell(), count)
        place = file.seek(count * unpickler.dtypes[str(name)].itemsize, 1)
        if count < 0 or place > size:
            raise EOFError

    def read_numbers(name: str, dtype: torch.dtype, count: int) -> Tensor:
        place, found = places[name]
        if found != count:
            raise ValueError(name)
        file.seek(place)
        return _read(file, dtype, count)

    return TorchFile(root, read_numbers, 2 * size)


def _read(file: IO[bytes], dtype: torch.dtype, count: int) -> Tensor:
    """(count,) numbers from here on."""
    if not count:
        return torch.empty(0, dtype=dtype)
    content = file.read(count * dtype.itemsize)  # no more than there is
    if len(content) != count * dtype.itemsize:
        raise EOFError
    return torch.frombuffer(bytearray(content), dtype=dtype)
