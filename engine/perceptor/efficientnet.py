"""EfficientNet-Lite as plain convolutions: batch norms folded in, ReLU6, no squeeze-and-excite.

Source: Tan and Le 2019 (arXiv:1905.11946); the Lite variant and weights are Google's (Apache-2.0).
"""

import math
from dataclasses import dataclass
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

    Its gradient is a convolution of the (spread) gradient with the flipped kernels, written as one:
    PyTorch's own takes several times as long on a CPU.
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
        (gradient,) = gradients
        if ctx.stride > 1:
            sides = [(side - 1) * ctx.stride + 1 for side in gradient.shape[2:]]
            spread = torch.empty(
                (*gradient.shape[:2], *sides),
                dtype=gradient.dtype,
                device=gradient.device,
                memory_format=torch.channels_last,
            ).zero_()
            spread[:, :, :: ctx.stride, :: ctx.stride] = gradient
            gradient = spread
        flipped = weight.flip(2, 3).to(gradient.dtype)
        around = weight.shape[2] - 1 - ctx.padding
        out = F.conv2d(
            gradient.contiguous(memory_format=torch.channels_last),
            flipped,
            padding=around,
            groups=len(weight),
        )
        # what no output saw, right and below, has no gradient
        rows, columns = (side - own for side, own in zip(ctx.sides, out.shape[2:], strict=True))
        if rows or columns:
            out = F.pad(out, (0, columns, 0, rows))
        return out, None, None, None, None


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's "same" padding: the odd pixel goes right and bottom."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        padding = kernel // 2 if stride == 1 else 0
        super().__init__(inputs, outputs, kernel, stride, padding, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, height, width) -> (batch, outputs, ceil(height / stride), likewise)."""
        if self.stride[0] == 1:
            return super().forward(x)
        return super().forward(F.pad(x, [*self._around(x.shape[3]), *self._around(x.shape[2])]))

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self.groups == 1 or weight.requires_grad:
            out = super()._conv_forward(input, weight, bias)
        else:
            out = _Depthwise.apply(input, weight, bias, self.stride[0], self.padding[0])  # type: ignore[no-untyped-call]
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
        hidden = x if self.expand is None else F.relu6(self.expand(x))
        hidden = F.relu6(self.depthwise(hidden))
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
        hidden = F.relu6(self.stem(image))
        maps: list[Tensor] = []
        for index, block in enumerate(self.blocks, start=1):
            hidden = block(hidden)
            if index in self.stage_ends:
                maps.append(hidden)
                if len(maps) == count:
                    return maps
        maps.append(F.relu6(self.head(hidden)))
        return maps

    def forward(self, image: Tensor) -> Tensor:
        """(batch, 3, height, width) -> (batch, head, ceil(height / 32), ceil(width / 32))."""
        return self.stages(image)[-1]
