"""Colours: Oklab's published values, and names that an eye would give."""

import numpy as np
import pytest
import torch

from engine.imaging.colours import (
    BASIC_COLOURS,
    basic_colour_shares,
    dominant_colour,
    hex_to_rgb,
    nearest_named_colour,
    to_oklab,
)
from wordlists import word_lists


def plain(code: str, side: int = 8) -> torch.Tensor:
    return hex_to_rgb(code)[:, None, None].expand(3, side, side)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("#ffffff", (1.0, 0.0, 0.0)),
        ("#ff0000", (0.628, 0.225, 0.126)),
        ("#00ff00", (0.866, -0.234, 0.179)),
        ("#0000ff", (0.452, -0.032, -0.312)),
        ("#808080", (0.600, 0.0, 0.0)),
    ],
)
def test_oklab_agrees_with_its_published_values(
    code: str, expected: tuple[float, float, float]
) -> None:
    assert to_oklab(hex_to_rgb(code)).tolist() == pytest.approx(expected, abs=1e-3)


def test_black_is_dark_and_its_gradient_is_finite() -> None:
    black = torch.zeros(4, 3, requires_grad=True)
    lab = to_oklab(black)
    assert lab.detach()[:, 0].max() < 0.02
    (gradient,) = torch.autograd.grad(lab.sum(), black)
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("name", BASIC_COLOURS)
def test_a_plain_image_has_the_colour_that_it_has(name: str) -> None:
    assert dominant_colour(plain(BASIC_COLOURS[name])) == name


def test_the_larger_part_dominates() -> None:
    red, blue = plain(BASIC_COLOURS["red"]), plain(BASIC_COLOURS["blue"])
    assert dominant_colour(torch.cat([red, red, blue], 2)) == "red"
    assert dominant_colour(torch.cat([red, blue, blue], 2)) == "blue"


def test_shares_sum_to_1() -> None:
    assert basic_colour_shares(torch.rand(50, 3)).sum().item() == pytest.approx(1.0)


def test_a_picture_is_named_after_its_dominant_colour() -> None:
    image = np.full((32, 32, 3), (36, 83, 200), np.uint8)
    rng = np.random.default_rng(0)
    names = {nearest_named_colour(image, rng) for _ in range(60)}
    listed = {colour.name: colour.hex for colour in word_lists().colours}
    assert "blue" in names
    others = names - {"blue"}
    assert 1 <= len(others) <= 3
    blue = to_oklab(hex_to_rgb("#2453c8"))
    assert all((to_oklab(hex_to_rgb(listed[name])) - blue).norm() < 0.1 for name in others)
