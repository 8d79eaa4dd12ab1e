"""Image features of the embedded perceptor: subject, texture and colours.

Three families of features from one pass of EfficientNet-Lite0 (arXiv:1905.11946):
the last maps' mean (subject), mean and deviation of earlier maps (texture, as in style transfer,
arXiv:1508.06576), and a soft histogram of colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.perceptor.efficientnet import EfficientNetLite

TEXTURE_STAGES = (1, 2, 4)  # of 24, 40 and 112 channels, at 1/4, 1/8 and 1/16 of the side
SUBJECT_WIDTH = 1280
TEXTURE_WIDTH = 2 * (24 + 40 + 112)
COLOUR_LEVELS = 4
COLOUR_WIDTH = COLOUR_LEVELS**3


@dataclass(frozen=True)
class Features:
    """Pooled features of a batch of images."""

    subject: Tensor  # (batch, SUBJECT_WIDTH)
    texture: Tensor  # (batch, TEXTURE_WIDTH)
    colour: Tensor  # (batch, COLOUR_WIDTH), sums to 1


def soft_colour_histogram(images: Tensor, cell: int = 4) -> Tensor:
    """Share of each of COLOUR_WIDTH anchor colours, (batch, COLOUR_WIDTH).

    `images` (batch, 3, height, width) in [0, 1]; neighbouring pixels are averaged first, so that
    a colour counts as the eye mixes it.
    """
    pixels = F.avg_pool2d(images, cell).flatten(2)  # (batch, 3, cells)
    anchors = torch.linspace(0.0, 1.0, COLOUR_LEVELS, device=images.device, dtype=images.dtype)
    sharpness = 2.0 * (COLOUR_LEVELS - 1) ** 2
    # by squared distance, of which the pixel's own square is common to all anchors
    slopes, offsets = 2.0 * sharpness * anchors[:, None], sharpness * anchors[:, None].square()
    shares = (pixels[:, :, None] * slopes - offsets).softmax(2)  # (batch, 3, levels, cells)
    # separable: the share of an anchor is the product of its three channels' shares
    red, green, blue = shares.unbind(1)
    both = (red[:, :, None] * green[:, None]).flatten(1, 2)
    return (both @ blue.transpose(1, 2)).flatten(1) / pixels.shape[2]


def statistics(maps: Sequence[Tensor]) -> Tensor:
    """(batch, 2 x channels of all maps): each channel's mean and deviation, map by map."""
    found = []
    for each in maps:
        cells = each.permute(0, 2, 3, 1).flatten(1, 2).float()  # (batch, cells, channels)
        mean = cells.mean(1)
        variance = (cells - mean[:, None]).square().mean(1)
        found += [mean, (variance + 1e-4).sqrt()]
    return torch.cat(found, 1)


class FeatureExtractor(nn.Module):
    """EfficientNet-Lite0's maps, pooled three ways."""

    def __init__(self, trunk: EfficientNetLite | None = None) -> None:
        super().__init__()
        self.trunk = trunk or EfficientNetLite()

    def forward(self, images: Tensor) -> Features:
        """(batch, 3, height, width) in [0, 1]."""
        maps = self.trunk.stages(images * 2.0 - 1.0)
        return Features(
            subject=maps[-1].float().mean((2, 3)),
            texture=statistics([maps[stage] for stage in TEXTURE_STAGES]),
            colour=soft_colour_histogram(images.float()),
        )
