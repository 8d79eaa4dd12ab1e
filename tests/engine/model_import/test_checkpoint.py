"""Checkpoints as others write them give their tensors, and nothing in them is run."""

import io
import os
import pickle
import struct
import sys
import tarfile
import types
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.model_import.checkpoint import read_checkpoint
from ganshare.errors import ModelError

WEIGHT = torch.arange(6.0).reshape(2, 3)
STATE = OrderedDict(weight=WEIGHT, half=WEIGHT.half(), number=torch.tensor(7), empty=torch.zeros(0))


@pytest.fixture
def lightning(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What Lightning 1.0.8 saves: callbacks by their class, and OmegaConf's configuration."""
    modules = {
        name: types.ModuleType(name) for name in ("lightning_callbacks_1_0_8", "omegaconf_2_0")
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)

    def make(module: str, name: str) -> type:
        made = type(name, (), {"__module__": module})
        setattr(modules[module], name, made)
        return made

    callback = make("lightning_callbacks_1_0_8", "ModelCheckpoint")
    config = make("omegaconf_2_0", "DictConfig")
    node = make("omegaconf_2_0", "AnyNode")

    def configure(value: object) -> object:
        made = config() if isinstance(value, dict) else node()
        if isinstance(value, dict):
            made.__dict__["_content"] = {key: configure(each) for key, each in value.items()}
        else:
            made.__dict__["_val"] = value
        made.__dict__["_parent"] = made  # a circle, as it has
        return made

    return {
        "epoch": 12,
        "pytorch-lightning_version": "1.0.8",
        "callbacks": {callback: {"best_model_score": torch.tensor(0.5), "by": defaultdict(list)}},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{}]}],
        "state_dict": STATE,
        "hyper_parameters": configure({"embed_dim": 4, "ddconfig": {"ch": 8}}),
    }


def save_as_zip(content: object, path: Path) -> None:
    torch.save(content, path)


def save_as_stream(content: object, path: Path) -> None:
    torch.save(content, path, _use_new_zipfile_serialization=False)


def assert_is_state(found: dict[str, torch.Tensor]) -> None:
    assert found.keys() == STATE.keys()
    for name, tensor in found.items():
        assert tensor.dtype == STATE[name].dtype
        assert torch.equal(tensor, STATE[name])


@pytest.mark.parametrize("save", [save_as_zip, save_as_stream])
def test_lightnings_checkpoint_gives_tensors_and_configuration(
    save: Callable[[object, Path], None], lightning: dict[str, object], tmp_path: Path
) -> None:
    save(lightning, tmp_path / "last.ckpt")
    found = read_checkpoint(tmp_path / "last.ckpt")
    assert_is_state(found.tensors)
    assert found.hyper_parameters == {"embed_dim": 4, "ddconfig": {"ch": 8}}


@pytest.mark.parametrize("save", [save_as_zip, save_as_stream])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": {f"module.{key}": value for key, value in state.items()}},
        lambda state: {"model": {f"_orig_mod.{key}": value for key, value in state.items()}},
        lambda state: {"epoch": 3, "scaler": {"scale": 2.0}, "model_state_dict": state},
        lambda state: {key: nn.Parameter(t, t.is_floating_point()) if t.is_floating_point() else t
                       for key, t in state.items()},
    ],
)  # fmt: skip
def test_a_state_dict_is_found_and_unwrapped(
    wrap: Callable[[dict[str, torch.Tensor]], object],
    save: Callable[[object, Path], None],
    tmp_path: Path,
) -> None:
    save(wrap(dict(STATE)), tmp_path / "state.pt")
    assert_is_state(read_checkpoint(tmp_path / "state.pt").tensors)


@pytest.mark.parametrize("save", [save_as_zip, save_as_stream])
def test_a_whole_module_gives_its_tensors(
    save: Callable[[object, Path], None], tmp_path: Path
) -> None:
    module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Identity())
    module.register_parameter("none", None)
    module.add_module("tied", module[0])
    save(module, tmp_path / "module.pt")
    found = read_checkpoint(tmp_path / "module.pt").tensors
    wanted = {key: value for key, value in module.state_dict().items() if "tied" not in key}
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[key], wanted[key]) for key in wanted)


def test_tensors_that_share_numbers_are_read_apart(tmp_path: Path) -> None:
    whole = torch.arange(12.0).reshape(3, 4)
    state = {"whole": whole, "turned": whole.T, "part": whole[1:, 2:], "again": whole}
    for number, save in enumerate((save_as_zip, save_as_stream)):
        save(state, tmp_path / f"{number}.pt")
        found = read_checkpoint(tmp_path / f"{number}.pt").tensors
        assert all(torch.equal(found[key], state[key]) for key in state)
        assert len({value.data_ptr() for value in found.values()}) == len(state)


def save_as_tar(path: Path, *, count: int = 6, kind: str = "FloatStorage") -> None:
    """As torch wrote it in 2016."""

    def dump(value: object) -> bytes:
        text = pickle.dumps(value, 2)
        return text.replace(b"X\x07\x00\x00\x00STORAGE", f"ctorch\n{kind}\n".encode())

    storages = dump(1) + dump((1, "cpu", "STORAGE")) + struct.pack("<q", count)
    storages += WEIGHT.numpy().tobytes() + dump([])
    tensors = dump(1) + dump((2, 1, "STORAGE"))
    tensors += struct.pack("<ii2q2qq", 2, 0, 2, 3, 3, 1, 0)

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: object) -> str | None:
            return "2" if value is WEIGHT else None

    root = io.BytesIO()
    Pickler(root, 2).dump({"weight": WEIGHT})
    with tarfile.open(path, "w") as archive:
        for name, content in (
            ("storages", storages), ("tensors", tensors), ("pickle", root.getvalue())
        ):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def test_a_tar_of_2016_is_read(tmp_path: Path) -> None:
    save_as_tar(tmp_path / "old.pt")
    wanted = torch.load(tmp_path / "old.pt", weights_only=False)["weight"]
    assert torch.equal(read_checkpoint(tmp_path / "old.pt").tensors["weight"], wanted)
    for wrong in ({"count": 7}, {"count": -1}, {"count": 2**62}, {"kind": "HalfStorage"}):
        save_as_tar(tmp_path / "old.pt", **wrong)
        with pytest.raises(ModelError, match="not a complete torch checkpoint"):
            read_checkpoint(tmp_path / "old.pt")


# --- hostile ones -----------------------------------------------------------------------------


class Calls:
    """Unpickled, it calls a function."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[object, ...]:
        return self.function, self.arguments


@pytest.mark.parametrize("save", [save_as_zip, save_as_stream])
@pytest.mark.parametrize("function", ["mkdir", "eval", "import"])
def test_what_would_run_is_refused_and_does_not(
    function: str, save: Callable[[object, Path], None], tmp_path: Path
) -> None:
    victim, path = tmp_path / "made", tmp_path / "hostile.ckpt"
    call = {
        "mkdir": Calls(os.mkdir, str(victim)),
        "eval": Calls(eval, f"__import__('os').mkdir({str(victim)!r})"),
        "import": Calls(__import__, "antigravity"),
    }[function]
    save({"state_dict": STATE, "callbacks": {1: call}}, path)
    with pytest.raises(
        ModelError, match=r"hostile.ckpt would run '.*'; nothing of it was run"
    ) as e:
        read_checkpoint(path)
    assert "\n" not in str(e.value)
    assert not victim.exists()
    assert "antigravity" not in sys.modules


def test_an_unknown_function_is_not_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    module = types.ModuleType("somewhere_else")
    monkeypatch.setattr(module, "run", called.append, raising=False)
    monkeypatch.setitem(sys.modules, "somewhere_else", module)
    state = {"state_dict": dict(STATE), "other": None}
    torch.save(state, tmp_path / "state.pt")
    with zipfile.ZipFile(tmp_path / "state.pt") as archive:
        told = archive.read("state/data.pkl")
    path = rewrite(tmp_path, data=told[:-1] + b"csomewhere_else\nrun\nK\x01\x85R0.")
    assert_is_state(read_checkpoint(path).tensors)
    assert called == []


def rewrite(tmp_path: Path, compression: int = zipfile.ZIP_STORED, **contents: bytes) -> Path:
    """A torch zip with other contents in some of its files."""
    torch.save(dict(STATE), tmp_path / "plain.pt")
    path = tmp_path / "changed.pt"
    with zipfile.ZipFile(tmp_path / "plain.pt") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = contents.get(Path(name).stem, old.read(name))
            new.writestr(name, content, compression if "/data/" in name else zipfile.ZIP_STORED)
    return path


def tensor(
    size: str = "(K\x01t", *, name: str = "0", count: int = 1, stride: str = "(K\x01t"
) -> bytes:
    """The pickle of {"w": a tensor}, told as one likes."""
    return (
        "\x80\x02}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n("
        f"(X\7\0\0\0storagectorch\nFloatStorage\nX{chr(len(name))}\0\0\0{name}X\3\0\0\0cpu"
        f"I{count}\ntQK\0{size}{stride}I00\nccollections\nOrderedDict\n)RtRs."
    ).encode("latin-1")


DEEP = b"\x80\x02" + b"]" * 20_000 + b"a" * 19_999 + b"."
TUPLES = b"\x80\x02}K\x01K\x01\x86" + b"2\x86" * 200 + b"K\x01s."  # hashing takes 2 ** 200 steps
CIRCLE = b"\x80\x02}q\x01X\1\0\0\0ah\x01s."


@pytest.mark.parametrize(
    "told",
    [
        tensor("(I1000000000000\nt", stride="(K\0t"),  # one number, told without end
        tensor("(I-1\nt"),
        tensor("(K\x02t"),  # more than the storage holds
        tensor("h\x07"),  # no shape, but a reference to nothing
        tensor("]"),
        tensor("(X\1\0\0\0aI99999999999\nt"),
        tensor(name="../../etc/passwd"),
        tensor(count=10**12),
        DEEP,
        TUPLES,
        CIRCLE,
        b"\x80\x02}r\xff\xff\xff\xff.",  # a memo of four thousand million places
        b"\x80\x02\x8d\0\0\0\0\0\1\0\0abc.",  # a text of a terabyte
        b"\x80\x05\x96\0\0\0\0\0\1\0\0abc.",
        b"\x80\x02}X\1\0\0\0actorch._utils\n_rebuild_tensor_v2\n)Rs.",
        b"\x80\x02" + b"".join(b"cm\nn%d\n0" % number for number in range(2000)) + b"}.",
        b"",
    ],
)
def test_what_cannot_be_is_one_sentence(told: bytes, tmp_path: Path) -> None:
    path = rewrite(tmp_path, data=told, **{"0": bytes(4)})
    with pytest.raises(
        ModelError, match=r"not a complete torch checkpoint|contains no state dict"
    ) as error:
        read_checkpoint(path)
    assert "\n" not in str(error.value)


def test_a_pickle_cannot_change_the_reader(tmp_path: Path) -> None:
    # BUILD on the class itself, with attributes to be set
    told = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nN}X\x08\0\0\0__init__K\x01s\x86b."
    with pytest.raises(ModelError):
        read_checkpoint(rewrite(tmp_path, data=told))
    path = rewrite(tmp_path)
    assert_is_state(read_checkpoint(path).tensors)


def test_packed_numbers_and_truncated_files_are_refused(tmp_path: Path) -> None:
    short, stream = tmp_path / "short.pt", tmp_path / "stream.pt"
    short.write_bytes(rewrite(tmp_path).read_bytes()[:-100])
    packed = rewrite(tmp_path, zipfile.ZIP_DEFLATED)
    save_as_stream(dict(STATE), stream)
    stream.write_bytes(stream.read_bytes()[:-10])
    for path in (packed, short, stream):
        with pytest.raises(ModelError, match="not a complete torch checkpoint"):
            read_checkpoint(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "is a web page, not a checkpoint"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "is a Git LFS pointer"),
    ],
)
def test_what_came_instead_of_a_checkpoint_is_named(
    content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "last.ckpt").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        read_checkpoint(tmp_path / "last.ckpt")
