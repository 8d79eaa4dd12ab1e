"""Starts other processes as `python -m MODULE`, by exec or as children; nothing is imported."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Never

__all__ = ["become_module", "module_command"]


def module_command(module: str, *arguments: str) -> list[str]:
    """Give the command line of `python -m module arguments...` with this interpreter."""
    # `python -m` looks in the current folder first, where anyone's engine.py may lie; that is
    # wanted only if this process was started so, too.
    searches_here = "" in sys.path or str(Path.cwd()) in sys.path
    options = [] if searches_here else ["-P"]
    return [sys.executable, *options, "-m", module, *arguments]


def become_module(module: str, arguments: Sequence[str]) -> Never:
    """Replace this process by `python -m module arguments...`."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, module_command(module, *arguments))  # noqa: S606  # no shell is wanted
