"""Reports progress: a bar on a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

__all__ = ["Reporter", "reporting"]

LINE_SECONDS = 3.0


class Reporter:
    """Says nothing; the others say more."""

    def stage(self, name: str, total: int) -> None:
        """Begin something of `total` steps."""

    def resize(self, total: int) -> None:
        """The present stage has another number of steps than was thought."""

    def advance(self, done: int, note: str = "") -> None:
        """`done` steps of the present stage are done."""


class BarReporter(Reporter):
    """A Rich progress bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("", total=None, visible=False, note="")

    def stage(self, name: str, total: int) -> None:
        """Leave the last stage's bar where it is and add one below."""
        self.task = self.progress.add_task(name, total=total, note="")

    def resize(self, total: int) -> None:
        """Change the bar's end."""
        self.progress.update(self.task, total=total)

    def advance(self, done: int, note: str = "") -> None:
        """Move the bar."""
        self.progress.update(self.task, completed=done, note=note)


class LineReporter(Reporter):
    """A line now and then: the first and the last of a stage, others at least 3 s apart."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.name, self.total = "", 0
        self.started = self.said = time.monotonic()

    def stage(self, name: str, total: int) -> None:
        """Remember its name and start."""
        self.name, self.total = name, total
        self.started, self.said = time.monotonic(), float("-inf")

    def resize(self, total: int) -> None:
        """Count to another number."""
        self.total = total

    def advance(self, done: int, note: str = "") -> None:
        """Say it if it is time."""
        now = time.monotonic()
        if now - self.said < LINE_SECONDS and done < self.total:
            return
        self.said = now
        left = (now - self.started) / max(done, 1) * (self.total - done)
        words = [f"{self.name} {done}/{self.total}", note, f"{left:.0f} s left" if done else ""]
        self.console.print(", ".join(word for word in words if word))


@contextmanager
def reporting(*, quiet: bool = False) -> Iterator[Reporter]:
    """Give a reporter on stderr that fits the terminal."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if quiet:
        yield Reporter()
    elif not console.is_terminal:
        yield LineReporter(console)
    else:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
        )
        with Progress(*columns, console=console) as progress:
            yield BarReporter(progress)
