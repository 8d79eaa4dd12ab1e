"""Our synthesis loop against the notebook's: same models, prompt, seed and cutouts.

Each loop runs in a process of its own, so that peak memory can be compared; they take turns of a
few steps, so that a machine's slow minutes affect both.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import IO, Any, cast

import click
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.synthesis.loops import Evaluation, Figures, Loop, Ours, Point, measure, turns
from benchmarks.synthesis.notebook import Notebook, NotebookSettings
from engine.model_folder import ModelKind, default_model, find_model
from engine.perceptor import load_perceptor
from engine.synthesis.painter import Painter
from engine.synthesis.request import (
    DEFAULT_CUTOUTS,
    DEFAULT_SIDE,
    DEFAULT_STEPS,
    PaintingRequest,
    attributes_of,
    parse_size,
)
from engine.synthesis.settings import SynthesisSettings
from engine.vqgan import load_vqgan
from ganshare.errors import AskerError
from ganshare.prompts import parse_prompts

OBJECTIVES = ("prompt", "painting")  # the text alone, or all that `ganshare paint` reads in it
PROMPT = "Fauvist Painting of a Canyon in Maximum Purple"


@dataclass(frozen=True)
class Options:
    """What both loops are given."""

    prompt: str = PROMPT
    size: str = f"{DEFAULT_SIDE}x{DEFAULT_SIDE}"
    steps: int = DEFAULT_STEPS
    num_cutouts: int = DEFAULT_CUTOUTS
    seed: int = 0
    threads: int | None = None
    model: str | None = None
    perceptor: str | None = None
    device: str = "cpu"
    objective: str = OBJECTIVES[0]


def loss_after(points: Sequence[Point], seconds: float) -> float:
    """The loss after so many seconds, linear between the evaluations; the last one if later."""
    for earlier, later in pairwise(points):
        if later.seconds >= seconds:
            share = (seconds - earlier.seconds) / (later.seconds - earlier.seconds)
            return earlier.loss + max(0.0, share) * (later.loss - earlier.loss)
    return points[-1].loss


def run(name: str, options: Options, await_turn: Callable[[], object]) -> Figures:
    """Build one of the two loops in this process and measure it."""
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    vqgan, perceptor = (
        load_vqgan(_model(options.model, "vqgan")).to(options.device),
        load_perceptor(_model(options.perceptor, "perceptor")).to(options.device),
    )
    prompts = parse_prompts(options.prompt)
    width, height = parse_size(options.size)
    read = attributes_of(prompts) if options.objective == "painting" else None
    request = PaintingRequest(
        prompts, read, options.seed, width, height, options.steps, options.num_cutouts
    )
    loop: Loop
    if name == Notebook.name:
        texts = [(prompt.text, prompt.weight) for prompt in prompts]
        settings = NotebookSettings(options.num_cutouts, SynthesisSettings().step_size)
        loop = Notebook(vqgan, perceptor, texts, (width, height), options.seed, settings)
    else:
        loop = Ours(Painter(vqgan, perceptor, options.device), request)
    evaluate = Evaluation(perceptor, prompts, (height, width))
    return measure(loop, evaluate, options.steps, await_turn)


def _model(name: str | None, kind: ModelKind) -> Any:
    return default_model(kind) if name is None else find_model(name, kind)


def _ask_for_turn() -> None:
    """In a process of `run_both`: say that a turn is over, and wait for the next."""
    print("waiting", flush=True)
    sys.stdin.readline()


def run_both(options: Options) -> tuple[Figures, Figures]:
    """`run` of the notebook's and of our loop by turns, in a process each."""
    given = [
        f"--{field.replace('_', '-')}={value}"
        for field, value in asdict(options).items()
        if value is not None
    ]
    command = [sys.executable, "-m", "benchmarks.synthesis", *given, "--only"]
    loops = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in (Notebook.name, Ours.name)
    ]
    try:
        said = [_line(loop) for loop in loops]
        bar = Console(stderr=True)
        for _ in track(turns(options.steps), "By turns", console=bar):
            for index, loop in enumerate(loops):
                print(file=loop.stdin, flush=True)
                said[index] = _line(loop)
    finally:
        for loop in loops:
            loop.kill()
            loop.communicate()
    notebook, ours = (Figures.from_json(json.loads(figures)) for figures in said)
    return notebook, ours


def _line(loop: subprocess.Popen[str]) -> str:
    """What a loop says next; it says its figures last."""
    line = cast("IO[str]", loop.stdout).readline()
    if not line:
        raise click.ClickException(f"A loop ended with status {loop.wait()}.")
    return line


def compare(notebook: Figures, ours: Figures) -> dict[str, float]:
    """The figures that need both."""
    budget = min(notebook.seconds, ours.seconds)
    return {
        "speedup": notebook.step_seconds / ours.step_seconds,
        "equal_seconds": budget,
        "notebook_loss_after_equal_steps": notebook.points[-1].loss,
        "ours_loss_after_equal_steps": ours.points[-1].loss,
        "notebook_loss_after_equal_seconds": loss_after(notebook.points, budget),
        "ours_loss_after_equal_seconds": loss_after(ours.points, budget),
    }


def as_table(notebook: Figures, ours: Figures, options: Options) -> Table:
    """Both side by side."""
    compared = compare(notebook, ours)
    title = (
        f"{options.prompt}: {options.size}, {options.steps} steps, {options.num_cutouts} cutouts, "
        f"objective: the {options.objective}"
    )
    table = Table(title=title)
    for heading in ("", "notebook", "ours", "ratio"):
        table.add_column(heading, justify="left" if not heading else "right")

    def row(what: str, theirs: float, own: float, digits: int = 3, *, ratio: bool = True) -> None:
        quotient = f"{theirs / own:.2f}" if ratio and own else ""
        table.add_row(what, f"{theirs:.{digits}f}", f"{own:.{digits}f}", quotient)

    row("seconds per step (mean)", notebook.step_seconds, ours.step_seconds)
    row("on the full canvas (median)", notebook.fine_seconds, ours.fine_seconds)
    row("seconds in all", notebook.seconds, ours.seconds, 1)
    row("peak memory, MiB", notebook.peak_mib, ours.peak_mib, 0)
    row("loss at the start", notebook.points[0].loss, ours.points[0].loss, 4, ratio=False)
    for what, key in (
        (f"loss after {options.steps} steps", "loss_after_equal_steps"),
        (f"loss after {compared['equal_seconds']:.1f} s", "loss_after_equal_seconds"),
    ):
        row(what, compared[f"notebook_{key}"], compared[f"ours_{key}"], 4, ratio=False)
    for part, seconds in notebook.parts.items():
        row(f"{part}, forwards and backwards, s", seconds, ours.parts[part], 4)
    return table


@click.command()
@click.option("--prompt", default=Options.prompt, show_default=True)
@click.option("--size", default=Options.size, show_default=True, metavar="WxH")
@click.option("--steps", type=click.IntRange(1), default=Options.steps, show_default=True)
@click.option(
    "--num-cutouts", type=click.IntRange(1), default=Options.num_cutouts, show_default=True
)
@click.option("--seed", type=click.IntRange(0), default=Options.seed, show_default=True)
@click.option("--threads", type=click.IntRange(1), help="Of torch; by default all cores.")
@click.option("--model", metavar="NAME", help="The VQGAN; by default the embedded one.")
@click.option("--perceptor", metavar="NAME", help="By default the embedded one.")
@click.option("--device", default=Options.device, show_default=True, help="Such as cuda.")
@click.option(
    "--objective",
    type=click.Choice(OBJECTIVES),
    default=Options.objective,
    show_default=True,
    help="What ours climbs: the prompt's text, as the notebook does, or all that a painting does.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
@click.option("--only", type=click.Choice([Notebook.name, Ours.name]), hidden=True)
def main(*, only: str | None, as_json: bool, **fields: Any) -> None:
    """Run the notebook's loop and ours by turns, and compare them."""
    options = Options(**fields)
    try:
        parse_prompts(options.prompt)
        parse_size(options.size)
        if only is not None:
            click.echo(json.dumps(asdict(run(only, options, _ask_for_turn))))
            return
        for name, kind in ((options.model, "vqgan"), (options.perceptor, "perceptor")):
            _model(name, kind)  # type: ignore[arg-type]  # the literals are ModelKinds
    except AskerError as error:
        raise click.UsageError(error.message) from error
    notebook, ours = run_both(options)
    if as_json:
        answer = {
            "options": asdict(options),
            "notebook": asdict(notebook),
            "ours": asdict(ours),
            "compared": compare(notebook, ours),
        }
        click.echo(json.dumps(answer, indent=2))
    else:
        Console().print(as_table(notebook, ours, options))


if __name__ == "__main__":
    main()
