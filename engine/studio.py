"""Lanes, the threads that paint: each takes the work that waited longest and does one step of it.

Canvases share nothing, and each operation runs on as many cores as it would alone, so that a
painting is the same in any company. A second lane on a CPU fills the pauses that the first one
leaves between and within its operations; docs/benchmarks.md says what that gives.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

import torch

from ganshare.log import get_logger

__all__ = ["Studio", "Work", "default_lanes", "is_out_of_memory"]

_log = get_logger(__name__)


class Work(Protocol):
    """Something that is done step by step."""

    def step(self) -> bool:
        """Do the next step; False if none is left.

        A step that raised because memory ran out is taken again.
        """

    def fail(self, error: Exception) -> None:
        """Learn that a step raised `error`, and that there will be no other."""


class Studio:
    """Some lanes, and the work that waits for them.

    Args:
        lanes: how many steps are computed at the same moment, each of another work.
        on_step: called before each step, from its lane.
    """

    def __init__(self, lanes: int, on_step: Callable[[], None] = lambda: None) -> None:
        self.lanes = lanes
        self._on_step = on_step
        self._waiting: deque[Work] = deque()
        self._in_hand = 0
        self._open = True
        self._changed = threading.Condition()
        # daemons: a process that was told to end at once does not wait for a long step
        self._threads = [
            threading.Thread(target=self._run, args=(index,), name=f"lane-{index}", daemon=True)
            for index in range(lanes)
        ]
        for thread in self._threads:
            thread.start()

    def add(self, work: Work) -> None:
        """Give it the next free turn."""
        with self._changed:
            self._waiting.append(work)
            self._changed.notify()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        with self._changed:
            return not self._waiting and not self._in_hand

    def close(self, seconds: float) -> bool:
        """Take no further step; tells whether the present ones ended within so many seconds."""
        with self._changed:
            self._open = False
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, index: int) -> None:
        while (work := self._take(index)) is not None:
            self._on_step()
            try:
                more = work.step()
            except Exception as error:
                more = is_out_of_memory(error) and self._narrow()
                if not more:
                    work.fail(error)
            with self._changed:
                self._in_hand -= 1
                if more and self._open:
                    self._waiting.append(work)
                    self._changed.notify()

    def _take(self, index: int) -> Work | None:
        with self._changed:
            self._changed.wait_for(
                lambda: not self._open or index >= self.lanes or bool(self._waiting)
            )
            if not self._open or index >= self.lanes:
                self._changed.notify()  # another lane may take what this one leaves
                return None
            self._in_hand += 1
            return self._waiting.popleft()

    def _narrow(self) -> bool:
        """Compute fewer steps at once from now on; False if there was only one."""
        with self._changed:
            if self.lanes == 1:
                return False
            self.lanes -= 1
            self._changed.notify_all()
        _log.warning("memory ran out; fewer steps at once from now on", lanes=self.lanes)
        return True


def default_lanes(device: str) -> int:
    """Two on a CPU with more than one core; an accelerator is one queue anyway."""
    return 2 if device == "cpu" and (os.cpu_count() or 1) > 1 else 1


def is_out_of_memory(error: Exception) -> bool:
    """Whether a step failed for want of memory, on whatever device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
