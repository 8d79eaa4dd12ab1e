"""Seconds a step, paintings an hour and memory, by size, cutouts and paintings at once.

    python -m benchmarks.gpu --device cuda --sizes 256,512,768 --cutouts 32,64 --at-once 1,4,16

A Markdown table comes out. Paintings at once take turns step by step, as `ganshare paint` and the
engines have them, on several streams of a GPU. The notebook's own loop is measured by
`python -m benchmarks.synthesis`.
"""

import argparse
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine.model_folder import default_model, find_model
from engine.runtime.compute import choose_compute
from engine.synthesis.canvas import Canvas
from engine.synthesis.loop import load_painter
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
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

    def to_markdown(self, steps: int) -> str:
        """A line of the table; `seconds` are for a step of one of the paintings."""
        hourly = 3600 / (self.seconds * steps)
        return (
            f"| {self.side} | {self.cutouts} | {self.at_once} | {self.seconds:.4f} "
            f"| {hourly:.1f} | {self.megabytes:.0f} |"
        )


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
        torch.cuda.synchronize(painter.device)
    start = time.perf_counter()
    for _ in range(steps):
        for canvas in canvases:
            canvas.begin_step()
        for canvas in canvases:
            canvas.end_step()
    if on_gpu:
        torch.cuda.synchronize(painter.device)
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
    for name, default in (("sizes", "256,512"), ("cutouts", "32,64"), ("at-once", "1,4")):
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--steps", type=int, default=10, help="measured")
    parser.add_argument("--painting", type=int, default=200, help="steps of a painting")
    given = parser.parse_args(arguments)
    compute = choose_compute(given.device, given.dtype)
    vqgan = find_model(given.model, "vqgan") if given.model else default_model("vqgan")
    perceptor = (
        find_model(given.perceptor, "perceptor") if given.perceptor else default_model("perceptor")
    )
    painter = load_painter(vqgan, perceptor, compute, streams=STREAMS)
    names = f"{vqgan.name}, {perceptor.name}, torch {torch.__version__}"
    print(f"{compute.device}, {compute.dtype}, {names}\n")
    print("| px | cutouts | at once | seconds a step | paintings an hour | MB |")
    print("|---|---|---|---|---|---|")
    for side in map(int, given.sizes.split(",")):
        for cutouts in map(int, given.cutouts.split(",")):
            for at_once in map(int, given.at_once.split(",")):
                row = measure(painter, side, cutouts, at_once, given.steps)
                print(row.to_markdown(given.painting), flush=True)


if __name__ == "__main__":
    main()
