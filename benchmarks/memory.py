"""`python -m benchmarks.memory`: what a step takes of memory, by model, size and cutouts.

`engine.worker.capacity` reckons with what its table says. Each case is a process.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import click
import torch

from benchmarks.page import circumstances, write_figures
from engine.model_folder import default_model
from engine.perceptor import load_perceptor
from engine.synthesis.canvas import Canvas
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest, attributes_of
from engine.vqgan import VQGAN, load_vqgan
from engine.vqgan.blocks import AutoencoderConfig
from engine.vqgan.model import VQGANConfig
from engine.worker.capacity import BYTES_PER_PIXEL, CUTOUT_BYTES, RESERVE
from ganshare.domain.limits import DEFAULT_CUTOUTS
from ganshare.prompts import parse_prompts

TAMING_F16 = VQGANConfig(
    AutoencoderConfig(128, (1, 1, 2, 2, 4), 2, 256, 256, attn_resolutions=(16,)), 1024, 256
)
CASES = [
    (model, side, cutouts)
    for model in ("embedded", "taming-f16")
    for side, cutouts in ((64, 16), (128, 16), (256, 16), (128, 32), (128, 64))
]


def peak(model: str, side: int, cutouts: int) -> int:
    """Bytes by which a short painting raises the peak memory of this process, its models loaded."""
    if model == "embedded":
        vqgan = load_vqgan(default_model("vqgan"))
    else:
        vqgan = VQGAN(TAMING_F16).eval().requires_grad_(False)
    perceptor = load_perceptor(default_model("perceptor"))
    painter = Painter(vqgan, perceptor, "cpu", dtype=torch.float32)
    prompts = parse_prompts("a castle")
    request = PaintingRequest(prompts, attributes_of(prompts), 1, side, side, 4, cutouts)
    painter.warm()
    canvas = Canvas(painter, request)
    before = _resident()
    for _ in range(request.steps):  # the first ones are on half the side
        canvas.advance()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before


def reckoned(model: str, side: int, cutouts: int) -> int:
    """Bytes that admission takes such a painting for, its upscaler's included."""
    channels = 32 if model == "embedded" else TAMING_F16.autoencoder.ch
    more = max(0, cutouts - DEFAULT_CUTOUTS) * CUTOUT_BYTES
    return RESERVE + side * side * channels * BYTES_PER_PIXEL + more


def _resident() -> int:
    """Bytes of this process in memory, its peak forgotten, what is free given back."""
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@click.command()
@click.argument("case", nargs=-1)
@click.option("--docs", is_flag=True, help="Write the table into docs/benchmarks.md, too.")
def main(case: tuple[str, ...], docs: bool) -> None:
    """Print the table, or the bytes of one CASE: model, side and cutouts."""
    if case:
        model, side, cutouts = case
        click.echo(json.dumps(peak(model, int(side), int(cutouts))))
        return
    where = circumstances(os.getloadavg()[0])
    lines = ["| model | canvas | cutouts | MiB | reckoned with |", "|---|---|---:|---:|---:|"]
    for each in CASES:
        command = [sys.executable, "-m", "benchmarks.memory", *map(str, each)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        taken = f"{int(answer) / 2**20:.0f} | {reckoned(*each) / 2**20:.0f}"
        lines.append(f"| {each[0]} | {each[1]}x{each[1]} | {each[2]} | {taken} |")
        click.echo(lines[-1])
    if docs:
        table = "\n".join(lines)
        write_figures("memory", f"{where}; `python -m benchmarks.memory`, float32.\n\n{table}")


if __name__ == "__main__":
    main()
