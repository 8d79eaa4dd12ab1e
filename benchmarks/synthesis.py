"""Speed of the synthesis loop against the notebook's, on the same models, prompt, seed and cutouts.

Each loop runs in a process of its own, so that their peaks of memory can be compared; they take
turns of a few steps, so that a machine's slow minutes are not one loop's alone.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Protocol, cast

import click
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor

from benchmarks.notebook import Notebook, NotebookSettings
from engine.canvas import Canvas
from engine.cutouts import Cutouts, CutoutSettings
from engine.guidance import spherical_distance
from engine.perceptor import AnyPerceptor, load_perceptor
from engine.registry import ModelKind, default_model, find_model
from engine.request import (
    DEFAULT_CUTOUTS,
    DEFAULT_SIDE,
    DEFAULT_STEPS,
    PaintingRequest,
    attributes_of,
    parse_size,
)
from engine.synthesis import Painter, SynthesisSettings
from engine.vqgan import load_vqgan
from ganshare.attributes import Attributes
from ganshare.errors import AskerError
from ganshare.prompts import WeightedPrompt, parse_prompts

EVALUATION_VIEWS = 32
EVALUATION_SEED = 20_210_401
EVALUATIONS = 20  # along a run, besides the start
PART_REPEATS = 5
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


@dataclass(frozen=True)
class Point:
    """The evaluated loss somewhere along a run."""

    step: int
    seconds: float  # of the steps alone, evaluations not counted
    loss: float


@dataclass(frozen=True)
class Figures:
    """What one loop showed."""

    name: str
    step_seconds: float  # mean of all steps
    fine_seconds: float  # median of the steps on the full canvas
    seconds: float  # of all steps
    peak_mib: float
    points: tuple[Point, ...]
    parts: dict[str, float]  # median seconds forwards and backwards, on the full canvas

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Figures":
        """Read what `asdict` and JSON made of it."""
        points = tuple(Point(**point) for point in fields["points"])
        return cls(**{**fields, "points": points})


class Loop(Protocol):
    """A way to paint, and its three parts one by one."""

    name: str

    @property
    def latent(self) -> Tensor:
        """(1, embed_dim, height, width), what the steps change."""

    @property
    def on_full_canvas(self) -> bool:
        """Whether the last step saw the full canvas."""

    def decode(self, latent: Tensor) -> Tensor:
        """Latent -> image."""

    def cut(self, image: Tensor) -> Tensor:
        """Image -> views."""

    def embed(self, views: Tensor) -> Tensor:
        """Views -> unit vectors."""

    def step(self) -> None:
        """Take one step."""

    def image(self) -> Tensor:
        """What it would save now: (1, 3, height, width) in [0, 1], decoded in float32."""


class Ours:
    """GANshare's loop as `ganshare paint` runs it, but without the stop on a plateau."""

    name = "ours"

    def __init__(self, painter: Painter, request: PaintingRequest) -> None:
        settings = replace(painter.settings, plateau_steps=request.steps + 1)
        self.painter = Painter(painter.vqgan, painter.perceptor, str(painter.device), settings)
        self.canvas = Canvas(self.painter, request)

    @property
    def latent(self) -> Tensor:
        """Of the canvas; on half the side while it is coarse."""
        return self.canvas.latent

    @property
    def on_full_canvas(self) -> bool:
        """Not in its first part."""
        return self.canvas.step > self.canvas.coarse_steps

    def decode(self, latent: Tensor) -> Tensor:
        """As a step decodes, in bfloat16."""
        return self.painter.decode(latent)

    def cut(self, image: Tensor) -> Tensor:
        """Draw the views of a step and take them."""
        sides = image.shape[2], image.shape[3]
        size, settings = self.painter.perceptor.input_size, self.painter.settings.cutouts
        count, generator = self.canvas.request.num_cutouts, self.canvas.generator
        cutouts = Cutouts.draw(count, size, sides, generator, settings)
        return self.painter.take(cutouts, image)

    def embed(self, views: Tensor) -> Tensor:
        """As a step embeds, in bfloat16."""
        return self.painter.embed(views)

    def step(self) -> None:
        """Advance the canvas."""
        self.canvas.advance()

    def image(self) -> Tensor:
        """The canvas's frame."""
        return self.canvas.frame().image[None].to(self.painter.device)


class Evaluation:
    """The loss by which both loops are judged: fixed views of the canvas, without augmentation."""

    def __init__(
        self,
        perceptor: AnyPerceptor,
        prompts: Sequence[WeightedPrompt],
        canvas: tuple[int, int],
    ) -> None:
        """`canvas` is (height, width)."""
        plain = CutoutSettings(overhang=0.0, grey=0.0, noise=0.0, jitter=0.0)
        generator = torch.Generator().manual_seed(EVALUATION_SEED)
        self.perceptor = perceptor
        views = Cutouts.draw(EVALUATION_VIEWS, perceptor.input_size, canvas, generator, plain)
        self.targets = [
            (perceptor.encode_text([prompt.text])[0], prompt.weight) for prompt in prompts
        ]
        self.views = views.to(self.targets[0][0].device)

    @torch.no_grad()
    def __call__(self, image: Tensor) -> float:
        """(1, 3, height, width) -> weighted mean spherical distance to the prompts."""
        # few views at a time: measuring must not make the peak of memory
        embeddings = torch.cat(
            [self.perceptor.encode_image(views) for views in self.views(image).split(4)]
        )
        return sum(
            weight * spherical_distance(embeddings, target).mean().item()
            for target, weight in self.targets
        )


def loss_after(points: Sequence[Point], seconds: float) -> float:
    """The loss after so many seconds, linear between the evaluations; the last one if later."""
    for earlier, later in pairwise(points):
        if later.seconds >= seconds:
            share = (seconds - earlier.seconds) / (later.seconds - earlier.seconds)
            return earlier.loss + max(0.0, share) * (later.loss - earlier.loss)
    return points[-1].loss


def peak_mib(device: torch.device) -> float:
    """The most memory that this process has held, or its tensors on a GPU, in MiB."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1024**2
    status = Path("/proc/self/status")
    if status.exists():
        # not ru_maxrss, which on Linux starts at the peak of the process that started this one
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def clock(device: torch.device) -> float:
    """Seconds, once the device has done all that it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _forwards_and_backwards(function: Callable[[Tensor], Tensor], value: Tensor) -> float:
    """Median seconds, after one call that doesn't count."""
    spent = []
    for _ in range(PART_REPEATS + 1):
        leaf = value.detach().clone().requires_grad_()
        start = clock(leaf.device)
        out = function(leaf)
        out.backward(torch.ones_like(out))
        spent.append(clock(leaf.device) - start)
    return statistics.median(spent[1:])


def time_parts(loop: Loop) -> dict[str, float]:
    """Median seconds of each part, forwards and backwards."""
    latent = loop.latent.detach()
    with torch.no_grad():
        image = loop.decode(latent)
        views = loop.cut(image)
    return {
        "decode": _forwards_and_backwards(loop.decode, latent),
        "cutouts": _forwards_and_backwards(loop.cut, image),
        "perceptor": _forwards_and_backwards(loop.embed, views),
    }


def measure(
    loop: Loop,
    evaluate: Callable[[Tensor], float],
    steps: int,
    await_turn: Callable[[], object],
) -> Figures:
    """Run a loop to its end; the clock stands for evaluations and between its turns."""
    points, spent, fine = [Point(0, 0.0, evaluate(loop.image()))], list[float](), list[float]()
    device = loop.latent.device
    for turn in turns(steps):
        await_turn()
        for _ in turn:
            start = clock(device)
            loop.step()
            spent.append(clock(device) - start)
            if loop.on_full_canvas:
                fine.append(spent[-1])
        points.append(Point(len(spent), sum(spent), evaluate(loop.image())))
    peak = peak_mib(device)
    return Figures(
        loop.name,
        statistics.mean(spent),
        statistics.median(fine),
        sum(spent),
        peak,
        tuple(points),
        time_parts(loop),
    )


def turns(steps: int) -> list[range]:
    """The steps of each turn."""
    every = max(1, steps // EVALUATIONS)
    return [range(first, min(first + every, steps)) for first in range(0, steps, every)]


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
    read = attributes_of(prompts) if options.objective == "painting" else Attributes()
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
