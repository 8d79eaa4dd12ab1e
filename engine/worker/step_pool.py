"""The painting threads: each takes the job that waited longest and computes one step.

Canvases share nothing, and each operation runs on as many cores as it would alone, so that a
painting is the same in any company. A second thread on a CPU fills the pauses that the first one
leaves between and within its operations; docs/benchmarks.md says what that gives. A thread without
work ends, as the first one is faster where no other exists (see `engine.runtime.openmp`).
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

import torch

from engine.worker.step_deadlines import StepDeadlines
from ganshare.monitoring.awake_clock import AwakeClock
from ganshare.monitoring.log import get_logger

__all__ = ["StepPool", "Work", "default_parallel_steps", "is_out_of_memory"]

_log = get_logger(__name__)


class Work(Protocol):
    """Something that is done step by step.

    It may have a `kind`, that of its next step: steps of one kind take about equally long.
    """

    def step(self) -> bool:
        """Do the next step; False if none is left.

        A step that raised because memory ran out is taken again.
        """

    def fail(self, error: Exception) -> None:
        """Learn that a step raised `error`, and that there will be no other."""


@dataclass(frozen=True)
class _Step:
    work: Work
    kind: Hashable
    began: float  # by the pool's clock


class StepPool:
    """Threads that compute steps, and a queue of work.

    Args:
        parallel_steps: how many steps are computed at the same moment, each of another work.
        on_step: called before each step, from its thread.
        deadlines: of the steps.

    Attributes:
        clock: tells how long steps have taken; whoever calls `overdue` ticks it.
    """

    def __init__(
        self,
        parallel_steps: int,
        on_step: Callable[[], None] = lambda: None,
        deadlines: StepDeadlines | None = None,
    ) -> None:
        self.parallel_steps = self._most = parallel_steps
        self.clock = AwakeClock(longest=2.0)
        self._on_step = on_step
        self._deadlines = deadlines or StepDeadlines()
        self._waiting: deque[Work] = deque()
        self._running: set[threading.Thread] = set()
        self._steps: dict[threading.Thread, _Step] = {}
        self._open = True
        self._lock = threading.Lock()

    def add(self, work: Work) -> None:
        """Queue work for its next step."""
        with self._lock:
            self._waiting.append(work)
            if len(self._running) < self.parallel_steps:
                self._start_thread()

    def _start_thread(self) -> None:
        # a daemon: a process that must end at once does not wait for a long step
        thread = threading.Thread(target=self._run, name="step", daemon=True)
        self._running.add(thread)
        thread.start()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        with self._lock:
            return not self._running

    @property
    def is_narrow(self) -> bool:
        """Whether fewer steps are computed at once than in the beginning."""
        return self.parallel_steps < self._most

    def widen(self) -> None:
        """Compute as many steps at once as in the beginning."""
        with self._lock:
            self.parallel_steps = self._most
            for _ in range(min(self._most - len(self._running), len(self._waiting))):
                self._start_thread()

    def overdue(self) -> list[Work]:
        """What hangs: work whose present step has taken longer than steps of its kind may."""
        with self._lock:
            steps = tuple(self._steps.values())
        return [
            step.work
            for step in steps
            if self.clock.now - step.began > self._deadlines.of(step.kind)
        ]

    def close(self, seconds: float) -> bool:
        """Start no further step; returns whether the present ones ended in time."""
        with self._lock:
            self._open = False
            self._waiting.clear()
            parallel_steps = tuple(self._running)
        deadline = time.monotonic() + seconds
        for thread in parallel_steps:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in parallel_steps)

    def _run(self) -> None:
        while (work := self._take()) is not None:
            self._on_step()
            kind, began = getattr(work, "kind", type(work)), time.monotonic()
            thread = threading.current_thread()
            with self._lock:
                self._steps[thread] = _Step(work, kind, self.clock.now)
            try:
                more = work.step()
                self._deadlines.add(kind, time.monotonic() - began)
            except Exception as error:
                more = is_out_of_memory(error) and self._narrow()
                if not more:
                    work.fail(error)
            with self._lock:
                del self._steps[thread]
            if more:
                with self._lock:
                    self._waiting.append(work)

    def _take(self) -> Work | None:
        """What waited longest; None ends the thread, whose work another one may take."""
        with self._lock:
            if self._waiting and self._open and len(self._running) <= self.parallel_steps:
                return self._waiting.popleft()
            self._running.discard(threading.current_thread())
            return None

    def _narrow(self) -> bool:
        """Compute fewer steps at once from now on; False if there was only one."""
        with self._lock:
            if self.parallel_steps == 1:
                return False
            self.parallel_steps -= 1
        _log.warning("memory ran out; fewer steps at once from now on", lanes=self.parallel_steps)
        return True


def default_parallel_steps(device: str) -> int:
    """Two on a CPU with more than one core; an accelerator is one queue anyway."""
    return 2 if device == "cpu" and (os.cpu_count() or 1) > 1 else 1


def is_out_of_memory(error: Exception) -> bool:
    """Whether a step failed for lack of memory, on any device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
