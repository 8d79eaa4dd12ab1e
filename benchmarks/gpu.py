"""Seconds a step, paintings an hour and memory, by size, cutouts and paintings at once.

    python -m benchmarks.gpu --device cuda --sizes 256,512,768 --cutouts 32,64 --at-once 1,4,16

A Markdown table comes out: ours, and in the last columns the notebook's loop on the same models,
one painting at a time as it has them. Paintings at once take turns step by step, as the engines
have them, on several streams of a GPU. `--shapes clip` takes the shapes of CLIP
ViT-B/32 and of taming's f16 VQGAN with random weights, which take as long as trained ones.
"""

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from benchmarks.memory import TAMING_F16
from benchmarks.synthesis.notebook import Notebook, NotebookSettings
from engine.model_folder import ModelFolder, default_model, find_model
from engine.perceptor import AnyPerceptor, load_perceptor
from engine.perceptor.bpe import BASE, BytePairs
from engine.perceptor.clip import CLIP, ClipConfig, ClipPerceptor, TowerConfig
from engine.runtime.compute import choose_compute
from engine.synthesis.canvas import Canvas
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from engine.vqgan import VQGAN, load_vqgan
from ganshare.domain import limits
from ganshare.prompts import attributes_of, parse_prompts

PROMPT = "Cubist Painting of a Castle in Teal"
WARM = 12  # steps that are not measured, of the full canvas: enough for a CUDA graph
STREAMS = 4  # of a GPU


@dataclass(frozen=True)
class Row:
    """One measurement; `megabytes` is the most that was held: of the GPU, or of the process."""

    side: int
    cutouts: int
    at_once: int
    seconds: float
    megabytes: float

    def to_markdown(self, steps: int, notebook: float) -> str:
        """A line of the table; `seconds`, and the `notebook`'s, are for a step of one painting."""
        hourly = 3600 / (self.seconds * steps)
        return (
            f"| {self.side} | {self.cutouts} | {self.at_once} | {self.seconds:.4f} "
            f"| {self.seconds * steps:.1f} | {hourly:.1f} | {self.megabytes:.0f} "
            f"| {notebook:.4f} | {notebook / self.seconds:.2f} |"
        )


def random_models(device: str) -> tuple[VQGAN, AnyPerceptor]:
    """The shapes of taming's f16 VQGAN and of CLIP ViT-B/32, with random weights."""
    torch.manual_seed(0)
    towers = TowerConfig(768, 12, 3072), TowerConfig(512, 12, 2048)
    config = ClipConfig(512, *towers, max_tokens=77, vocabulary_size=BASE, patch=32, grid=7)
    clip = CLIP(config)
    for parameter in clip.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    vqgan = VQGAN(TAMING_F16).eval().requires_grad_(False)
    perceptor = ClipPerceptor(clip, config, BytePairs([], 77)).eval().requires_grad_(False)
    return vqgan.to(device), perceptor.to(device)


def load_models(
    vqgan: ModelFolder, perceptor: ModelFolder, device: str
) -> tuple[VQGAN, AnyPerceptor]:
    """Both models of folders."""
    return load_vqgan(vqgan).to(device), load_perceptor(perceptor).to(device)


def measure_notebook(
    vqgan: VQGAN, perceptor: AnyPerceptor, side: int, cutouts: int, steps: int
) -> float:
    """Seconds a step of the notebook's loop."""
    loop = Notebook(vqgan, perceptor, [(PROMPT, 1.0)], (side, side), 0, NotebookSettings(cutouts))
    for _ in range(2):
        loop.step()
    _wait(loop.device)
    start = time.perf_counter()
    for _ in range(steps):
        loop.step()
    _wait(loop.device)
    return (time.perf_counter() - start) / steps


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def measure(painter: Painter, side: int, cutouts: int, at_once: int, steps: int) -> Row:
    """Advance `at_once` canvases by turns; the coarse first steps are skipped."""
    prompts = parse_prompts(PROMPT)
    canvases = [
        Canvas(
            painter,
            PaintingRequest(prompts, attributes_of(prompts), seed, side, side, 2000, cutouts),
        )
        for seed in range(at_once)
    ]
    on_gpu = painter.device.type == "cuda"
    for canvas in canvases:
        canvas.coarse_steps = 0  # the full canvas from the first step on
        for _ in range(WARM if on_gpu else 2):
            canvas.advance()
    if on_gpu:
        torch.cuda.reset_peak_memory_stats(painter.device)
    _wait(painter.device)
    start = time.perf_counter()
    for _ in range(steps):
        for canvas in canvases:
            canvas.begin_step()
        for canvas in canvases:
            canvas.end_step()
    _wait(painter.device)
    seconds = (time.perf_counter() - start) / (steps * at_once)
    if on_gpu:
        megabytes = torch.cuda.max_memory_allocated(painter.device) / 1e6
    else:
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return Row(side, cutouts, at_once, seconds, megabytes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--model", help="a VQGAN; by default the embedded one")
    parser.add_argument("--perceptor", help="by default the embedded one")
    parser.add_argument("--shapes", choices=("clip",), help="instead of models")
    for name, default in (("sizes", "256,512"), ("cutouts", "32,64"), ("at-once", "1,4")):
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--steps", type=int, default=10, help="measured")
    parser.add_argument("--painting", type=int, default=200, help="steps of a painting")
    given = parser.parse_args(arguments)
    compute = choose_compute(given.device, given.dtype)
    names = "shapes of f16 and ViT-B/32"
    load: Callable[[], tuple[VQGAN, AnyPerceptor]] = partial(random_models, compute.device)
    if not given.shapes:
        vqgan = find_model(given.model, "vqgan") if given.model else default_model("vqgan")
        perceptor = default_model("perceptor")
        if given.perceptor:
            perceptor = find_model(given.perceptor, "perceptor")
        names = f"{vqgan.name}, {perceptor.name}"
        load = partial(load_models, vqgan, perceptor, compute.device)
    # each loop has models of its own: they lay them out differently in memory
    painter = Painter(*load(), compute.device, dtype=compute.torch_dtype, streams=STREAMS)
    theirs = load()
    print(f"{compute.device}, {compute.dtype}, {names}, torch {torch.__version__}\n")
    print(
        "| px | cutouts | at once | seconds a step | seconds a painting | paintings an hour | MB "
        "| notebook: seconds a step | times as fast |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    sides = [int(side) for side in given.sizes.split(",")]
    # larger canvases than are offered are measured, too
    limits.MAX_AREA = max(limits.MAX_AREA, *(side * side for side in sides))
    for side in sides:
        for cutouts in map(int, given.cutouts.split(",")):
            notebook = measure_notebook(*theirs, side, cutouts, given.steps)
            for at_once in map(int, given.at_once.split(",")):
                row = measure(painter, side, cutouts, at_once, given.steps)
                print(row.to_markdown(given.painting, notebook), flush=True)


if __name__ == "__main__":
    main()
