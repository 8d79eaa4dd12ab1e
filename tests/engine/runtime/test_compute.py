"""Device, number format and threads are decided once, for every command."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.__main__ import engine
from engine.runtime.compute import Compute, choose_compute
from engine.runtime.device import resolve_device
from ganshare.cli import run_cli
from ganshare.errors import ParameterError, SettingsError

ROOT = Path(__file__).parents[3]


def test_without_a_gpu_the_cpu_computes_with_the_threads_that_torch_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    compute = choose_compute()
    assert (compute.device, compute.dtype) == ("cpu", "float32")
    assert compute.threads == torch.get_num_threads()
    assert compute.device_name
    assert compute.instructions.endswith(", oneDNN AVX2")
    assert Compute.from_json(compute.to_json()) == compute


@pytest.mark.usefixtures("one_thread")
def test_what_is_asked_for_is_taken() -> None:
    compute = choose_compute("cpu", "bfloat16", 3)
    assert (compute.dtype, compute.threads, torch.get_num_threads()) == ("bfloat16", 3, 3)
    assert compute.torch_dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("count", "apple", "name", "device"),
    [
        (0, False, "auto", "cpu"),
        (0, True, "auto", "mps"),
        (2, True, "auto", "cuda"),
        (2, False, "auto:1", "cuda:1"),
        (2, False, "auto:3", "cuda:1"),
        (0, False, "auto:1", "cpu"),
        (2, False, "cpu", "cpu"),
    ],
)
def test_auto_prefers_a_gpu(
    count: int, apple: bool, name: str, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: apple)
    assert resolve_device(name) == device


def test_mistakes_say_what_is_allowed() -> None:
    with pytest.raises(ParameterError, match=r"dtype 'bfloat' .* auto, float32, bfloat16 and"):
        choose_compute(dtype="bfloat")
    for threads in (0, 513):
        with pytest.raises(ParameterError, match="must be between 1 and 512"):
            choose_compute(threads=threads)
    with pytest.raises(SettingsError, match="allowed: cpu"):
        choose_compute("auto:x")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dtype", "half"], "The dtype 'half' is unknown; allowed are auto, float32"),
        (["--threads", "0"], "number of threads must be between 1 and 512 (got 0)."),
        (["--device", "tpu"], "cannot use the device 'tpu' here; allowed: cpu"),
    ],
)
def test_the_command_line_says_so(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(engine, ["paint", "a castle", "--quiet", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["models", "evaluate", "paintings-f8", "--data", "x"], ["train", "trunk",
    "--data", "x", "--out", "x", "--minutes", "1"], ["embed"]],
)  # fmt: skip
def test_other_commands_have_the_same_options(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert run_cli(engine, [*arguments, "--device", "tpu"]) == 2
    assert "cannot use the device 'tpu' here" in capsys.readouterr().err
    monkeypatch.setenv("ENGINE_THREADS", "0")
    assert run_cli(engine, arguments) == 2
    assert "ENGINE_THREADS is '0'" in capsys.readouterr().err


@pytest.mark.usefixtures("one_thread")
def test_models_are_measured_in_float32_unless_asked_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    found = {}
    for options in ([], ["--dtype", "bfloat16"]):
        measure = ["models", "evaluate", "paintings-f8", "--data", str(tmp_path), "--json"]
        assert run_cli(engine, [*measure, "--quiet", *options]) == 0
        figures = json.loads(capsys.readouterr().out.splitlines()[-1])
        found[figures["compute"]["dtype"]] = figures["psnr_mean"]
    assert found["float32"] == pytest.approx(found["bfloat16"], abs=0.5)
    assert found["float32"] != found["bfloat16"]
