"""Chains, tiles and the reduction, on small random networks."""

import pytest
import torch

from engine.upscale.networks import build_network
from engine.upscale.upscaler import (
    BORDER,
    Upscaler,
    choose_chain,
    count_tiles,
    load_upscaler,
    reduce_to,
    spans,
    upscale,
    upscale_to,
)
from ganshare.errors import InternalError, ModelError


@pytest.fixture
def make_upscaler():
    """Build a one-block RRDN with seeded random weights."""

    def make(scale=4):
        torch.manual_seed(scale)
        architecture = {
            "network": "rrdn",
            "convolutions": 1,
            "dense_blocks": 1,
            "growth": 2,
            "features": 3,
            "residual_blocks": 1,
            "scale": scale,
        }
        weights = build_network(architecture).state_dict()
        return load_upscaler(architecture, weights, name=f"x{scale}", dtype=torch.float32)

    return make


@pytest.mark.parametrize(
    ("side", "target", "scales", "chain"),
    [
        (256, 1024, [4], [4]),
        (512, 1024, [4], [4]),
        (512, 1024, [4, 2], [2]),
        (128, 1024, [4], [4, 4]),
        (128, 1024, [4, 2], [2, 4]),  # the larger step last: fewer pixels go in
        (300, 1024, [4, 2], [4]),  # x2 twice is as large and costs more
        (64, 1024, [4], [4, 4]),
        (1, 1024, [4], [4] * 5),
        (257, 1028, [4], [4]),
        (250, 1024, [4], [4, 4]),
        (1023, 1024, [3, 2], [2]),
    ],
)
def test_the_chain_reaches_the_target_with_least_overshoot(
    make_upscaler, side, target, scales, chain
):
    upscalers = [make_upscaler(scale) for scale in scales]
    assert [step.scale for step in choose_chain(side, target, upscalers)] == chain


def test_without_a_network_nothing_is_enlarged(make_upscaler):
    with pytest.raises(ModelError, match="no upscaler to bring 10 px to 20 px"):
        upscale_to(torch.zeros(3, 10, 10), [], long_side=20)
    with pytest.raises(ModelError):
        upscale_to(torch.zeros(3, 10, 10), [make_upscaler(1)], long_side=20)


@pytest.mark.parametrize(
    ("shape", "long_side", "expected"),
    [
        ((16, 16), 64, (64, 64)),
        ((32, 32), 64, (64, 64)),
        ((8, 8), 64, (64, 64)),
        ((24, 16), 64, (64, 43)),
        ((16, 24), 64, (43, 64)),
        ((17, 40), 100, (42, 100)),
        ((1, 50), 120, (2, 120)),
    ],
)
def test_the_long_side_is_exact_and_the_aspect_ratio_stays(
    make_upscaler, shape, long_side, expected
):
    out = upscale_to(torch.rand(3, *shape), [make_upscaler()], long_side=long_side)
    assert out.shape == (3, *expected)
    assert out.dtype == torch.float32
    assert 0 <= out.min() <= out.max() <= 1


def test_a_chain_computes_no_more_than_the_target_needs(make_upscaler):
    inputs = []
    upscaler = make_upscaler()
    upscaler.network.register_forward_pre_hook(lambda _, given: inputs.append(given[0].shape[2:]))
    out = upscale_to(torch.rand(3, 48, 24), [upscaler], long_side=256)
    assert out.shape == (3, 256, 128)
    border = 2 * BORDER
    assert inputs == [(48 + border, 24 + border), (64 + border, 32 + border)]


@pytest.mark.parametrize("shape", [(64, 64), (20, 64), (90, 70)])
def test_an_image_that_is_large_enough_stays_as_it_is(make_upscaler, shape):
    image = torch.rand(3, *shape)
    assert upscale_to(image, [make_upscaler()], long_side=64) is image


@pytest.mark.parametrize(("height", "width"), [(100, 100), (97, 130), (5, 200)])
def test_tiles_leave_no_seams(make_upscaler, height, width):
    image = torch.rand(3, height, width)
    upscaler = make_upscaler()
    tiled = upscale(image, upscaler, tile=32)
    torch.testing.assert_close(tiled, upscale(image, upscaler, tile=1000), atol=1e-5, rtol=0)


def test_progress_counts_every_tile_of_the_chain_once(make_upscaler):
    calls = []
    upscale_to(
        torch.rand(3, 100, 70),
        [make_upscaler()],
        long_side=1024,
        progress=lambda done, total: calls.append((done, total)),
    )
    total = count_tiles(100, 70) + count_tiles(256, 179)
    assert total == 1 + 1
    assert calls == [(done, total) for done in range(1, total + 1)]


@pytest.mark.parametrize(("length", "tile"), [(256, 256), (257, 256), (1000, 256), (1, 256)])
def test_spans_cover_a_side_once_and_evenly(length, tile):
    cut = list(spans(length, tile))
    assert [pixel for span in cut for pixel in span] == list(range(length))
    assert max(map(len, cut)) <= tile
    assert max(map(len, cut)) - min(map(len, cut)) <= 1


def test_a_reduction_is_antialiased():
    stripes = torch.tensor([0.0, 1.0]).repeat(32).expand(3, 64, 64)
    reduced = reduce_to(stripes, (16, 16))
    torch.testing.assert_close(reduced[:, :, 2:-2], torch.full((3, 16, 12), 0.5), atol=0.02, rtol=0)


@pytest.mark.parametrize(
    "image",
    [
        torch.zeros(1, 8, 8),
        torch.zeros(1, 3, 8, 8),
        torch.zeros(3, 0, 8),
        torch.ones(3, 8, 8).int(),
    ],
)
def test_what_is_no_image_is_refused(make_upscaler, image):
    with pytest.raises(InternalError, match="An image is"):
        upscale(image, make_upscaler())
    with pytest.raises(InternalError, match="An image is"):
        upscale_to(image, [make_upscaler()])


def test_weights_of_another_architecture_are_refused(make_upscaler):
    weights = make_upscaler(2).network.state_dict()
    architecture = {
        "network": "rrdn",
        "convolutions": 1,
        "dense_blocks": 1,
        "growth": 2,
        "features": 3,
        "residual_blocks": 1,
        "scale": 4,
    }
    with pytest.raises(ModelError, match="The weights of 'mine' don't fit"):
        load_upscaler(architecture, weights, name="mine")


def test_an_upscaler_knows_its_scale(make_upscaler):
    upscaler = make_upscaler(3)
    assert isinstance(upscaler, Upscaler)
    assert (upscaler.name, upscaler.scale) == ("x3", 3)
