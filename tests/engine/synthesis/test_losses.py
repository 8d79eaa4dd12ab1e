"""Guidance: distances are angles, palettes pull towards their colour."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from engine.synthesis.losses import (
    Composition,
    Contrast,
    Palette,
    Target,
    lattice,
    range_loss,
    spherical_distance,
    sum_losses,
)


def unit(angle: float) -> torch.Tensor:
    return torch.tensor([math.cos(angle), math.sin(angle)])


@pytest.mark.parametrize("angle", [0.01, 0.5, math.pi / 2, 3.0])
def test_spherical_distance_is_half_the_squared_angle(angle: float) -> None:
    distance = spherical_distance(unit(angle)[None], unit(0.0))
    assert distance.item() == pytest.approx(angle**2 / 2, rel=1e-2)


def test_a_negative_weight_pushes_away() -> None:
    near, far = unit(0.2)[None], unit(1.0)[None]
    liked, disliked = (Target("a", unit(0.0), weight) for weight in (1.0, -1.0))
    assert liked.loss(near) < liked.loss(far)
    assert disliked.loss(near) > disliked.loss(far)


def test_a_palette_is_content_with_its_share_and_prefers_its_colour() -> None:
    palette = Palette.of("#800080", weight=1.0)
    purple = torch.tensor([0.5, 0.0, 0.5])[None, :, None, None]
    canvas = torch.ones(1, 3, 64, 64)
    half = canvas.clone()
    half[..., :32] = purple
    assert palette.loss(canvas) > palette.loss(half) > palette.loss(purple.expand(1, 3, 64, 64))


def test_only_values_outside_of_the_range_cost() -> None:
    assert range_loss(torch.tensor([0.0, 0.3, 1.0])) == 0
    assert range_loss(torch.tensor([-0.5, 0.3, 1.5])) == pytest.approx(1 / 3)


def test_losses_of_the_same_name_are_added() -> None:
    total, named = sum_losses(
        [("a", torch.tensor(1.0)), ("b", torch.tensor(2.0)), ("a", torch.tensor(4.0))]
    )
    assert total == 7
    assert {name: value.item() for name, value in named.items()} == {"a": 5, "b": 2}


def test_a_target_of_fewer_coordinates_sees_only_those() -> None:
    target = Target("subject", torch.tensor([0.0, 1.0]), 1.0)
    views = torch.tensor([[0.0, 0.6, 0.8]])  # as near as can be, whatever the third says
    assert target.loss(views).item() == pytest.approx(0.0, abs=1e-6)


def test_a_contrast_asks_for_distance_to_rivals_too() -> None:
    own, rivals, even = unit(0.0), unit(1.0)[None], torch.zeros(1)
    contrast = Contrast("subject", own, rivals, even, sharpness=10.0, weight=2.0)
    between, near, beyond = (unit(angle)[None] for angle in (0.5, 0.1, -0.5))
    assert contrast.loss(between).item() == pytest.approx(2 * math.log(2))
    assert contrast.loss(beyond) < contrast.loss(near) < contrast.loss(between)
    # a view of a part is outvoted, and what else an embedding says doesn't count
    views = torch.cat([near, near, between])
    assert contrast.loss(near) < contrast.loss(views) < contrast.loss(between)
    assert contrast.loss(near.repeat(1, 2)).item() == pytest.approx(contrast.loss(near).item())
    akin = replace(contrast, handicaps=torch.full((1,), 0.5))
    assert akin.loss(between) < 0.1 * contrast.loss(between)


def test_a_lattice_is_told_from_detail() -> None:
    generator = torch.Generator().manual_seed(0)
    detail = torch.rand(1, 3, 128, 128, generator=generator)
    repeated = torch.rand(1, 3, 8, 8, generator=generator).repeat(1, 1, 16, 16)
    assert lattice(repeated, 8) > 5 * lattice(detail, 8)
    smooth = torch.linspace(0, 1, 128).expand(1, 3, 128, 128)
    assert lattice(smooth, 8) < 0.01


@pytest.mark.parametrize(("height", "width"), [(64, 96), (128, 40)])
def test_the_lattice_is_the_mean_over_neighbourhoods_of_what_a_cell_wide_blur_takes_away(
    height: int, width: int
) -> None:
    image = torch.rand(1, 3, height, width)
    blurred = F.avg_pool2d(F.pad(image, (4, 4, 4, 4), mode="reflect"), 9, 1)
    cells = F.pixel_unshuffle(image - blurred, 8)
    window = (min(8, height // 8), min(8, width // 8))
    expected = F.avg_pool2d(cells, window, 2).square().mean().add(1e-8).sqrt()
    torch.testing.assert_close(lattice(image, 8), expected)


def test_a_composition_asks_for_light_and_dark_in_their_places_and_for_no_colour() -> None:
    drawing = torch.zeros(3, 64, 64)
    drawing[:, :, 32:] = 1.0
    composition = Composition(drawing, 2.0)
    assert composition.loss(drawing[None]) == 0
    turned = composition.loss(drawing[None].flip(3))
    assert turned == pytest.approx(2.0)
    coloured = drawing.clone()
    coloured[0] += 0.3
    coloured[2] -= 0.3
    assert composition.loss(coloured[None]) < 1e-6
    half = F.avg_pool2d(drawing, 2)[None]  # a coarse canvas
    assert composition.loss(half) == 0
