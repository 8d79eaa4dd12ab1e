"""Cutouts: the matrices resample as they should, and draws repeat."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.synthesis.cutouts import Cutouts, CutoutSettings, resize_matrices

PLAIN = CutoutSettings(grey=0.0, noise=0.0, jitter=0.0, overhang=0.0)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_view_of_everything_equals_an_antialiased_resize() -> None:
    image = torch.rand(1, 3, 96, 64, generator=generator())
    rows = resize_matrices(torch.zeros(1), torch.tensor([96.0]), 96, 32)
    columns = resize_matrices(torch.zeros(1), torch.tensor([64.0]), 64, 32)
    ours = rows @ image @ columns.transpose(1, 2)
    wanted = F.interpolate(image, (32, 32), mode="bilinear", antialias=True)
    # at the border torch drops the part of its filter that lies outside; ours repeats the edge
    assert torch.allclose(ours[..., 1:-1, 1:-1], wanted[..., 1:-1, 1:-1], atol=1e-5)


def test_the_same_size_is_the_identity() -> None:
    assert torch.allclose(
        resize_matrices(torch.zeros(1), torch.tensor([8.0]), 8, 8)[0], torch.eye(8)
    )


@given(
    start=st.floats(-40, 200),
    span=st.floats(1, 300),
    source=st.integers(4, 128),
    target=st.integers(2, 64),
)
@settings(max_examples=60, deadline=None)
def test_every_row_is_an_average_of_pixels(
    start: float, span: float, source: int, target: int
) -> None:
    matrix = resize_matrices(torch.tensor([start]), torch.tensor([span]), source, target)
    assert matrix.shape == (1, target, source)
    assert (matrix >= 0).all()
    assert torch.allclose(matrix.sum(-1), torch.ones(1, target), atol=1e-5)


def test_views_stay_within_the_values_of_the_canvas() -> None:
    image = torch.rand(1, 3, 80, 120, generator=generator()) * 0.5 + 0.25
    views = Cutouts.draw(9, 32, (80, 120), generator(3), PLAIN)(image)
    assert views.shape == (9, 3, 32, 32)
    assert views.min() >= 0.25
    assert views.max() <= 0.75


def test_a_seed_draws_the_same_views_again_and_another_seed_does_not() -> None:
    image = torch.rand(1, 3, 64, 64, generator=generator())
    first, again, other = (
        Cutouts.draw(4, 32, (64, 64), generator(seed), CutoutSettings())(image)
        for seed in (5, 5, 6)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_gradients_reach_the_whole_canvas() -> None:
    image = torch.rand(1, 3, 64, 64, generator=generator(), requires_grad=True)
    Cutouts.draw(48, 32, (64, 64), generator(), CutoutSettings())(image).square().sum().backward()
    assert image.grad is not None
    assert (image.grad != 0).float().mean() == pytest.approx(1.0, abs=0.02)


def test_what_is_moved_to_a_device_is_small_and_gives_the_same_views() -> None:
    image = torch.rand(1, 3, 512, 512, generator=generator())
    cutouts = Cutouts.draw(64, 224, (512, 512), generator(1), CutoutSettings())
    assert 4 * (cutouts.numbers.numel() + cutouts.sheet.numel()) < 1.2e6  # bytes
    few = Cutouts.draw(3, 32, (512, 512), generator(1), CutoutSettings())
    moved = few.to(torch.device("meta"))
    assert (moved.numbers.shape, moved.sheet.shape) == (few.numbers.shape, few.sheet.shape)
    assert moved.matrices()[0].device.type == "meta"
    assert few.to(torch.device("cpu"))(image).equal(few(image))
