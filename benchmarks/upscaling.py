"""Measures the upscaler's lattice filter: spectral peaks and PSNR, before and after."""

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import click
import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor

from engine.evaluation.vqgan import psnr
from engine.imaging.codecs import fit_cover, read_image
from engine.model_folder import default_model
from engine.upscale import upscaler as passes
from engine.upscale.lattice import remove_lattice
from engine.upscale.metrics import axis_peaks

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True)
class Figures:
    """Of one way to enlarge: dB against the painting, and the highest peak, of each painting."""

    decibels: list[float]
    peaks: list[float]


def measure(paintings: list[Path], side: int) -> tuple[dict[str, Figures], float]:
    """Reduce centre squares of `side` px to a quarter and enlarge them; also the filter's ms."""
    model = default_model("upscaler")
    upscaler = passes.load_upscaler(model.architecture, model.tensors(), name=model.name)
    figures: dict[str, Figures] = {}
    seconds: list[float] = []

    def note(name: str, image: Tensor, truth: Tensor) -> None:
        entry = figures.setdefault(name, Figures([], []))
        entry.decibels.append(float(psnr(image[None], truth[None])))
        entry.peaks.append(axis_peaks(image, upscaler.scale))

    for path in track(paintings, "upscaling", console=Console(stderr=True)):
        truth = fit_cover(read_image(path), side, side)
        small = fit_cover(truth, side // upscaler.scale, side // upscaler.scale)
        woven = passes.upscale(small, upscaler, keep_lattice=True)
        began = time.perf_counter()
        clean = remove_lattice(woven, upscaler.scale)
        seconds.append(time.perf_counter() - began)
        note("the painting", truth, truth)
        bicubic = F.interpolate(small[None], scale_factor=upscaler.scale, mode="bicubic")[0]
        note("bicubic", bicubic.clamp(0, 1), truth)
        note("with the lattice", woven.clamp(0, 1), truth)
        note("without", clean.clamp(0, 1), truth)
    return figures, median(seconds) * 1000


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--side", type=click.IntRange(64), default=768, show_default=True)
@click.option("--count", type=click.IntRange(1), default=16, show_default=True)
@click.option("--threads", type=click.IntRange(1), help="Of torch; by default all cores.")
def main(folder: Path, side: int, count: int, threads: int | None) -> None:
    """Measure on COUNT pictures of FOLDER, evenly chosen by name."""
    if threads is not None:
        torch.set_num_threads(threads)
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise click.UsageError(f"{folder} has no {', '.join(SUFFIXES)}.")
    figures, milliseconds = measure(paths[:: max(1, len(paths) // count)][:count], side // 4 * 4)
    table = Table(title=f"{side} px; the filter takes {milliseconds:.0f} ms")
    for heading in ("", "PSNR, dB (mean)", "peak (median)", "peak (most)"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, each in figures.items():
        table.add_row(
            name,
            f"{mean(each.decibels):.2f}",
            f"{median(each.peaks):.1f}",
            f"{max(each.peaks):.1f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
