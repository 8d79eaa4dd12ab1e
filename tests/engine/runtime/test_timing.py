"""A timing is taken once; its cache may be missing, damaged or closed."""

from pathlib import Path

import pytest
import torch

from engine.runtime import timing
from engine.runtime.timing import cache_path, faster_dtype, faster_memory_format

CPU = torch.device("cpu")
BFLOAT16 = torch.bfloat16


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def takes(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of bfloat16; float32 takes one."""
    seconds = [0.5]
    monkeypatch.setattr(
        timing, "convolution_seconds", lambda _, dtype: seconds[0] if dtype == BFLOAT16 else 1.0
    )
    return seconds


@pytest.mark.parametrize(("seconds", "fast"), [(0.5, True), (0.9, False), (20.0, False)])
def test_a_clear_gain_is_wanted(takes: list[float], seconds: float, fast: bool) -> None:
    takes[0] = seconds
    assert faster_dtype(CPU, BFLOAT16) == (BFLOAT16 if fast else torch.float32)


def test_a_machine_always_decides_alike(takes: list[float]) -> None:
    assert faster_dtype(CPU, BFLOAT16) == BFLOAT16
    takes[0] = 5.0
    assert faster_dtype(CPU, BFLOAT16) == BFLOAT16


def test_with_other_instructions_it_is_timed_again(
    takes: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faster_dtype(CPU, BFLOAT16) == BFLOAT16
    takes[0] = 5.0
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "DEFAULT")
    assert faster_dtype(CPU, BFLOAT16) == torch.float32


@pytest.mark.parametrize("content", ["", "[1]", '{"half', "\x00"])
def test_a_damaged_cache_is_written_anew(takes: list[float], content: str) -> None:
    cache_path().parent.mkdir(parents=True)
    cache_path().write_text(content)
    assert faster_dtype(CPU, BFLOAT16) == BFLOAT16
    takes[0] = 5.0
    assert faster_dtype(CPU, BFLOAT16) == BFLOAT16


def test_a_closed_cache_is_done_without(takes: list[float], cache: Path) -> None:
    cache.write_text("no folder")
    assert faster_dtype(CPU, BFLOAT16) == BFLOAT16
    takes[0] = 5.0
    assert faster_dtype(CPU, BFLOAT16) == torch.float32


def test_a_format_that_the_device_lacks_is_not_chosen() -> None:
    assert timing.convolution_seconds(CPU, torch.int8) == float("inf")
    assert 0 < timing.convolution_seconds(CPU, torch.float32) < float("inf")


@pytest.mark.parametrize("wins", [torch.channels_last, torch.contiguous_format])
def test_a_gpu_takes_the_order_in_memory_that_it_is_faster_with(
    wins: torch.memory_format, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed = []

    def seconds(device: torch.device, dtype: torch.dtype, order: torch.memory_format) -> float:
        timed.append(order)
        return 0.5 if order == wins else 1.0

    monkeypatch.setattr(timing, "convolution_seconds", seconds)
    monkeypatch.setattr(timing, "device_name", lambda _: "a GPU")
    monkeypatch.setattr(timing, "instructions", lambda _: "")
    gpu = torch.device("cuda")
    assert faster_memory_format(gpu, BFLOAT16) == wins
    assert faster_memory_format(gpu, BFLOAT16) == wins
    assert len(timed) == 2  # both orders, once
    assert faster_memory_format(CPU, BFLOAT16) == torch.channels_last
