"""The VQGAN: image <-> latent on a learned codebook (arXiv:2012.09841)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.vqgan.blocks import AutoencoderConfig, Decoder, Encoder
from engine.vqgan.quantize import (
    GumbelQuantizer,
    Quantized,
    VectorQuantizer,
    look_up,
    nearest_indices,
    straight_through,
)

QuantizerKind = Literal["vector", "unit", "gumbel"]


@dataclass(frozen=True)
class VQGANConfig:
    """The `architecture` of a model.json of kind "vqgan"."""

    autoencoder: AutoencoderConfig
    codebook_size: int
    embed_dim: int
    quantizer: QuantizerKind = field(default="vector")

    @classmethod
    def from_json(cls, architecture: Mapping[str, Any]) -> "VQGANConfig":
        """Read the dictionary of a model.json."""
        fields = dict(architecture["autoencoder"])
        for name in ("ch_mult", "attn_resolutions"):
            fields[name] = tuple(fields.get(name, ()))
        others = {key: value for key, value in architecture.items() if key != "autoencoder"}
        return cls(autoencoder=AutoencoderConfig(**fields), **others)


class VQGAN(nn.Module):
    """Encoder, vector quantiser and decoder with taming-transformers' state-dict names.

    Images are in [-1, 1]; both sides must be multiples of `factor`.
    """

    def __init__(self, config: VQGANConfig) -> None:
        super().__init__()
        self.config = config
        autoencoder = config.autoencoder
        self.encoder = Encoder(autoencoder)
        self.decoder = Decoder(autoencoder)
        self.quantize: VectorQuantizer | GumbelQuantizer
        if config.quantizer == "gumbel":
            self.quantize = GumbelQuantizer(
                config.codebook_size, config.embed_dim, autoencoder.z_channels
            )
            self.quant_conv = nn.Conv2d(autoencoder.z_channels, autoencoder.z_channels, 1)
        else:
            self.quantize = VectorQuantizer(
                config.codebook_size, config.embed_dim, unit=config.quantizer == "unit"
            )
            self.quant_conv = nn.Conv2d(autoencoder.z_channels, config.embed_dim, 1)
        self.post_quant_conv = nn.Conv2d(config.embed_dim, autoencoder.z_channels, 1)

    @property
    def factor(self) -> int:
        """Pixels per latent cell along one side."""
        return self.config.autoencoder.factor

    @property
    def codebook(self) -> Tensor:
        """(codebook_size, embed_dim)."""
        return self.quantize.codebook

    def encode(self, image: Tensor) -> Quantized:
        """(batch, 3, height, width) in [-1, 1] -> its latent on the codebook."""
        latent = self.quant_conv(self.encoder(image)).float()
        quantized: Quantized = self.quantize(latent)
        return quantized

    def decode(self, latent: Tensor) -> Tensor:
        """(batch, embed_dim, height, width) -> (batch, 3, height * factor, width * factor)."""
        image: Tensor = self.decoder(self.post_quant_conv(latent))
        return image

    def decode_indices(self, indices: Tensor) -> Tensor:
        """(batch, height, width) -> (batch, 3, height * factor, width * factor)."""
        return self.decode(look_up(indices, self.codebook))

    def vector_quantize(self, latent: Tensor, codebook: Tensor | None = None) -> Tensor:
        """Snap a free latent to the codebook, straight-through: the step that guidance repeats."""
        codebook = self.codebook.detach() if codebook is None else codebook
        if self.config.quantizer == "unit":
            latent = F.normalize(latent, dim=1)
        entries = look_up(nearest_indices(latent, codebook), codebook)
        return straight_through(entries, latent)

    def forward(self, image: Tensor) -> tuple[Tensor, Quantized]:
        """(batch, 3, height, width) -> reconstruction and the latent that it went through."""
        quantized = self.encode(image)
        return self.decode(quantized.latent), quantized


def random_latent(model: VQGAN, height: int, width: int, generator: torch.Generator) -> Tensor:
    """(1, embed_dim, height, width) of random codebook entries; sides in latent cells."""
    indices = torch.randint(model.config.codebook_size, (1, height, width), generator=generator)
    return look_up(indices, model.codebook.detach().cpu())
