"""An engine's capacity: the largest canvas that fits its memory, and its speed."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.worker.step_pool import StepPool
from ganshare.domain.engines import UNLIMITED
from ganshare.domain.limits import DEFAULT_CUTOUTS, DEFAULT_SIDE, MAX_AREA, MAX_CUTOUTS, MIN_SIDE
from ganshare.monitoring.log import get_logger

__all__ = [
    "BYTES_PER_PIXEL",
    "CUTOUT_BYTES",
    "RESERVE",
    "OfferedArea",
    "Rate",
    "Room",
    "available_memory",
]

# Between canvases of 64 and 512 px the peak memory of a step grew by 2,800 bytes a pixel with the
# embedded VQGAN, whose full-size layers have 32 channels, and by 10,500 with taming's f16, which
# has 128; half as much again is for kernels of other devices.
BYTES_PER_PIXEL = 125  # for each channel
# The upscaler took 440 MiB; a cutout took 17 (`python -m benchmarks.memory`, float32 on a CPU; the
# table is in docs/benchmarks.md).
CUTOUT_BYTES = 17 * 2**20
RESERVE = 768 * 2**20  # with DEFAULT_CUTOUTS of them
SMALLEST = DEFAULT_SIDE**2  # what every engine offers; beyond doubt it fits
RECOVERY_SECONDS = 300.0  # after memory ran out: what took it may be gone

_CGROUP = Path("/sys/fs/cgroup")

_log = get_logger(__name__)


@dataclass(frozen=True)
class Room:
    """What of a device's memory one of several steps at once may take.

    Args:
        pixels: of canvas that fit, without regard to the largest one that is offered.
        cutout_area: pixels that a cutout beyond the default takes the place of.
        source: what it was measured with, see `of`; None: it always stays the same.
    """

    pixels: int
    cutout_area: int
    source: tuple[str, int, int] | None = None

    @classmethod
    def of(cls, device: str, parallel_steps: int, channels: int = 32) -> "Room":
        """Look at the memory that is free now.

        Args:
            channels: of the widest full-size layer of the VQGANs.
        """
        free = (available_memory(device) - RESERVE) / max(parallel_steps, 1)
        pixel = BYTES_PER_PIXEL * channels
        most = MAX_AREA + MAX_CUTOUTS * (CUTOUT_BYTES // pixel)
        pixels = min(most, max(SMALLEST, int(free / pixel)))
        source = (device, parallel_steps, channels)
        return cls(pixels, math.ceil(CUTOUT_BYTES / pixel), source)

    def again(self) -> "Room":
        """Look at the memory once more."""
        return self if self.source is None else Room.of(*self.source)

    @property
    def largest_area(self) -> int:
        """Pixels of the largest canvas to offer."""
        return min(MAX_AREA, self.pixels)


def available_memory(device: str) -> int:
    """Bytes that a process may still take, on a CPU within its container's limit."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    return min(_host_memory(), _container_memory())


def _host_memory() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        (available,) = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return int(available) * 1024
    except (OSError, ValueError):  # no Linux: half of what there is
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _container_memory() -> int:
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        used = (_CGROUP / "memory.current").read_text().strip()
        return int(limit) - int(used)
    except (OSError, ValueError):  # none, or "max"
        return 2**62


class OfferedArea:
    """The largest canvas that an engine takes: a smaller one for minutes after memory ran out.

    Args:
        area: pixels.
        pool: computes fewer steps at once after memory ran out, and recovers likewise.
        room: of the memory; None: without end.

    Attributes:
        room: pixels for canvas and cutouts together, and `cutout_area`: see `EngineReport`.
        is_starved: whether memory ran out for the default size; only a new process may help.
    """

    def __init__(self, area: int, pool: StepPool, room: Room | None = None) -> None:
        self._measured = room or Room(UNLIMITED, 0)
        self.area = self._full = area
        self.cutout_area = 0 if room is None else room.cutout_area
        self.room = self._full_room = UNLIMITED if room is None else max(area, room.pixels)
        self.is_starved = False
        self._pool = pool
        self._ran_out: float | None = None  # when memory did, by the pool's clock

    def shrink(self, area: int, cutouts: int = DEFAULT_CUTOUTS) -> int:
        """Take less than this canvas, or with more cutouts than usual fewer of those.

        Returns:
            Pixels of the largest canvas that should fit now, with as many cutouts.
        """
        self._ran_out = self._pool.clock.now
        if cutouts > DEFAULT_CUTOUTS and self.cutout_area:
            more = (cutouts - DEFAULT_CUTOUTS) * self.cutout_area
            self.room = max(MIN_SIDE**2, min(self.room, area + more - 1))
            return min(self.area, self.room - more, self._measured.again().pixels - more)
        self.area = max(MIN_SIDE**2, min(self.area, area - 1))
        if self.area < min(SMALLEST, self._full):
            _log.critical("memory ran out for the default size; the engine ends when it is idle")
            self.is_starved = True
        return min(self.area, self._measured.again().pixels)

    def recover(self) -> None:
        """Take again what was taken before memory ran out, once that was some minutes ago."""
        now = self._pool.clock.now
        if self._ran_out is None and self._pool.is_narrow:
            self._ran_out = now
        if self._ran_out is None or now - self._ran_out <= RECOVERY_SECONDS:
            return
        self._ran_out = None
        self.area, self.room = self._full, self._full_room
        self._pool.widen()
        _log.info("all sizes are offered again", max_area=self.area)


class Rate:
    """Work units per second of busy time, of the last few minutes.

    Args:
        memory: seconds of work after which what was measured counts for a third.
        clock: in seconds.
    """

    def __init__(self, memory: float = 300.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.memory, self._clock = memory, clock
        self._work = self._seconds = 0.0
        self._busy_since: float | None = None

    def busy(self, is_busy: bool) -> None:
        """Start or stop the clock; idle time doesn't count."""
        self._pass()
        self._busy_since = self._clock() if is_busy else None

    def add(self, work: float) -> None:
        """Add finished work."""
        self._pass()
        self._work += work

    @property
    def value(self) -> float | None:
        """Work units per second; None before anything was finished."""
        self._pass()
        return self._work / self._seconds if self._work and self._seconds else None

    def _pass(self) -> None:
        if self._busy_since is None:
            return
        now = self._clock()
        spent, self._busy_since = now - self._busy_since, now
        kept = 2.718281828 ** (-spent / self.memory)
        self._work, self._seconds = self._work * kept, self._seconds * kept + spent
