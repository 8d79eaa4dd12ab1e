"""The ResNets of CLIP: three convolutions first, blurred downsampling, attention as pooling.

Parameters have the names of OpenAI's state dicts (arXiv:2103.00020, section 2.4).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["ResNetTower", "input_size_of"]

EXPANSION = 4
REDUCTION = 32  # pixels of the image to a cell of the last maps, along a side
HEAD_WIDTH = 64


def input_size_of(grid: int) -> int:
    """Side of the images, in pixels, whose last maps have `grid` cells along a side."""
    return REDUCTION * grid


class Bottleneck(nn.Module):
    """Three convolutions beside a shortcut; both halve by averaging, before a convolution."""

    def __init__(self, incoming: int, planes: int, stride: int) -> None:
        super().__init__()
        outgoing = planes * EXPANSION
        self.conv1 = nn.Conv2d(incoming, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, outgoing, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outgoing)
        self.stride = stride
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or incoming != outgoing:
            self.downsample = nn.Sequential()
            self.downsample.add_module("0", nn.Conv2d(incoming, outgoing, 1, bias=False))
            self.downsample.add_module("1", nn.BatchNorm2d(outgoing))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, incoming, height, width) -> (batch, 4 planes, height / stride, ...)."""
        hidden = F.relu(self.bn1(self.conv1(x)))
        hidden = F.relu(self.bn2(self.conv2(hidden)))
        if self.stride > 1:
            hidden, x = F.avg_pool2d(hidden, self.stride), F.avg_pool2d(x, self.stride)
        return F.relu(self.bn3(self.conv3(hidden)) + self.downsample(x))


class AttentionPool(nn.Module):
    """The mean of all cells asks the cells, by multi-head attention."""

    def __init__(self, grid: int, width: int, dim: int) -> None:
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.empty(grid**2 + 1, width))
        self.k_proj, self.q_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.c_proj = nn.Linear(width, width), nn.Linear(width, dim)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, width, grid, grid) -> (batch, dim)."""
        cells = x.flatten(2).transpose(1, 2)  # (batch, cells, width)
        cells = torch.cat([cells.mean(1, keepdim=True), cells], 1) + self.positional_embedding
        query, key, value = (
            project(part).unflatten(2, (-1, HEAD_WIDTH)).transpose(1, 2)
            for project, part in (
                (self.q_proj, cells[:, :1]), (self.k_proj, cells), (self.v_proj, cells)
            )
        )  # fmt: skip
        mixed = F.scaled_dot_product_attention(query, key, value)
        pooled: Tensor = self.c_proj(mixed.transpose(1, 2).flatten(1))
        return pooled


class ResNetTower(nn.Module):
    """Images -> embeddings.

    Args:
        blocks: of each stage.
        width: channels of the last maps; those of the first stage are a 32nd of it.
        grid: cells of the last maps along a side.
        dim: of the embeddings.
    """

    def __init__(self, blocks: Sequence[int], width: int, grid: int, dim: int) -> None:
        super().__init__()
        first = width // (8 * EXPANSION)
        self.conv1 = nn.Conv2d(3, first // 2, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(first // 2)
        self.conv2 = nn.Conv2d(first // 2, first // 2, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(first // 2)
        self.conv3 = nn.Conv2d(first // 2, first, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(first)
        incoming = first
        for stage, count in enumerate(blocks):
            planes, strides = first * 2**stage, [2 if stage else 1] + [1] * (count - 1)
            layer = nn.Sequential()
            for number, stride in enumerate(strides):
                layer.add_module(str(number), Bottleneck(incoming, planes, stride))
                incoming = planes * EXPANSION
            self.add_module(f"layer{stage + 1}", layer)
        self.attnpool = AttentionPool(grid, width, dim)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, 3, input_size, input_size), normalised -> (batch, dim)."""
        x = images
        for number in (1, 2, 3):
            convolution, norm = getattr(self, f"conv{number}"), getattr(self, f"bn{number}")
            x = F.relu(norm(convolution(x)))
        x = F.avg_pool2d(x, 2)
        for stage in (1, 2, 3, 4):
            x = getattr(self, f"layer{stage}")(x)
        pooled: Tensor = self.attnpool(x)
        return pooled
