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
    a large decoder's whole backward pass. Here each of its sums is a matrix product and the rest
    are passes over whole maps.
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
        weight, bias = weight.float(), bias.float()
        mean, rstd = (moment.float().view(-1, 1) for moment in moments)  # (groups, 1)
        channels, groups = len(weight), len(mean)
        cells = x.permute(0, 2, 3, 1).view(-1, channels)
        scale = (weight.view(groups, -1) * rstd).flatten()
        shift = bias - (scale.view(groups, -1) * mean).flatten()

        def per_channel(values: Tensor) -> Tensor:
            return values.to(x.dtype).view(1, channels, 1, 1)

        normed = torch.addcmul(per_channel(shift), x, per_channel(scale))
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        gradient = torch.ops.aten.silu_backward(gradient, normed)
        rows = gradient.permute(0, 2, 3, 1).view(-1, channels)
        # per channel, the sums over all cells of gradient * x and of gradient
        ones = rows.new_ones(1, len(rows))
        products, sums = ((ones @ part)[0].float() for part in (rows * cells, rows))
        with_x, alone = (
            (weight * part).view(groups, -1).sum(1, keepdim=True) for part in (products, sums)
        )
        count = x.numel() / groups
        slope = (mean * alone - with_x) * rstd**3 / count
        offset = -slope * mean - alone * rstd / count
        slope, offset = (part.expand(groups, channels // groups) for part in (slope, offset))
        out = torch.addcmul(per_channel(offset.flatten()), x, per_channel(slope.flatten()))
        return out.addcmul_(gradient, per_channel(scale)), None, None, None, None


def norm_swish(x: Tensor, norm: nn.GroupNorm) -> Tensor:
    """(batch, channels, height, width) -> the same, normalised and passed through a swish."""
    frozen = x.requires_grad and not norm.weight.requires_grad
    channels_last = x.is_contiguous(memory_format=torch.channels_last)
    if frozen and channels_last and x.device.type == "cpu" and len(x) == 1 and x.numel() >= _LARGE:
        weight, bias = norm.weight.to(x.dtype), norm.bias.to(x.dtype)
        out = _FrozenNormSwish.apply(x, weight, bias, norm.num_groups, norm.eps)  # type: ignore[no-untyped-call]
        return cast("Tensor", out)
    return F.silu(norm(x))
