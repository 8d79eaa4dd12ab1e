"""EfficientNet-Lite0: shapes of its maps, and TensorFlow's "same" padding."""

import math

import pytest
import torch
import torch.nn.functional as F

from engine.perceptor.efficientnet import LITE_STAGES, EfficientNetLite, SameConv


@pytest.fixture(scope="module")
def trunk() -> EfficientNetLite:
    return EfficientNetLite().eval()


def same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's rule: as little as gives ceil(side / stride), the odd pixel behind."""
    total = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("sides", [(8, 12), (64, 2), (7, 10), (1, 33)])
def test_padding_is_tensorflows(kernel: int, stride: int, sides: tuple[int, int]) -> None:
    torch.manual_seed(0)
    layer = SameConv(4, 4, kernel, stride, groups=2)
    image = torch.randn(2, 4, *sides)
    height, width = (same_padding(side, kernel, stride) for side in sides)
    expected = F.conv2d(F.pad(image, (*width, *height)), layer.weight, layer.bias, stride, groups=2)
    torch.testing.assert_close(layer(image), expected)


@pytest.mark.parametrize("sides", [(32, 32), (64, 128), (70, 33), (1, 31)])
def test_each_side_shrinks_to_its_32nd_rounded_up(
    trunk: EfficientNetLite, sides: tuple[int, int]
) -> None:
    with torch.inference_mode():
        out = trunk(torch.zeros(1, 3, *sides))
    assert out.shape == (1, 1280, math.ceil(sides[0] / 32), math.ceil(sides[1] / 32))


def test_every_stage_gives_its_map(trunk: EfficientNetLite) -> None:
    with torch.inference_mode():
        maps = trunk.stages(torch.rand(2, 3, 64, 64))
        first_two = trunk.stages(torch.rand(2, 3, 64, 64), 2)
    assert [tuple(one.shape[1:]) for one in maps] == [
        (16, 32, 32),
        (24, 16, 16),
        (40, 8, 8),
        (80, 4, 4),
        (112, 4, 4),
        (192, 2, 2),
        (320, 2, 2),
        (1280, 2, 2),
    ]
    assert [one.shape[1] for one in first_two] == [stage.channels for stage in LITE_STAGES[:2]]


def test_an_image_does_not_depend_on_its_batch_mates(trunk: EfficientNetLite) -> None:
    images = torch.rand(3, 3, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(trunk(images)[1:2], trunk(images[1:2]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("sides", [(8, 14), (8, 11), (9, 13), (2, 4)])
def test_a_frozen_depthwise_convolution_and_its_gradient_are_pytorchs(
    stride: int, kernel: int, sides: tuple[int, int]
) -> None:
    torch.manual_seed(0)
    conv = SameConv(6, 6, kernel, stride, groups=6)
    image = torch.randn(2, 6, *sides, requires_grad=True)
    wanted = conv(image)
    towards = torch.randn_like(wanted)
    (wanted_gradient,) = torch.autograd.grad((wanted * towards).sum(), image)
    conv.requires_grad_(False)
    found = conv(image)
    (gradient,) = torch.autograd.grad((found * towards).sum(), image)
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(gradient, wanted_gradient)
