"""Writes each benchmark's figures into docs/benchmarks.md, between its own markers."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import click

__all__ = ["PAGE", "circumstances", "marks", "write_figures"]

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def marks(benchmark: str) -> tuple[str, str]:
    """Where a benchmark's figures begin and end."""
    name = f"figures of benchmarks.{benchmark}"
    return f"<!-- begin {name} -->", f"<!-- end {name} -->"


def circumstances(load: float) -> str:
    """Date, machine and the load average before the first figure."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, load average {load:.1f} at the start"
    )


def write_figures(benchmark: str, text: str, page: Path = PAGE) -> None:
    """Put new figures in the place of the old ones."""
    begin, end = marks(benchmark)
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise click.ClickException(f"{page} lacks the marks {begin} and {end}.")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
