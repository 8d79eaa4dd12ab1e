"""The reference: VQGAN+CLIP as the notebooks run it (Crowson 2021, arXiv:2204.08583), rewritten.

Kept as everyone ran it: a random start, a Python loop over the crops with a bicubic resize for
each, a quantiser that multiplies one-hot rows with the codebook, float32 and contiguous memory
throughout, every step on the full canvas. The models are handed in, so that only the loop differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.perceptor import AnyPerceptor
from engine.synthesis.losses import spherical_distance
from engine.vqgan import VQGAN

__all__ = ["Notebook", "NotebookSettings", "clamp_with_grad", "crop_square", "one_hot_quantize"]

WeightedText = tuple[str, float]


@dataclass(frozen=True)
class NotebookSettings:
    """The notebook's knobs, at its own values but for those that both loops share."""

    num_cutouts: int
    step_size: float = 0.1
    cut_pow: float = 1.0
    noise_factor: float = 0.1


class _ClampWithGrad(torch.autograd.Function):
    """Clamps; the gradient passes where it leads back into the range."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, low: float, high: float) -> Tensor:
        ctx.range = low, high
        ctx.save_for_backward(value)
        return value.clamp(low, high)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (value,), (gradient,) = ctx.saved_tensors, gradients
        leads_back = gradient * (value - value.clamp(*ctx.range)) >= 0
        return gradient * leads_back, None, None


def clamp_with_grad(value: Tensor, low: float = 0.0, high: float = 1.0) -> Tensor:
    """Clamp forwards, and let back what would shrink the overshoot."""
    clamped: Tensor = _ClampWithGrad.apply(value, low, high)  # type: ignore[no-untyped-call]
    return clamped


def one_hot_quantize(latent: Tensor, codebook: Tensor) -> Tensor:
    """(1, embed_dim, height, width) to the nearest entries, straight-through."""
    cells = latent.movedim(1, 3)  # (1, height, width, embed_dim)
    distances = (
        cells.square().sum(-1, keepdim=True) + codebook.square().sum(1) - 2 * cells @ codebook.T
    )
    chosen = F.one_hot(distances.argmin(-1), len(codebook)).to(codebook.dtype) @ codebook
    return (cells + (chosen - cells).detach()).movedim(3, 1)


def crop_square(
    image: Tensor, cut_size: int, settings: NotebookSettings, generator: torch.Generator
) -> Tensor:
    """One random square of (1, 3, height, width), resized to (1, 3, cut_size, cut_size)."""
    height, width = image.shape[2:]
    largest, smallest = min(height, width), min(height, width, cut_size)

    def uniform() -> float:
        return torch.rand((), generator=generator).item()

    size = int(uniform() ** settings.cut_pow * (largest - smallest) + smallest)
    left, top = int(uniform() * (width - size + 1)), int(uniform() * (height - size + 1))
    crop = image[:, :, top : top + size, left : left + size]
    crop = F.interpolate(crop, (cut_size, cut_size), mode="bicubic", align_corners=True)
    return crop.flip(3) if uniform() < 0.5 else crop


class Notebook:
    """The reference loop on one canvas."""

    name = "notebook"
    on_full_canvas = True  # in every step

    def __init__(
        self,
        vqgan: VQGAN,
        perceptor: AnyPerceptor,
        prompts: Sequence[WeightedText],
        size: tuple[int, int],
        seed: int,
        settings: NotebookSettings,
    ) -> None:
        """`size` is (width, height) in pixels."""
        contiguous = torch.contiguous_format
        self.vqgan: VQGAN = vqgan.to(memory_format=contiguous)  # type: ignore[call-overload]
        self.perceptor: AnyPerceptor = perceptor.to(memory_format=contiguous)
        self.settings = settings
        self.generator = torch.Generator().manual_seed(seed)
        self.targets = [(perceptor.encode_text([text])[0], weight) for text, weight in prompts]
        self.codebook, self.device = vqgan.codebook.detach(), vqgan.codebook.device
        rows, columns = size[1] // vqgan.factor, size[0] // vqgan.factor
        indices = torch.randint(len(self.codebook), (rows * columns,), generator=self.generator)
        start = F.one_hot(indices, len(self.codebook)).float().to(self.device) @ self.codebook
        self.latent = start.view(1, rows, columns, -1).movedim(3, 1).contiguous().requires_grad_()
        self.low, self.high = (
            bound[None, :, None, None] for bound in (self.codebook.amin(0), self.codebook.amax(0))
        )
        self.optimizer = torch.optim.Adam([self.latent], settings.step_size)

    def decode(self, latent: Tensor) -> Tensor:
        """(1, embed_dim, height, width) -> (1, 3, height * factor, width * factor) in [0, 1]."""
        if self.vqgan.config.quantizer == "unit":  # this codebook lives on the unit sphere
            latent = F.normalize(latent, dim=1)
        image = self.vqgan.decode(one_hot_quantize(latent, self.codebook))
        return clamp_with_grad(image.add(1).div(2))

    def cut(self, image: Tensor) -> Tensor:
        """(1, 3, height, width) -> (num_cutouts, 3, cut_size, cut_size), one crop at a time."""
        size, count = self.perceptor.input_size, self.settings.num_cutouts
        crops = [crop_square(image, size, self.settings, self.generator) for _ in range(count)]
        batch = torch.cat(crops)
        scale = self.settings.noise_factor * torch.rand(count, 1, 1, 1, generator=self.generator)
        noise = scale * torch.randn(batch.shape, generator=self.generator)
        return batch + noise.to(self.device)

    def embed(self, views: Tensor) -> Tensor:
        """(n, 3, cut_size, cut_size) -> (n, dim), unit length."""
        embeddings: Tensor = self.perceptor.encode_image(views)
        return embeddings

    def step(self) -> None:
        """One step of Adam on the latent."""
        self.optimizer.zero_grad()
        embeddings = self.embed(self.cut(self.decode(self.latent)))
        losses = [
            weight * spherical_distance(embeddings, target).mean()
            for target, weight in self.targets
        ]
        torch.stack(losses).sum().backward()
        self.optimizer.step()
        with torch.no_grad():
            self.latent.copy_(self.latent.maximum(self.low).minimum(self.high))

    @torch.no_grad()
    def image(self) -> Tensor:
        """What it would save now: (1, 3, height, width) in [0, 1]."""
        return self.decode(self.latent)
