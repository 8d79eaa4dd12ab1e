"""The lattice is taken out of any image, at its borders, too, and measured."""

import math

import pytest
import torch

from engine.upscale import lattice
from engine.upscale.lattice import remove_lattice
from engine.upscale.metrics import axis_peaks, phase_spread


def ramp(height: int, width: int) -> torch.Tensor:
    """Colours that change along rows and columns, each in its own way: (3, height, width)."""
    y, x = torch.linspace(0, 1, height)[:, None], torch.linspace(0, 1, width)
    return torch.stack([0.2 + 0.5 * y + 0 * x, 0.9 - 0.7 * x + 0 * y, 0.1 + 0.4 * x + 0.4 * y])


def pattern(height: int, width: int, period: int) -> torch.Tensor:
    """What repeats every `period` px, without a mean, at most 0.05 high."""
    cell = torch.rand(3, period, period, generator=torch.Generator().manual_seed(period))
    cell = 0.05 * (cell - cell.mean((1, 2), keepdim=True))
    rows, columns = torch.arange(height) % period, torch.arange(width) % period
    return cell[:, rows][:, :, columns]


@pytest.mark.parametrize("period", [2, 3, 4])
@pytest.mark.parametrize("sides", [(8, 8), (9, 31), (131, 70), (12, 300), (300, 11)])
def test_a_ramp_comes_back_from_under_a_lattice(period: int, sides: tuple[int, int]) -> None:
    clean = ramp(*sides)
    cleaned = remove_lattice(clean + pattern(*sides, period), period)
    torch.testing.assert_close(cleaned, clean, atol=1e-6, rtol=0)


@pytest.mark.parametrize("sides", [(4, 4), (7, 90), (90, 7)])
def test_what_is_too_small_to_have_a_lattice_stays(sides: tuple[int, int]) -> None:
    image = torch.rand(3, *sides)
    assert remove_lattice(image, 4) is image
    assert remove_lattice(image, 1) is image


def test_bands_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    image = torch.rand(3, 150, 40, generator=torch.Generator().manual_seed(1))
    whole = remove_lattice(image, 4)
    monkeypatch.setattr(lattice, "BAND", 7)
    assert torch.equal(remove_lattice(image, 4), whole)


def test_any_number_of_threads_gives_the_same_bits() -> None:
    image = torch.rand(3, 300, 301, generator=torch.Generator().manual_seed(2))
    before, results = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            results.append(remove_lattice(image, 4))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(result, results[0]) for result in results)


def test_strokes_of_other_periods_stay() -> None:
    columns = torch.arange(120)
    strokes = (0.5 + 0.3 * torch.sin(2 * math.pi * columns / 10)).expand(3, 60, 120)
    cleaned = remove_lattice(strokes, 4)
    torch.testing.assert_close(cleaned[..., 16:-16], strokes[..., 16:-16], atol=0.01, rtol=0)


def test_the_spread_of_phases_is_the_lattices_height() -> None:
    image = torch.full((3, 18, 22), 0.5)
    assert phase_spread(image, 4) == 0
    image[1, 2::4, 1::4] += 3 / 255
    assert phase_spread(image, 4) == pytest.approx(3, abs=1e-3)


@pytest.mark.parametrize("period", [2, 4])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_peak_is_found_on_either_axis(period: int, axis: int) -> None:
    noise = 0.1 * torch.randn(3, 130, 130, generator=torch.Generator().manual_seed(3))
    waves = 0.03 * torch.cos(2 * math.pi * torch.arange(130) / period)
    woven = noise + (waves[:, None] if axis == 0 else waves)
    assert axis_peaks(noise, 4) < 12
    assert axis_peaks(woven, 4) > 100
