"""Chooses device, number format and threads, once per command."""

from __future__ import annotations  # reading a manifest must not import torch

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from engine.runtime.threads import MAX_THREADS, share_cores
from ganshare.domain.limits import check_range
from ganshare.errors import ParameterError, must_be_one_of

if TYPE_CHECKING:
    import torch

__all__ = ["AUTO", "DTYPE_NAMES", "Compute", "choose_compute"]

AUTO = "auto"
DTYPE_NAMES = ("float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Compute:
    """Everything but the request and the models that decides a painting's bytes.

    Args:
        device: as PyTorch calls it, such as cpu or cuda:1.
        device_name: of the CPU or GPU.
        instructions: that PyTorch uses there, such as AVX512 or sm_90.
        dtype: what networks compute in: float32, bfloat16 or float16.
        threads: of each operation on the CPU.
    """

    device: str
    device_name: str
    instructions: str
    dtype: str
    threads: int

    @property
    def torch_device(self) -> torch.device:
        """As PyTorch wants it."""
        import torch

        return torch.device(self.device)

    @property
    def torch_dtype(self) -> torch.dtype:
        """As PyTorch wants it."""
        from engine.runtime.precision import DTYPES

        return DTYPES[self.dtype]

    def to_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Compute:
        """Read what `to_json` gave; raises KeyError, TypeError or ValueError."""
        texts = [str(fields[name]) for name in ("device", "device_name", "instructions", "dtype")]
        return cls(texts[0], texts[1], texts[2], texts[3], int(fields["threads"]))


def choose_compute(device: str = AUTO, dtype: str = AUTO, threads: int | None = None) -> Compute:
    """Decide for this process; PyTorch computes with so many threads from now on.

    Args:
        device: auto takes a GPU where PyTorch can use one (CUDA, then Apple's), else the CPU.
        dtype: auto takes what is fastest there (see `engine.runtime.precision`).
        threads: as many as PyTorch takes by itself if None.

    Raises:
        SettingsError: PyTorch cannot use the device here.
        ParameterError: the dtype is unknown, or the threads are out of range.
    """
    if dtype not in (AUTO, *DTYPE_NAMES):
        raise must_be_one_of(ParameterError, "dtype", dtype, (AUTO, *DTYPE_NAMES))
    if threads is not None:
        check_range("number of threads", threads, 1, MAX_THREADS)

    import torch

    from engine.runtime.device import resolve_device
    from engine.runtime.hardware import device_name, instructions
    from engine.runtime.precision import DTYPES, fastest_dtype

    place = torch.device(resolve_device(device))
    if threads is not None:
        torch.set_num_threads(threads)
    share_cores(torch.get_num_threads())
    if dtype == AUTO:
        fastest = fastest_dtype(place)
        dtype = next(name for name, value in DTYPES.items() if value == fastest)
    return Compute(
        str(place), device_name(place), instructions(place), dtype, torch.get_num_threads()
    )
