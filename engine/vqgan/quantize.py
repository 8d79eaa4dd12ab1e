"""Vector quantisation: a latent cell becomes the nearest codebook entry.

Source: van den Oord et al. 2017 (arXiv:1711.00937); unit-length codes: Yu et al. 2021
(arXiv:2110.04627); Gumbel: Jang et al. 2016 (arXiv:1611.01144), as in taming-transformers.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Quantized:
    """A latent on the codebook."""

    latent: Tensor  # (batch, embed_dim, height, width), straight-through
    indices: Tensor  # (batch, height, width)
    loss: Tensor  # scalar: codebook + commitment


class Quantizer(Protocol):
    """What a VQGAN asks of its quantiser."""

    @property
    def codebook(self) -> Tensor:
        """(codebook_size, embed_dim), in the space where latents live."""

    def __call__(self, latent: Tensor) -> Quantized:
        """Quantise (batch, channels, height, width)."""


def straight_through(value: Tensor, gradient_of: Tensor) -> Tensor:
    """`value` forwards, the gradient of `gradient_of` backwards."""
    return gradient_of + (value - gradient_of).detach()


_SCORES = 1 << 20  # of cells and entries at a time, which a processor's cache can hold


def nearest_indices(latent: Tensor, codebook: Tensor) -> Tensor:
    """Index of the entry nearest (Euclidean) to each cell.

    `latent` (batch, embed_dim, height, width), `codebook` (codebook_size, embed_dim)
    -> (batch, height, width).
    """
    batch, dim, height, width = latent.shape
    cells = latent.detach().permute(0, 2, 3, 1).reshape(-1, dim)
    entries = codebook.detach()
    half_norms = entries.square().sum(1, keepdim=True).div(2)
    # |z - e|^2 / 2 = |z|^2 / 2 - (z.e - |e|^2 / 2): the first term is the same for every entry, and
    # the last one joins the product as one coordinate more
    columns = torch.cat([entries, -half_norms], 1).T
    # part by part: the scores of all cells would be written to memory and read again
    parts = F.pad(cells, (0, 1), value=1.0).split(max(1, _SCORES // len(entries)))
    nearest = torch.cat([(part @ columns).argmax(1) for part in parts])
    return nearest.view(batch, height, width)


def look_up(indices: Tensor, codebook: Tensor) -> Tensor:
    """(batch, height, width) -> (batch, embed_dim, height, width)."""
    return F.embedding(indices, codebook).permute(0, 3, 1, 2)


class VectorQuantizer(nn.Module):
    """taming's VectorQuantizer2; with `unit` set, latents and entries live on the unit sphere."""

    def __init__(
        self, codebook_size: int, embed_dim: int, *, unit: bool = False, commitment: float = 0.25
    ) -> None:
        super().__init__()
        self.unit = unit
        self.commitment = commitment
        self.embedding = nn.Embedding(codebook_size, embed_dim)
        if unit:
            self.embedding.weight.data = F.normalize(self.embedding.weight.data, dim=1)
        else:
            bound = 1.0 / codebook_size
            self.embedding.weight.data.uniform_(-bound, bound)

    @property
    def codebook(self) -> Tensor:
        """(codebook_size, embed_dim)."""
        weight = self.embedding.weight
        return F.normalize(weight, dim=1) if self.unit else weight

    def forward(self, latent: Tensor) -> Quantized:
        """(batch, embed_dim, height, width) -> the same on the codebook."""
        if self.unit:
            latent = F.normalize(latent, dim=1)
        codebook = self.codebook
        indices = nearest_indices(latent, codebook)
        entries = look_up(indices, codebook)
        codebook_loss = (entries - latent.detach()).square().mean()
        commitment_loss = (entries.detach() - latent).square().mean()
        loss = codebook_loss + self.commitment * commitment_loss
        return Quantized(straight_through(entries, latent), indices, loss)


class GumbelQuantizer(nn.Module):
    """taming's GumbelQuantize at inference: the likeliest entry; in training a Gumbel sample."""

    def __init__(
        self, codebook_size: int, embed_dim: int, z_channels: int, kl_weight: float = 5e-4
    ) -> None:
        super().__init__()
        self.kl_weight = kl_weight
        self.temperature = 1.0
        self.proj = nn.Conv2d(z_channels, codebook_size, 1)
        self.embed = nn.Embedding(codebook_size, embed_dim)

    @property
    def codebook(self) -> Tensor:
        """(codebook_size, embed_dim)."""
        return self.embed.weight

    def forward(self, latent: Tensor) -> Quantized:
        """(batch, z_channels, height, width) -> the same cells as codebook entries."""
        logits = self.proj(latent)
        one_hot = (
            F.gumbel_softmax(logits, tau=self.temperature, dim=1, hard=True)
            if self.training
            else F.one_hot(logits.argmax(1), logits.shape[1]).movedim(-1, 1).to(logits.dtype)
        )
        entries = torch.einsum("bnhw,nd->bdhw", one_hot, self.embed.weight)
        posterior = logits.softmax(1)
        excess = posterior * (posterior * logits.shape[1] + 1e-10).log()
        return Quantized(entries, one_hot.argmax(1), self.kl_weight * excess.sum(1).mean())
