"""TorchScript archives: their tensors are read as torch would, and nothing of them is run."""

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.model_import.checkpoint import read_checkpoint
from ganshare.errors import ModelError

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")


class Network(nn.Module):
    """Nested, in several types, with a view, a scalar and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2, bias=False))
        self.narrow = nn.Linear(4, 3).half()
        self.turned = nn.Parameter(torch.rand(3, 4).T)
        self.scale = nn.Parameter(torch.ones(()))
        self.register_buffer("size", torch.tensor(7))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x) * self.scale


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archives") / "network.pt"
    torch.jit.trace(Network().eval(), torch.zeros(1, 4)).save(path)
    return path


@pytest.fixture
def changed(archive: Path, tmp_path: Path) -> Callable[..., Path]:
    """The archive with other contents in some of its files."""

    def change(compression: int = zipfile.ZIP_STORED, **contents: bytes) -> Path:
        path = tmp_path / "changed.pt"
        with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w", compression) as new:
            for name in old.namelist():
                new.writestr(name, contents.get(Path(name).stem, old.read(name)))
        return path

    return change


def test_the_tensors_are_those_that_torch_reads(archive: Path) -> None:
    wanted = torch.jit.load(archive).state_dict()
    found = read_checkpoint(archive).tensors
    assert found.keys() == wanted.keys()
    for name, tensor in found.items():
        assert tensor.dtype == wanted[name].dtype
        assert torch.equal(tensor, wanted[name])


class Runs:
    """Unpickled, it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_calls_something_is_refused_and_calls_nothing(
    changed: Callable[..., Path], tmp_path: Path
) -> None:
    victim = tmp_path / "made"
    path = changed(data=pickle.dumps(Runs(victim), protocol=2))
    with pytest.raises(ModelError, match=r"would run 'posix.mkdir'"):
        read_checkpoint(path)
    assert not victim.exists()


def test_truncated_packed_and_big_endian_archives_are_refused(
    archive: Path, changed: Callable[..., Path], tmp_path: Path
) -> None:
    short = tmp_path / "short.pt"
    short.write_bytes(archive.read_bytes()[:-100])
    for path in (short, changed(byteorder=b"big"), changed(zipfile.ZIP_DEFLATED)):
        with pytest.raises(ModelError, match="not a complete torch checkpoint"):
            read_checkpoint(path)
