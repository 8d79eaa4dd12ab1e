"""Reads lines from a keyboard or a pipe, one at a time."""

import asyncio
import contextlib
import os
import sys
import termios
import threading
from collections.abc import Iterator

__all__ = ["Keyboard", "open_keyboard"]

PROMPT = "> "


class Keyboard:
    """Reads standard input in a thread of its own, so that paintings come meanwhile.

    A thread that still waits for a line does not keep the process from its end.
    """

    def __init__(self) -> None:
        self._is_terminal = sys.stdin.isatty()
        self._rest = b""

    async def line(self) -> str | None:
        """Wait for the next line; None after the last."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | None] = loop.create_future()

        def give(line: str | None) -> None:
            if not answer.done():
                answer.set_result(line)

        def read() -> None:
            line = self._read_typed() if self._is_terminal else self._read_piped()
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(give, line)

        threading.Thread(target=read, daemon=True).start()
        return await answer

    def _read_typed(self) -> str | None:
        try:
            return input(PROMPT)
        except EOFError:
            return None

    def _read_piped(self) -> str | None:
        """Read without Python's buffer, whose lock a thread that waits would take to the end."""
        while b"\n" not in self._rest:
            piece = os.read(sys.stdin.fileno(), 65536)
            if not piece:
                line, self._rest = self._rest, b""
                return line.decode("utf-8", errors="replace") if line else None
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", errors="replace")


@contextlib.contextmanager
def open_keyboard() -> Iterator[Keyboard]:
    """Give the keyboard; afterwards the terminal is as it was."""
    if not sys.stdin.isatty():
        yield Keyboard()
        return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # lines can be edited, and earlier ones come back
    before = termios.tcgetattr(sys.stdin)
    try:
        yield Keyboard()
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
