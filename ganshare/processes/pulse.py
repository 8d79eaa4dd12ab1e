"""Signs of life from a child to its supervisor: a byte now and then through a pipe.

They come from the child's event loop, so that a loop that is blocked and a process that is stopped
fall silent alike, whether or not a health port is served.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

__all__ = ["PULSE_VARIABLE", "beating"]

PULSE_VARIABLE = "GANSHARE_PULSE_FD"
BEAT_SECONDS = 1.0


@contextlib.asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Give signs of life while the block lasts; without a supervisor, do nothing."""
    number = os.environ.pop(PULSE_VARIABLE, None)  # it is not for children of ours
    if number is None:
        yield
        return
    pipe = int(number)
    os.set_inheritable(pipe, False)
    os.set_blocking(pipe, False)

    async def beat() -> None:
        while True:
            with contextlib.suppress(OSError):  # full, or nobody reads it any more
                os.write(pipe, b".")
            await asyncio.sleep(BEAT_SECONDS)

    task = asyncio.create_task(beat(), name="pulse")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        os.close(pipe)
