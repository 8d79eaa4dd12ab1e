"""The comparison's pure parts, and the notebook's cutouts and quantiser."""

import json
from dataclasses import asdict

import pytest
import torch

from benchmarks.synthesis.__main__ import compare, loss_after
from benchmarks.synthesis.loops import Figures, Point, peak_mib, turns
from benchmarks.synthesis.notebook import (
    NotebookSettings,
    clamp_with_grad,
    crop_square,
    one_hot_quantize,
)
from engine.vqgan.quantize import look_up, nearest_indices

POINTS = (Point(0, 0.0, 1.0), Point(10, 5.0, 0.6), Point(20, 10.0, 0.5))


def figures(name: str, step_seconds: float, *points: Point) -> Figures:
    return Figures(
        name, step_seconds, step_seconds, points[-1].seconds, 100.0, points, {"decode": 0.1}
    )


@pytest.mark.parametrize(
    ("seconds", "loss"), [(0.0, 1.0), (2.5, 0.8), (5.0, 0.6), (7.5, 0.55), (99.0, 0.5)]
)
def test_the_loss_after_some_seconds_lies_between_the_evaluations(
    seconds: float, loss: float
) -> None:
    assert loss_after(POINTS, seconds) == pytest.approx(loss)


def test_equal_seconds_are_those_of_the_faster_loop() -> None:
    fast = figures("ours", 0.25, Point(0, 0.0, 1.0), Point(20, 5.0, 0.4))
    compared = compare(figures("notebook", 0.5, *POINTS), fast)
    assert compared["speedup"] == 2.0
    assert compared["notebook_loss_after_equal_steps"] == 0.5
    assert compared["notebook_loss_after_equal_seconds"] == pytest.approx(0.6)
    assert compared["ours_loss_after_equal_seconds"] == pytest.approx(0.4)


def test_figures_come_back_from_json() -> None:
    one = figures("notebook", 0.5, *POINTS)
    assert Figures.from_json(json.loads(json.dumps(asdict(one)))) == one


@pytest.mark.parametrize("steps", [1, 19, 20, 47, 120])
def test_turns_take_every_step_once(steps: int) -> None:
    assert [step for turn in turns(steps) for step in turn] == list(range(steps))


def test_the_process_holds_some_memory() -> None:
    assert 10 < peak_mib(torch.device("cpu")) < 1e6


def test_a_crop_of_the_notebook_has_the_size_asked_for() -> None:
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, 48, 64, generator=generator)
    for cut_size in (16, 48, 80):
        crop = crop_square(image, cut_size, NotebookSettings(1), generator)
        assert crop.shape == (1, 3, cut_size, cut_size)


def test_the_notebooks_quantiser_chooses_as_ours() -> None:
    generator = torch.Generator().manual_seed(0)
    latent = torch.randn(1, 4, 3, 5, generator=generator)
    codebook = torch.randn(20, 4, generator=generator)
    ours = look_up(nearest_indices(latent, codebook), codebook)
    torch.testing.assert_close(one_hot_quantize(latent, codebook), ours)


def test_clamping_lets_back_only_what_leads_into_the_range() -> None:
    value = torch.tensor([-1.0, 0.5, 2.0, 2.0], requires_grad=True)
    clamp_with_grad(value).backward(torch.tensor([1.0, 1.0, 1.0, -1.0]))
    assert value.grad is not None
    assert value.grad.tolist() == [0.0, 1.0, 1.0, 0.0]
