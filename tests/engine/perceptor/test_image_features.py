"""Pooled features: shares of colours that add up, and a gradient from each of them."""

import pytest
import torch

from engine.perceptor.image_features import (
    COLOUR_LEVELS,
    COLOUR_WIDTH,
    SUBJECT_WIDTH,
    TEXTURE_WIDTH,
    FeatureExtractor,
    soft_colour_histogram,
)


@pytest.fixture(scope="module")
def extractor() -> FeatureExtractor:
    torch.manual_seed(0)
    return FeatureExtractor().eval()


def plain(red: float, green: float, blue: float) -> torch.Tensor:
    return torch.tensor([red, green, blue], dtype=torch.float32)[None, :, None, None].expand(
        1, 3, 16, 16
    )


def test_shares_of_colours_sum_to_1() -> None:
    shares = soft_colour_histogram(torch.rand(3, 3, 32, 20))
    assert shares.shape == (3, COLOUR_WIDTH)
    assert (shares >= 0).all()
    torch.testing.assert_close(shares.sum(1), torch.ones(3))


@pytest.mark.parametrize("colour", [(0, 0, 0), (1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_a_plain_image_has_most_of_its_own_colour(colour: tuple[int, int, int]) -> None:
    shares = soft_colour_histogram(plain(*colour))[0]
    red, green, blue = ((COLOUR_LEVELS - 1) * channel for channel in colour)
    assert shares.argmax() == (red * COLOUR_LEVELS + green) * COLOUR_LEVELS + blue
    assert shares.max() > 0.5


def test_half_and_half_is_the_mean_of_both() -> None:
    black, white = plain(0, 0, 0), plain(1, 1, 1)
    both = torch.cat([black, white], 3)
    expected = (soft_colour_histogram(black) + soft_colour_histogram(white)) / 2
    torch.testing.assert_close(soft_colour_histogram(both), expected)


def test_features_have_their_widths(extractor: FeatureExtractor) -> None:
    with torch.inference_mode():
        features = extractor(torch.rand(2, 3, 64, 64))
    assert features.subject.shape == (2, SUBJECT_WIDTH)
    assert features.texture.shape == (2, TEXTURE_WIDTH)
    assert features.colour.shape == (2, COLOUR_WIDTH)


@pytest.mark.parametrize("part", ["subject", "texture", "colour"])
def test_a_gradient_flows_to_the_pixels(extractor: FeatureExtractor, part: str) -> None:
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    features = getattr(extractor(image), part)
    (gradient,) = torch.autograd.grad(features.square().sum(), image)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().sum() > 0


def test_flat_images_have_a_finite_gradient(extractor: FeatureExtractor) -> None:
    image = torch.full((1, 3, 64, 64), 0.5, requires_grad=True)
    (gradient,) = torch.autograd.grad(extractor(image).texture.sum(), image)
    assert torch.isfinite(gradient).all()
