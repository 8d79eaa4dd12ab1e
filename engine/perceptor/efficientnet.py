"""EfficientNet-Lite as plain convolutions: batch norms folded in, ReLU6, no squeeze-and-excite.

Source: Tan and Le 2019 (arXiv:1905.11946); the Lite variant and weights are Google's (Apache-2.0).
"""

import math
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Stage:
    """A run of inverted-residual blocks."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    channels: int


# Lite scales width and depth as EfficientNet does, but neither the stem, the head,
# nor the depth of the first and last stages.
LITE_STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class _Depthwise(torch.autograd.Function):
    """A depthwise convolution whose weights are frozen.

    Its gradient is written as convolutions with the flipped kernels: PyTorch's own takes several
    times as long on a CPU.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int
    ) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.stride, ctx.padding, ctx.sides = stride, padding, x.shape[2:]
        return F.conv2d(x, weight, bias, stride, padding, groups=len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None, None]:
        (weight,) = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        flipped, stride = weight.flip(2, 3).to(gradient.dtype), ctx.stride
        if stride == 1:
            out = F.conv2d(gradient, flipped, padding=ctx.padding, groups=len(weight))
            return out, None, None, None, None
        out = torch.empty(
            (*gradient.shape[:2], *ctx.sides),
            dtype=gradient.dtype,
            device=gradient.device,
            memory_format=torch.channels_last,
        )
        # every second row of the image met every second row of the kernel; the same for columns
        last = weight.shape[2] - 1
        for row, column in product(range(stride), repeat=2):
            top, left = row + ctx.padding, column + ctx.padding
            kernel = flipped[
                :, :, (last - top) % stride :: stride, (last - left) % stride :: stride
            ]
            around = [taps - 1 for taps in kernel.shape[2:]]
            full = F.conv2d(gradient, kernel, padding=around, groups=len(weight))
            met = out[:, :, row::stride, column::stride]
            top, left = top // stride, left // stride
            met.copy_(full[:, :, top : top + met.shape[2], left : left + met.shape[3]])
        return out, None, None, None, None


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's "same" padding: the odd pixel goes right and bottom."""

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, h, w) -> (batch, outputs, h / stride, w / stride), sides rounded up."""
        depthwise = self.groups == self.out_channels > 1
        frozen = depthwise and not self.weight.requires_grad
        weight, stride, padding = self.weight, self.stride[0], self.kernel_size[0] // 2
        if stride == 2 and frozen and not any(side % 2 for side in x.shape[2:]):
            weight = F.pad(weight, (1, 0, 1, 0))  # as padding x would do, which is larger
        elif stride > 1:
            x = F.pad(x, [*self._around(x.shape[3]), *self._around(x.shape[2])])
            padding = 0
        if frozen:
            out = _Depthwise.apply(x, weight, self.bias, stride, padding)  # type: ignore[no-untyped-call]
        else:
            out = F.conv2d(x, weight, self.bias, stride, padding, groups=self.groups)
        return cast("Tensor", out)

    def _around(self, side: int) -> tuple[int, int]:
        """Pixels to add before and behind, as few as give ceil(side / stride)."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        total = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
        return total // 2, total - total // 2


class InvertedResidual(nn.Module):
    """Expand, convolve depthwise, project; with a shortcut where the shape allows."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expand: int) -> None:
        super().__init__()
        hidden = inputs * expand
        self.expand = SameConv(inputs, hidden, 1) if expand != 1 else None
        self.depthwise = SameConv(hidden, hidden, kernel, stride, groups=hidden)
        self.project = SameConv(hidden, outputs, 1)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, height, width) -> (batch, outputs, height / stride, width / stride)."""
        hidden = x if self.expand is None else F.relu6(self.expand(x), inplace=True)
        hidden = F.relu6(self.depthwise(hidden), inplace=True)
        projected: Tensor = self.project(hidden)
        return projected + x if self.shortcut else projected


class EfficientNetLite(nn.Module):
    """The trunk of Lite0: pixels to feature maps.

    Pixels are in [-1, 1] (the weights' own normalisation is (x - 127) / 128).
    """

    def __init__(self, stages: tuple[Stage, ...] = LITE_STAGES, head: int = 1280) -> None:
        super().__init__()
        self.stem = SameConv(3, 32, 3, stride=2)
        blocks: list[InvertedResidual] = []
        ends: list[int] = []
        inputs = 32
        for stage in stages:
            for index in range(stage.repeats):
                stride = stage.stride if index == 0 else 1
                blocks.append(
                    InvertedResidual(inputs, stage.channels, stage.kernel, stride, stage.expand)
                )
                inputs = stage.channels
            ends.append(len(blocks))
        self.blocks = nn.ModuleList(blocks)
        self.stage_ends = tuple(ends)
        self.head = SameConv(inputs, head, 1)

    def stages(self, image: Tensor, count: int | None = None) -> list[Tensor]:
        """Feature maps after each of the first `count` stages; all stages and the head if None."""
        hidden = F.relu6(self.stem(image), inplace=True)
        maps: list[Tensor] = []
        for index, block in enumerate(self.blocks, start=1):
            hidden = block(hidden)
            if index in self.stage_ends:
                maps.append(hidden)
                if len(maps) == count:
                    return maps
        maps.append(F.relu6(self.head(hidden), inplace=True))
        return maps

    def forward(self, image: Tensor) -> Tensor:
        """(batch, 3, height, width) -> (batch, head, ceil(height / 32), ceil(width / 32))."""
        return self.stages(image)[-1]
