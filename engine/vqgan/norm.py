"""Group norm and swish in one, with a gradient that suits a frozen decoder on a CPU."""

from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["norm_swish"]

_LARGE = 1 << 19  # elements; below, PyTorch's own gradient is the faster one


class _FrozenNormSwish(torch.autograd.Function):
    """`silu(group_norm(x))` of one image, differentiated by `x` alone.

    PyTorch's gradient of a group norm walks channels-last memory slowly, and takes the most time of
    a large decoder's whole backward pass. Here it is made of those of a batch norm, which walk it
    fast.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float
    ) -> Tensor:
        _, channels, height, width = x.shape
        normed, mean, rstd = torch.native_group_norm(
            x, weight, bias, 1, channels, height * width, groups, eps
        )
        ctx.save_for_backward(x, weight, bias, mean, rstd)
        return F.silu(normed, inplace=True)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None, None]:
        x, weight, bias, *moments = ctx.saved_tensors
        kind = torch.promote_types(x.dtype, torch.float32)
        weight, bias = weight.to(kind), bias.to(kind)
        mean, rstd = (moment.to(kind).view(-1, 1) for moment in moments)  # (groups, 1)
        channels, groups = len(weight), len(mean)
        zeros, ones = torch.zeros_like(weight), torch.ones_like(weight)

        def affine(maps: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
            return F.batch_norm(maps, zeros, ones, scale, shift, eps=0.0)

        scale = (weight.view(groups, -1) * rstd).flatten()
        normed = affine(x, scale, bias - (scale.view(groups, -1) * mean).flatten())
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        gradient = torch.ops.aten.silu_backward(gradient, normed)
        # per channel, the sums over all cells of gradient * x and of gradient
        _, *sums = torch.ops.aten.native_batch_norm_backward(
            gradient, x, None, None, None, zeros, ones, True, 0.0, [False, True, True]
        )
        with_x, alone = ((weight * part).view(groups, -1).sum(1, keepdim=True) for part in sums)
        count = x.numel() / groups
        slope = (mean * alone - with_x) * rstd**3 / count
        offset = -slope * mean - alone * rstd / count
        slope, offset = (
            part.expand(groups, channels // groups).flatten() for part in (slope, offset)
        )
        out = affine(x, slope, offset).addcmul_(gradient, scale.to(x.dtype).view(1, -1, 1, 1))
        return out, None, None, None, None


def norm_swish(x: Tensor, norm: nn.GroupNorm) -> Tensor:
    """(batch, channels, height, width) -> the same, normalised and passed through a swish."""
    frozen = x.requires_grad and not norm.weight.requires_grad
    channels_last = x.is_contiguous(memory_format=torch.channels_last)
    if frozen and channels_last and x.device.type == "cpu" and len(x) == 1 and x.numel() >= _LARGE:
        weight, bias = norm.weight.to(x.dtype), norm.bias.to(x.dtype)
        out = _FrozenNormSwish.apply(x, weight, bias, norm.num_groups, norm.eps)  # type: ignore[no-untyped-call]
        return cast("Tensor", out)
    return F.silu(norm(x))
