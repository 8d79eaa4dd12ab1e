"""Group norm with swish: the same values and gradients as the two one after the other."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.vqgan.norm import norm_swish

LARGE, SMALL = (1, 16, 192, 256), (1, 16, 24, 32)


@pytest.fixture
def norm() -> nn.GroupNorm:
    torch.manual_seed(0)
    norm = nn.GroupNorm(4, 16, eps=1e-6)
    nn.init.normal_(norm.weight, 1.0, 0.3)
    nn.init.normal_(norm.bias)
    return norm.requires_grad_(requires_grad=False)


def both_ways(norm: nn.GroupNorm, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Values and gradients of ours, and of the plain composition."""
    gradient = torch.randn(x.shape).to(x).contiguous(memory_format=torch.channels_last)
    results = []
    for function in (norm_swish, lambda x, norm: F.silu(norm(x))):
        leaf = x.detach().requires_grad_()
        out = function(leaf, norm)
        out.backward(gradient)
        results += [out.detach(), leaf.grad]
    return tuple(results)


@pytest.mark.parametrize("shape", [LARGE, SMALL])
def test_values_and_gradients_are_those_of_the_two_layers(
    norm: nn.GroupNorm, shape: tuple[int, ...]
) -> None:
    x = (3 + 2 * torch.randn(shape)).contiguous(memory_format=torch.channels_last)
    out, gradient, plain_out, plain_gradient = both_ways(norm, x)
    torch.testing.assert_close(out, plain_out)
    torch.testing.assert_close(gradient, plain_gradient, rtol=1e-3, atol=1e-5)


def test_in_bfloat16_the_gradient_is_as_near_to_the_truth_as_pytorchs_own(
    norm: nn.GroupNorm,
) -> None:
    norm = norm.bfloat16()
    x = (1 + torch.randn(LARGE)).bfloat16().contiguous(memory_format=torch.channels_last)
    torch.manual_seed(1)
    _, gradient, _, plain_gradient = both_ways(norm, x)
    torch.manual_seed(1)
    _, _, _, truth = both_ways(norm.double(), x.double())

    def off(value: Tensor) -> float:
        return ((value.double() - truth).norm() / truth.norm()).item()

    assert off(gradient) < 1.5 * off(plain_gradient)


def test_a_norm_that_is_trained_gets_its_gradients(norm: nn.GroupNorm) -> None:
    norm.requires_grad_(requires_grad=True)
    x = torch.randn(LARGE).contiguous(memory_format=torch.channels_last).requires_grad_()
    norm_swish(x, norm).sum().backward()
    assert norm.weight.grad is not None
    assert norm.bias.grad is not None
