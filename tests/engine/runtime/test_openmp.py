"""Computing beside the step threads: in threads that leave nothing behind."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars, get_contextvars

from engine.runtime.openmp import in_brief_thread
from ganshare.testing import TIMEOUT

THREADS = """
import asyncio, os, time
import torch
from engine.runtime.openmp import in_brief_thread

torch.set_num_threads(2)

def threads():
    return len(os.listdir("/proc/self/task"))

def compute():
    torch.ones(1 << 20).add(1)
    return threads()

async def main():
    meanwhile = await in_brief_thread(compute)
    deadline = time.monotonic() + 60
    while threads() > meanwhile - 2 and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    print(meanwhile - threads())

asyncio.run(main())
"""


async def test_a_call_gives_what_the_function_gives() -> None:
    def divide(a: int, b: int) -> tuple[float, str]:
        return a / b, threading.current_thread().name

    value, thread = await in_brief_thread(divide, 6, b=3)
    assert value == 2
    assert thread != threading.current_thread().name
    with pytest.raises(ZeroDivisionError):
        await in_brief_thread(divide, 1, 0)


async def test_what_is_bound_to_the_log_is_bound_there_too() -> None:
    with bound_contextvars(job="j1"):
        assert await in_brief_thread(get_contextvars) == {"job": "j1"}


async def test_a_cancelled_caller_waits_for_nothing() -> None:
    gate = threading.Event()
    call = asyncio.create_task(in_brief_thread(gate.wait, 2 * TIMEOUT))
    await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(TIMEOUT):
            await call
    gate.set()


@pytest.mark.heavy
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted on Linux")
def test_the_thread_ends_and_its_team_with_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, check=True, text=True
    )
    assert int(done.stdout) == 2  # the thread and the other one of its team
