"""The upscaling benchmark says what the filter does."""

from pathlib import Path

import torch

from benchmarks.upscaling import measure
from engine.imaging.codecs import to_png


def test_the_filter_lowers_the_peaks_and_not_the_likeness(tmp_path: Path) -> None:
    clouds = torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(0))[None]
    picture = torch.nn.functional.interpolate(clouds, size=(72, 72), mode="bicubic")[0].clamp(0, 1)
    to_png(picture, tmp_path / "clouds.png")
    figures, milliseconds = measure([tmp_path / "clouds.png"], 64)
    before, after = figures["with the lattice"], figures["without"]
    assert after.peaks[0] < before.peaks[0]
    assert after.decibels[0] >= before.decibels[0]
    assert milliseconds > 0
