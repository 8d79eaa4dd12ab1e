"""Runs and measures a loop, ours or the notebook's: seconds, memory, loss."""

import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.perceptor import AnyPerceptor
from engine.synthesis.canvas import Canvas
from engine.synthesis.cutouts import Cutouts, CutoutSettings
from engine.synthesis.losses import spherical_distance
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from ganshare.prompts import WeightedPrompt

EVALUATION_VIEWS = 32
EVALUATION_SEED = 20_210_401
EVALUATIONS = 20  # along a run, besides the start
PART_REPEATS = 5


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
        """As a step decodes."""
        return self.painter.decode(latent)

    def cut(self, image: Tensor) -> Tensor:
        """Draw the views of a step and take them."""
        return self.painter.cut(image, self.canvas.request.num_cutouts, self.canvas.generator)

    def embed(self, views: Tensor) -> Tensor:
        """As a step embeds."""
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
    """Seconds, after synchronising with the device."""
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
