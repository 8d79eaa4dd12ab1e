"""Times a number format or an order in memory once, and remembers whether it is fast."""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch
import torch.nn.functional as F

from engine.imaging.atomic_write import write_bytes
from engine.runtime.hardware import device_name, instructions
from ganshare.errors import WorldError

__all__ = ["cache_path", "convolution_seconds", "faster_dtype", "faster_memory_format"]

WORTH_IT = 1.3  # times as fast as float32; less isn't worth the digits
TRIES = 3


def faster_dtype(device: torch.device, dtype: torch.dtype) -> torch.dtype:
    """`dtype` where convolutions are clearly faster in it than in float32, else float32.

    What was found once is found again from the cache, however busy the machine is, for the same
    device, instructions and torch. A cache that cannot be read or written is done without.
    """
    is_fast = _remembered(
        f"{dtype}",
        device,
        lambda: (
            convolution_seconds(device, dtype) * WORTH_IT
            < convolution_seconds(device, torch.float32)
        ),
    )
    return dtype if is_fast else torch.float32


def faster_memory_format(device: torch.device, dtype: torch.dtype) -> torch.memory_format:
    """The order of pixels in memory that convolutions are faster with on a GPU; as `faster_dtype`.

    On other devices it is channels-last, which was measured on CPUs.
    """
    last, first = torch.channels_last, torch.contiguous_format
    if device.type != "cuda":
        return last
    is_fast = _remembered(
        f"{last}, {dtype}",
        device,
        lambda: (
            convolution_seconds(device, dtype, last) < convolution_seconds(device, dtype, first)
        ),
    )
    return last if is_fast else first


def _remembered(what: str, device: torch.device, measure: Callable[[], bool]) -> bool:
    key = f"{what}, {device_name(device)}, {instructions(device)}, torch {torch.__version__}"
    remembered = _read_cache()
    found = remembered.get(key)
    if not isinstance(found, bool):
        found = remembered[key] = measure()
        with suppress(OSError, RuntimeError, WorldError):  # RuntimeError: there is no home
            write_bytes(cache_path(), json.dumps(remembered, indent=1, sort_keys=True).encode())
    return found


def cache_path() -> Path:
    """In the user's cache folder, as the XDG base directories have it."""
    folder = os.environ.get("XDG_CACHE_HOME") or ""
    root = Path(folder) if Path(folder).is_absolute() else Path("~/.cache").expanduser()
    return root / "ganshare" / "dtypes.json"


def _read_cache() -> dict[str, object]:
    try:
        found = json.loads(cache_path().read_text("utf-8"))
    except (OSError, ValueError, RuntimeError):
        return {}
    return found if isinstance(found, dict) else {}


def convolution_seconds(
    device: torch.device,
    dtype: torch.dtype,
    memory_format: torch.memory_format = torch.contiguous_format,
) -> float:
    """The least time of a convolution like the decoder's and its gradient; endless if it fails."""
    try:
        kernel = torch.full((128, 128, 3, 3), 0.01, device=device, dtype=dtype)
        kernel = kernel.contiguous(memory_format=memory_format)
        maps = torch.ones(1, 128, 48, 48, device=device, dtype=dtype)
        maps = maps.contiguous(memory_format=memory_format).requires_grad_(True)
        times = []
        for _ in range(TRIES + 1):  # the first one prepares
            began = time.perf_counter()
            torch.autograd.grad(F.conv2d(maps, kernel, padding=1).sum(), maps)[0].sum().item()
            times.append(time.perf_counter() - began)
    except RuntimeError:  # this device has no such convolution
        return float("inf")
    return min(times[1:])
