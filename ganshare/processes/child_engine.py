"""Runs an engine as a child process, for frontends and commands that bring their own."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from ganshare.processes.exec import module_command

__all__ = ["child_engine", "last_words"]

END_SECONDS = 10.0


@contextlib.asynccontextmanager
async def child_engine(
    log: Path,
    *options: str,
    environment: Mapping[str, str] | None = None,
    on_death: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m engine run` while the block lasts; it never outlives this process.

    Args:
        log: a file for its output.
        options: of `engine run`.
        environment: variables beside this process's own.
        on_death: called with its last line if it ends within the block.
    """
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *module_command("ganshare.processes.die_with_parent", str(os.getpid())),
            *module_command("engine", "run", *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={
                **os.environ,
                "GANSHARE_LOG": "json",
                "ENGINE_HEALTH_LISTEN": "off",
                **(environment or {}),
            },
            process_group=0,  # Ctrl-C reaches this process alone
        )

    async def watch() -> None:
        await process.wait()
        on_death(last_words(log) or str(process.returncode))

    watching = asyncio.create_task(watch())
    try:
        yield process
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await _end(process)


def last_words(log: Path) -> str:
    """The last line of an engine's log, without "error: "; empty if it wrote none."""
    lines = log.read_text("utf-8", errors="replace").splitlines()
    return lines[-1].removeprefix("error: ") if lines else ""


async def _end(process: asyncio.subprocess.Process) -> None:
    """End it by SIGINT, so that it hands its job back; by SIGKILL if it takes too long."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(END_SECONDS):
                    await process.wait()
