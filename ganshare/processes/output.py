"""Merges the output of several children, each line prefixed with its child's name."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

__all__ = ["json_writer", "prefix_writer"]

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")


def prefix_writer(
    names: Sequence[str], stream: TextIO | None = None
) -> Callable[[str, bytes], None]:
    """Give a writer for people: "engine-1 | line", each name in its colour on a terminal."""
    out = stream or sys.stdout
    console = Console(file=out, highlight=False, soft_wrap=True)
    width = max(map(len, names), default=0)
    colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}

    def write(name: str, line: bytes) -> None:
        text = Text(f"{name:<{width}} | ", style=colours.get(name, ""))
        text.append_text(Text.from_ansi(line.decode(errors="replace"), style="default"))
        # Rich itself would end the process if nobody reads the output.
        with console.capture() as printed:
            console.print(text)
        _put(out, printed.get())

    return write


def json_writer(stream: TextIO | None = None) -> Callable[[str, bytes], None]:
    """Give a writer for machines: each line is a JSON object whose "child" is the name."""
    out = stream or sys.stdout

    def write(name: str, line: bytes) -> None:
        text = line.decode(errors="replace")
        try:
            given = json.loads(text)
        except ValueError:
            given = None
        event = given if isinstance(given, dict) else {"event": text}
        _put(out, json.dumps({"child": name, **event}, ensure_ascii=False) + "\n")

    return write


def _put(out: TextIO, text: str) -> None:
    try:
        out.write(text)
        out.flush()
    except BrokenPipeError:
        # Nobody reads it; Python would fail once more when it flushes at the end.
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), out.fileno())
        raise
