"""Times `ganshare paint` as on other CPUs, and two paintings at once.

ONEDNN_MAX_CPU_ISA makes oneDNN act as on a lesser CPU, so that one machine shows what others would
choose and pay. All ways take turns, round by round, since a shared machine's speed varies.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

PROMPT = "Fauvist Painting of a Canyon in Maximum Purple"
SPINNING = {"GOMP_SPINCOUNT": "300000"}  # what GNU's OpenMP does by itself, busy or not
SLEEPING = {"GOMP_SPINCOUNT": "1000"}


@dataclass(frozen=True)
class Way:
    """How paintings are made: `count` of them, one after another or at once."""

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    count: int = 1
    at_once: bool = False


MACHINES = (
    Way("as this machine is"),
    Way("ONEDNN_MAX_CPU_ISA=AVX512_CORE", {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}),
    Way("ONEDNN_MAX_CPU_ISA=AVX2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    Way("ONEDNN_MAX_CPU_ISA=AVX2, --dtype bfloat16", {"ONEDNN_MAX_CPU_ISA": "AVX2"},
        ("--dtype", "bfloat16")),
)  # fmt: skip
PAIRS = (
    Way("two one after another", count=2),
    Way("two at once", count=2, at_once=True),
    Way("two at once, threads that spin", SPINNING, count=2, at_once=True),
    Way("two at once, threads that sleep", SLEEPING, count=2, at_once=True),
    Way("one alone"),
    Way("one alone, threads that spin", SPINNING),
    Way("one alone, threads that sleep", SLEEPING),
)


@dataclass(frozen=True)
class Run:
    """What one round of a way took, in seconds; `step` and `dtype` are of its last painting."""

    seconds: float
    step: float
    dtype: str


def measure(way: Way, steps: int, size: str) -> Run:
    """Paint as the way says, each painting in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        told: list[str] = []
        running: list[subprocess.Popen[str]] = []
        for number in range(way.count):
            command = [
                sys.executable, "-m", "engine", "paint", PROMPT, "--seed", str(number), "--steps",
                str(steps), "--size", size, "--no-upscale", "--quiet", "--json", "--out",
                str(Path(folder) / f"{number}.png"), *way.options,
            ]  # fmt: skip
            running.append(
                subprocess.Popen(
                    command,
                    env={**os.environ, **way.environment},
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            if not way.at_once:
                told.append(_end(running.pop()))
        told += [_end(process) for process in running]
        seconds = time.perf_counter() - began
    manifest = json.loads(told[-1].splitlines()[-1])
    step = manifest["seconds"]["synthesise"] / manifest["steps_taken"]
    return Run(seconds, step, manifest["compute"]["dtype"])


def _end(process: subprocess.Popen[str]) -> str:
    told, _ = process.communicate()
    if process.returncode:
        raise click.ClickException(f"A painting ended with exit code {process.returncode}.")
    return told


def table(ways: Sequence[Way], rounds: Sequence[Sequence[Run]]) -> str:
    """A table in Markdown; ratios are to the first way in the same round, their median."""
    lines = [
        "| | dtype | seconds (median) | a step | ratio (median of rounds) |",
        "|---|---|---|---|---|",
    ]
    for index, way in enumerate(ways):
        runs = [runs[index] for runs in rounds]
        ratio = statistics.median(runs[index].seconds / runs[0].seconds for runs in rounds)
        seconds = statistics.median(run.seconds for run in runs)
        step = statistics.median(run.step for run in runs)
        lines.append(f"| {way.name} | {runs[0].dtype} | {seconds:.1f} | {step:.2f} | {ratio:.2f} |")
    return "\n".join(lines)


@click.command()
@click.option("--steps", default=8, show_default=True, help="Of each painting.")
@click.option("--size", default="256x256", show_default=True, metavar="WxH", help="Of the canvas.")
@click.option("--rounds", default=3, show_default=True, help="How often each way is measured.")
@click.option("--only", type=click.Choice(["machines", "pairs"]), help="One of the two tables.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(steps: int, size: str, rounds: int, only: str | None, as_json: bool) -> None:
    """Compare this machine with others, and two paintings at once with one after another."""
    found = {}
    for name, ways in (("machines", MACHINES), ("pairs", PAIRS)):
        if only in (None, name):
            measured = [[measure(way, steps, size) for way in ways] for _ in range(rounds)]
            found[name] = measured
            if not as_json:
                click.echo(table(ways, measured) + "\n")
    if as_json:
        click.echo(
            json.dumps({name: [[asdict(run) for run in runs] for runs in measured]
                        for name, measured in found.items()})
        )  # fmt: skip


if __name__ == "__main__":
    main()
