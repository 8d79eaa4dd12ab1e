"""The two generators of idealo's image-super-resolution (ISR) as torch modules.

RDN: Zhang et al. 2018, arXiv:1802.08797. RRDN: Wang et al. 2018 (ESRGAN), arXiv:1809.00219.
The graphs follow ISR 2.2.0 layer by layer (`tests/reference/test_isr.py` proves equal outputs);
its one-letter hyper-parameters are spelled out here: C `convolutions`, D `dense_blocks`,
G `growth`, G0 `features`, T `residual_blocks`, x `scale`.

TensorFlow's depth_to_space reads channels as (row, column, colour), torch's pixel_shuffle as
(colour, row, column). `engine.model_import.isr` permutes the weights before the shuffle once, so
that the modules here are plain torch.
"""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganshare.errors import ModelError, must_be_one_of

COLOURS = 3


def conv(in_channels: int, out_channels: int, kernel_size: int = 3) -> nn.Conv2d:
    """A stride-1 convolution that keeps height and width (zero padding, Keras' "same")."""
    return nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2)


class DenseBlock(nn.Module):
    """Convolutions that each see all features before them, fused back to `features` channels."""

    def __init__(self, features: int, growth: int, convolutions: int, fuse_kernel: int) -> None:
        super().__init__()
        self.grow = nn.ModuleList(
            conv(features + index * growth, growth) for index in range(convolutions)
        )
        self.fuse = conv(features + convolutions * growth, features, fuse_kernel)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, features, height, width) -> the same shape, without the residual.

        Computes, and returns, in the dtype of its own weights; see `load_upscaler`.
        """
        x = x.to(self.fuse.weight.dtype)
        for layer in self.grow:
            x = torch.cat([x, F.relu_(layer(x))], dim=1)
        fused: Tensor = self.fuse(x)
        return fused


class RRDN(nn.Module):
    """Residual-in-residual dense network: ESRGAN's generator as ISR builds it."""

    def __init__(
        self,
        *,
        convolutions: int,
        dense_blocks: int,
        growth: int,
        features: int,
        residual_blocks: int,
        scale: int,
        residual_scaling: float = 0.2,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.residual_scaling = residual_scaling
        self.head = conv(COLOURS, features)
        self.blocks = nn.ModuleList(
            nn.ModuleList(
                DenseBlock(features, growth, convolutions, fuse_kernel=3)
                for _ in range(dense_blocks)
            )
            for _ in range(residual_blocks)
        )
        self.tail = conv(features, features)
        self.before_shuffle = conv(features, COLOURS * scale**2)
        self.compose = conv(COLOURS, COLOURS)

    def forward(self, image: Tensor) -> Tensor:
        """(batch, 3, height, width) in [0, 1] -> (batch, 3, scale*height, scale*width)."""
        shallow = self.head(image)
        x = shallow
        for block in self.blocks:
            inner = x
            for dense in block:  # type: ignore[attr-defined]  # a ModuleList of DenseBlocks
                inner = torch.add(inner, dense(inner), alpha=self.residual_scaling)
            x = torch.add(x, inner, alpha=self.residual_scaling)
        x = self.before_shuffle(self.tail(x) + shallow)
        composed: Tensor = self.compose(F.pixel_shuffle(x, self.scale))
        return composed


class RDN(nn.Module):
    """Residual dense network.

    `upsampling` is "shuffle" (the paper's sub-pixel layer) or "nearest" (ISR's "ups", which its
    published weights use: every feature map is enlarged and the last convolution picks).
    """

    def __init__(
        self,
        *,
        convolutions: int,
        dense_blocks: int,
        growth: int,
        features: int,
        scale: int,
        upsampling: str = "nearest",
    ) -> None:
        super().__init__()
        if upsampling not in ("nearest", "shuffle"):
            raise must_be_one_of(ModelError, "upsampling", upsampling, ("nearest", "shuffle"))
        self.scale = scale
        self.upsampling = upsampling
        self.head = conv(COLOURS, features)
        self.second = conv(features, features)
        self.blocks = nn.ModuleList(
            DenseBlock(features, growth, convolutions, fuse_kernel=1) for _ in range(dense_blocks)
        )
        self.fuse = conv(dense_blocks * features, features, 1)
        self.tail = conv(features, features)
        self.upsample = nn.Sequential(
            conv(features, 64, 5), nn.ReLU(), conv(64, 32), nn.ReLU(), conv(32, COLOURS * scale**2)
        )
        self.compose = conv(COLOURS if upsampling == "shuffle" else COLOURS * scale**2, COLOURS)

    def forward(self, image: Tensor) -> Tensor:
        """(batch, 3, height, width) in [0, 1] -> (batch, 3, scale*height, scale*width)."""
        shallow = self.head(image)
        x = self.second(shallow)
        levels = []
        for dense in self.blocks:
            x = dense(x) + x
            levels.append(x)
        x = self.upsample(self.tail(self.fuse(torch.cat(levels, dim=1))) + shallow)
        if self.upsampling == "shuffle":
            x = F.pixel_shuffle(x, self.scale)
        else:
            x = F.interpolate(x, scale_factor=self.scale, mode="nearest")
        composed: Tensor = self.compose(x)
        return composed


def build_network(architecture: Mapping[str, Any]) -> RRDN | RDN:
    """The module that `architecture` (from a model.json) describes, with random weights.

    `architecture["network"]` is "rrdn" or "rdn"; every other key is a constructor argument.

    Raises:
        ModelError: unknown network, or arguments that it doesn't take.
    """
    arguments = dict(architecture)
    network = arguments.pop("network", None)
    classes: dict[str, type[RRDN] | type[RDN]] = {"rrdn": RRDN, "rdn": RDN}
    if network not in classes:
        raise must_be_one_of(ModelError, "upscaler network", str(network), sorted(classes))
    try:
        return classes[network](**arguments)
    except TypeError as error:
        message = f"The architecture of this {network} doesn't fit: {error}."
        raise ModelError(message, given=dict(architecture)) from error
