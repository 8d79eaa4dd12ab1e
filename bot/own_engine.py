"""Starts an engine for `ganshare chat` where none is running."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ganshare.processes.exec import module_command

__all__ = ["own_engine"]

END_SECONDS = 10.0


@contextlib.asynccontextmanager
async def own_engine(log: Path, on_death: Callable[[str], None]) -> AsyncIterator[None]:
    """Run `python -m engine run` while the block lasts; it never outlives this process.

    Args:
        log: file for its output.
        on_death: called with the end of its output if it ends by itself.
    """
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *module_command("ganshare.processes.die_with_parent", str(os.getpid())),
            *module_command("engine", "run"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, "GANSHARE_LOG": "json", "ENGINE_HEALTH_LISTEN": "off"},
            process_group=0,  # Ctrl-C reaches this process alone
        )

    async def watch() -> None:
        await process.wait()
        on_death(_last_words(log) or str(process.returncode))

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await _end(process)


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").splitlines()
    return lines[-1].removeprefix("error: ") if lines else ""


async def _end(process: asyncio.subprocess.Process) -> None:
    """End it: first kindly, its job handed back, then not."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(END_SECONDS):
                    await process.wait()
