"""The step pool: turns are fair, failures stay with their work, the end waits for no long step."""

import threading
import time
from typing import Any

import pytest
import torch

from engine.worker.step_deadlines import StepDeadlines
from engine.worker.step_pool import StepPool, default_parallel_steps, is_out_of_memory
from ganshare.monitoring.awake_clock import AwakeClock
from ganshare.testing import TIMEOUT


class Steps:
    """Work that writes down its steps."""

    def __init__(self, name: str, count: int, log: list[str], errors: dict[int, Exception]) -> None:
        self.name, self.count, self.log, self.errors = name, count, log, errors
        self.ended = threading.Event()
        self.error: Exception | None = None
        self.threads: set[str] = set()
        self.kind = "step"

    def step(self) -> bool:
        self.threads.add(threading.current_thread().name)
        if error := self.errors.pop(self.count, None):
            raise error
        self.log.append(self.name)
        self.count -= 1
        if not self.count:
            self.ended.set()
        return self.count > 0

    def fail(self, error: Exception) -> None:
        self.error = error
        self.ended.set()


class Gated(Steps):
    """Waits before each step until its gate is open."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.gate = threading.Event()

    def step(self) -> bool:
        self.gate.wait(TIMEOUT)
        return super().step()


def run(parallel_steps: int, *works: Steps) -> StepPool:
    pool = StepPool(parallel_steps)
    for work in works:
        pool.add(work)
    for work in works:
        assert work.ended.wait(TIMEOUT)
    assert pool.close(TIMEOUT)
    return pool


def test_works_take_turns() -> None:
    log: list[str] = []
    pool = StepPool(1)
    works = [first := Gated("first", 1, log, {}), *(Steps(name, 3, log, {}) for name in "abc")]
    for work in works:
        pool.add(work)
    first.gate.set()
    assert all(work.ended.wait(TIMEOUT) for work in works)
    assert log == ["first", *"abcabcabc"]
    assert pool.close(TIMEOUT)


def test_two_threads_compute_at_the_same_moment() -> None:
    both = threading.Barrier(2, timeout=TIMEOUT)

    class Meeting(Steps):
        def step(self) -> bool:
            both.wait()
            return super().step()

    works = [Meeting(name, 2, [], {}) for name in "ab"]
    run(2, *works)
    assert [work.error for work in works] == [None, None]


def test_threads_last_as_long_as_there_is_work_for_them() -> None:
    def parallel_steps() -> int:
        return sum(thread.name == "step" for thread in threading.enumerate())

    before, pool = parallel_steps(), StepPool(2)
    assert parallel_steps() == before
    works = [Gated(name, 3, [], {}) for name in "abc"]
    for number, work in enumerate(works, 1):
        pool.add(work)
        assert parallel_steps() == before + min(number, 2)
    for work in works:
        work.gate.set()
    assert all(work.ended.wait(TIMEOUT) for work in works)
    deadline = time.monotonic() + TIMEOUT
    while parallel_steps() > before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert pool.idle
    again = Steps("again", 3, [], {})
    pool.add(again)
    assert again.ended.wait(TIMEOUT)
    assert pool.close(TIMEOUT)


def test_an_error_ends_its_own_work_only() -> None:
    bad, good = Steps("bad", 5, [], {3: ValueError("no")}), Steps("good", 5, [], {})
    run(1, bad, good)
    assert isinstance(bad.error, ValueError)
    assert (good.error, good.count) == (None, 0)


def test_without_memory_fewer_threads_take_the_step_again() -> None:
    work = Steps("large", 4, [], {4: MemoryError(), 2: torch.OutOfMemoryError("no")})
    pool = run(3, work)
    assert (work.error, work.count, pool.parallel_steps) == (None, 0, 1)


def test_what_memory_took_comes_back_when_it_does() -> None:
    pool = run(3, Steps("large", 4, [], {4: MemoryError(), 2: MemoryError()}))
    assert pool.is_narrow
    pool.widen()
    assert (pool.parallel_steps, pool.is_narrow) == (3, False)


def test_without_memory_for_one_the_work_fails() -> None:
    work = Steps("large", 4, [], {2: MemoryError()})
    run(1, work)
    assert isinstance(work.error, MemoryError)


def test_a_pool_is_idle_when_nothing_is_left() -> None:
    pool = StepPool(2)
    assert pool.idle
    work = Steps("a", 100, [], {})
    pool.add(work)
    assert not pool.idle or work.ended.is_set()
    assert work.ended.wait(TIMEOUT)
    deadline = time.monotonic() + TIMEOUT
    while not pool.idle:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert pool.close(TIMEOUT)


def test_closing_waits_for_a_step_only_so_long() -> None:
    begun, gate = threading.Event(), threading.Event()

    class Slow(Steps):
        def step(self) -> bool:
            begun.set()
            gate.wait(TIMEOUT)
            return True

    pool = StepPool(2)
    for name in "ab":
        pool.add(Slow(name, 1, [], {}))
    assert begun.wait(TIMEOUT)
    began = time.monotonic()
    assert not pool.close(0.3)  # and the steps still wait at their gate
    assert time.monotonic() - began < 0.6  # for all of them together
    gate.set()
    assert pool.close(TIMEOUT)


def test_a_step_is_overdue_after_many_times_the_median_of_its_kind() -> None:
    deadlines = StepDeadlines(floor=30.0)
    assert deadlines.of("step") == 300.0  # nobody knows yet
    for seconds in (0.1, 0.1, 90.0):
        deadlines.add("step", seconds)
    assert deadlines.of("step") == 30.0
    for _ in range(3):
        deadlines.add("step", 4.0)
    assert deadlines.of("step") == pytest.approx(20 * 4.0)
    assert deadlines.of("other") == 300.0


class Hours:
    """A clock that goes as the test wishes."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_hangs_is_named_and_nobody_who_waits() -> None:
    hours, begun = Hours(), threading.Event()

    class Hangs(Gated):
        def step(self) -> bool:
            begun.set()
            return super().step()

    pool = StepPool(1)
    pool.clock = AwakeClock(2.0, hours)
    hangs, waits = Hangs("hangs", 2, [], {}), Steps("waits", 2, [], {})
    pool.add(hangs)
    pool.add(waits)
    assert begun.wait(TIMEOUT)
    hours.now += 10_000.0
    assert pool.clock.tick() == 10_000.0 - 2.0
    assert pool.overdue() == []  # it was this process that slept
    for _ in range(150):
        hours.now += 2.0
        pool.clock.tick()
    assert pool.overdue() == [hangs]
    hangs.gate.set()
    assert waits.ended.wait(TIMEOUT)
    assert pool.close(TIMEOUT)


@pytest.mark.parametrize(
    ("error", "memory"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("shapes"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_a_lack_of_memory_is_told_from_other_errors(error: Exception, memory: bool) -> None:
    assert is_out_of_memory(error) is memory


def test_the_real_allocator_says_so_too() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(raised.value)


def test_accelerators_have_one_thread() -> None:
    assert default_parallel_steps("cuda:0") == 1
    assert default_parallel_steps("cpu") in (1, 2)
