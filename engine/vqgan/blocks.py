"""Convolutional encoder and decoder of the VQGAN, under taming-transformers' state-dict names.

Source: Esser, Rombach, Ommer 2021, "Taming Transformers" (arXiv:2012.09841).
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.vqgan.norm import norm_swish


@dataclass(frozen=True)
class AutoencoderConfig:
    """taming's `ddconfig`, plus two knobs of ours: `num_groups` and `mid_attention`."""

    ch: int
    ch_mult: tuple[int, ...]
    num_res_blocks: int
    resolution: int
    z_channels: int
    attn_resolutions: tuple[int, ...] = ()
    in_channels: int = 3
    out_ch: int = 3
    num_groups: int = 32
    mid_attention: bool = True

    @property
    def factor(self) -> int:
        """Pixels per latent cell along one side."""
        return int(2 ** (len(self.ch_mult) - 1))


def _norm(channels: int, config: AutoencoderConfig) -> nn.GroupNorm:
    return nn.GroupNorm(config.num_groups, channels, eps=1e-6)


class ResnetBlock(nn.Module):
    """Two normalised 3x3 convolutions beside a shortcut."""

    def __init__(self, in_channels: int, out_channels: int, config: AutoencoderConfig) -> None:
        super().__init__()
        self.norm1 = _norm(in_channels, config)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.norm2 = _norm(out_channels, config)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.nin_shortcut = (
            nn.Identity()
            if in_channels == out_channels
            else nn.Conv2d(in_channels, out_channels, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, in_channels, height, width) -> (batch, out_channels, height, width)."""
        hidden = self.conv1(norm_swish(x, self.norm1))
        hidden = self.conv2(norm_swish(hidden, self.norm2))
        out: Tensor = self.nin_shortcut(x) + hidden
        return out


class AttnBlock(nn.Module):
    """Single-head self-attention over all cells."""

    def __init__(self, channels: int, config: AutoencoderConfig) -> None:
        super().__init__()
        self.norm = _norm(channels, config)
        self.q = nn.Conv2d(channels, channels, 1)
        self.k = nn.Conv2d(channels, channels, 1)
        self.v = nn.Conv2d(channels, channels, 1)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Shape is kept."""
        hidden = self.norm(x)
        query, key, value = (
            layer(hidden).flatten(2).transpose(1, 2) for layer in (self.q, self.k, self.v)
        )  # each (batch, height * width, channels)
        mixed = F.scaled_dot_product_attention(query, key, value)
        out: Tensor = x + self.proj_out(mixed.transpose(1, 2).reshape(x.shape))
        return out


class Downsample(nn.Module):
    """Halves both sides; taming pads right and bottom only."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) -> (batch, channels, height / 2, width / 2)."""
        out: Tensor = self.conv(F.pad(x, (0, 1, 0, 1)))
        return out


class Upsample(nn.Module):
    """Doubles both sides by repetition, then smooths: no checkerboard."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) -> (batch, channels, height * 2, width * 2)."""
        weight, bias = self.conv.weight, self.conv.bias
        if weight.requires_grad or not x.is_contiguous(memory_format=torch.channels_last):
            out: Tensor = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
            return out
        # the same in one, for half of the products: repetition is a 2x2 box, which joins the kernel
        kernel = 4.0 * F.avg_pool2d(F.pad(weight, (1, 1, 1, 1)), 2, stride=1)
        return F.conv_transpose2d(x, kernel.flip(2, 3).transpose(0, 1), bias, stride=2, padding=1)


class _Level(nn.Module):
    """`count` blocks of one resolution, from widths[0] to widths[1] channels."""

    def __init__(
        self, widths: tuple[int, int], count: int, resolution: int, config: AutoencoderConfig
    ) -> None:
        super().__init__()
        first, width = widths
        self.block = nn.ModuleList(
            ResnetBlock(first if index == 0 else width, width, config) for index in range(count)
        )
        attends = resolution in config.attn_resolutions
        self.attn = nn.ModuleList(AttnBlock(width, config) for _ in range(count if attends else 0))

    def forward(self, x: Tensor) -> Tensor:
        for index, block in enumerate(self.block):
            x = block(x)
            if self.attn:
                x = self.attn[index](x)
        return x


class _DownLevel(_Level):
    """A level of the encoder, and the way down to the next."""

    def __init__(
        self,
        widths: tuple[int, int],
        resolution: int,
        config: AutoencoderConfig,
        *,
        last: bool,
    ) -> None:
        super().__init__(widths, config.num_res_blocks, resolution, config)
        self.downsample = nn.Identity() if last else Downsample(widths[1])

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.downsample(super().forward(x))
        return out


class _UpLevel(_Level):
    """A level of the decoder, and the way up to the next."""

    def __init__(
        self,
        widths: tuple[int, int],
        resolution: int,
        config: AutoencoderConfig,
        *,
        last: bool,
    ) -> None:
        super().__init__(widths, config.num_res_blocks + 1, resolution, config)
        self.upsample = nn.Identity() if last else Upsample(widths[1])

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.upsample(super().forward(x))
        return out


class _Middle(nn.Module):
    """Two blocks at the lowest resolution, with attention between them where it is wanted."""

    def __init__(self, channels: int, config: AutoencoderConfig) -> None:
        super().__init__()
        self.block_1 = ResnetBlock(channels, channels, config)
        self.attn_1 = AttnBlock(channels, config) if config.mid_attention else nn.Identity()
        self.block_2 = ResnetBlock(channels, channels, config)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block_2(self.attn_1(self.block_1(x)))
        return out


class Encoder(nn.Module):
    """Image in [-1, 1] -> latent before quantisation."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths = [config.ch * mult for mult in (1, *config.ch_mult)]
        self.conv_in = nn.Conv2d(config.in_channels, config.ch, 3, padding=1)
        self.down = nn.ModuleList()
        last = len(config.ch_mult) - 1
        for index, (incoming, width) in enumerate(pairwise(widths)):
            resolution = config.resolution // 2**index
            level = _DownLevel((incoming, width), resolution, config, last=index == last)
            self.down.append(level)
        self.mid = _Middle(widths[-1], config)
        self.norm_out = _norm(widths[-1], config)
        self.conv_out = nn.Conv2d(widths[-1], config.z_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, 3, height, width) -> (batch, z_channels, height / factor, width / factor)."""
        hidden = self.conv_in(x)
        for level in self.down:
            hidden = level(hidden)
        out: Tensor = self.conv_out(norm_swish(self.mid(hidden), self.norm_out))
        return out


class Decoder(nn.Module):
    """Quantised latent -> image, nominally in [-1, 1]."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths = [config.ch * mult for mult in config.ch_mult]
        self.conv_in = nn.Conv2d(config.z_channels, widths[-1], 3, padding=1)
        self.mid = _Middle(widths[-1], config)
        levels: list[_UpLevel] = []
        incoming = widths[-1]
        for index in reversed(range(len(widths))):
            resolution = config.resolution // 2**index
            level = _UpLevel((incoming, widths[index]), resolution, config, last=index == 0)
            levels.insert(0, level)  # up[0] is the highest resolution, as in taming
            incoming = widths[index]
        self.up = nn.ModuleList(levels)
        self.norm_out = _norm(incoming, config)
        self.conv_out = nn.Conv2d(incoming, config.out_ch, 3, padding=1)

    def forward(self, latent: Tensor) -> Tensor:
        """(batch, z_channels, height, width) -> (batch, 3, height * factor, width * factor)."""
        hidden = self.mid(self.conv_in(latent))
        for level in reversed(self.up):
            hidden = level(hidden)
        out: Tensor = self.conv_out(norm_swish(hidden, self.norm_out))
        return out
