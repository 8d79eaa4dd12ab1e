"""One step of VQGAN training with Lightning: taming's recipe (arXiv:2012.09841), sized for a CPU.

Departures from the paper: the schedule may follow the clock, so that any machine spends exactly
the time it is given; the adaptive discriminator weight compares gradients at the reconstruction
rather than at the last layer, which needs one backward pass through the decoder instead of three.
"""

import copy
from dataclasses import asdict, dataclass
from typing import Any, cast

import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from engine.training.crops import CropBatches
from engine.training.efficientnet_teacher import load_lite0
from engine.training.losses import (
    PatchDiscriminator,
    PerceptualDistance,
    hinge_discriminator_loss,
)
from engine.training.processes import Processes
from engine.training.schedule import WallClock, cosine_rate
from engine.vqgan.model import VQGAN, VQGANConfig
from engine.vqgan.quantize import Quantized, VectorQuantizer, nearest_indices

CELLS_PER_CODE = 12  # that k-means sees
ALONE = Processes()


@dataclass(frozen=True)
class VQGANTraining:
    """The `training` part of a VQGAN training configuration."""

    minutes: float = 0.0  # either these
    steps: int = 0  # or these, if any: such a training can be repeated, weight by weight
    batch_size: int = 32
    crop: int = 64
    short_side: int = 0  # larger pictures are reduced to it; by default 2.5 crops
    learning_rate: float = 6e-4
    final_learning_rate: float = 2e-5
    warmup_steps: int = 200
    l1_weight: float = 1.0
    l2_weight: float = 0.0
    colour_weight: float = 0.0  # on the mean hue of each latent cell; see `hue_distance`
    perceptual_weight: float = 1.0
    codebook_weight: float = 1.0
    quantize_start: float = 0.15  # fraction of the training; before it, latents only get noise
    warmup_noise: float = 0.05  # its deviation, about as far as the nearest code will be
    discriminator_weight: float = 0.3
    discriminator_start: float = 0.5  # fraction of the training after which it takes part
    ema_decay: float = 0.999
    restart_until: float = 0.6  # fraction of the training in which unused codes are restarted
    restart_every: int = 100
    seed: int = 0


def hue_distance(error: Tensor, cell: int) -> Tensor:
    """Mean absolute opponent-colour error of each latent cell's mean: (b, 3, h, w) -> scalar.

    Without it the codebook spends itself on light and dark, and rare hues (greens and purples among
    paintings) are lost for so long that the decoder never learns to ask for them.
    """
    red, green, blue = nn.functional.avg_pool2d(error, cell).unbind(1)
    return (red - green).abs().mean() + (blue - (red + green) / 2).abs().mean()


@torch.no_grad()
def k_means(cells: Tensor, count: int, rounds: int = 10) -> Tensor:
    """(n, dim) -> (count, dim) centres; a centre that nobody chooses moves to a random cell."""
    centres = cells[torch.randperm(len(cells))[:count]].clone()
    for _ in range(rounds):
        parts = [part.T[None, :, :, None] for part in cells.split(8192)]
        nearest = torch.cat([nearest_indices(part, centres).flatten() for part in parts])
        sums = torch.zeros_like(centres).index_add_(0, nearest, cells)
        sizes = torch.bincount(nearest, minlength=count)
        centres = sums / sizes.clamp(min=1)[:, None]
        empty = (sizes == 0).nonzero().flatten()
        centres[empty] = cells[torch.randperm(len(cells))[: len(empty)]]
    return centres


class VQGANModule(pl.LightningModule):
    """One training step of generator and discriminator."""

    usage: Tensor  # (codebook_size,), a running mean of how often each code is chosen

    def __init__(
        self,
        config: VQGANConfig,
        training: VQGANTraining,
        crops: CropBatches,
        processes: Processes = ALONE,
    ) -> None:
        super().__init__()
        self.crops, self.processes, self.taken = crops, processes, 0  # steps
        self.automatic_optimization = False
        self.settings = training
        self.config = config
        self.clock = WallClock(60.0 * training.minutes)
        self.codebook_ready = False
        self.model: VQGAN = VQGAN(config).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average: VQGAN = copy.deepcopy(self.model).requires_grad_(False)
        self.perceptual = PerceptualDistance(load_lite0()).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.discriminator = PatchDiscriminator().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.register_buffer("usage", torch.ones(config.codebook_size))

    def start_from(self, model: VQGAN) -> None:
        """Take a trained model's weights, all but the codebook, whose size may differ.

        Raises RuntimeError if the architectures differ otherwise.
        """
        weights = {k: v for k, v in model.state_dict().items() if not k.startswith("quantize.")}
        for mine in (self.model, self.average):
            mine.load_state_dict({**mine.state_dict(), **weights})

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Adam for the generator, Adam for the discriminator."""
        rate = self.settings.learning_rate
        return [
            torch.optim.AdamW(self.model.parameters(), rate, (0.9, 0.99), weight_decay=1e-4),
            torch.optim.AdamW(self.discriminator.parameters(), rate / 2, (0.5, 0.9)),
        ]

    def training_step(self, batch: Tensor, batch_index: int) -> None:
        """Reconstruct, judge, step both."""
        settings, fraction = self.settings, self._begin_step()
        # Lightning's annotation allows for one optimiser as well
        generator, critic = cast("list[torch.optim.Optimizer]", self.optimizers())
        warm = min(1.0, (self.taken + 1) / settings.warmup_steps)
        rate = warm * cosine_rate(fraction, settings.learning_rate, settings.final_learning_rate)
        for optimizer, factor in ((generator, 1.0), (critic, 0.5)):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        image = batch.contiguous(memory_format=torch.channels_last)
        reconstruction, quantized = self._reconstruct(image, fraction)
        output = reconstruction.float()
        leaf = output.detach().requires_grad_(True)
        error = leaf - image
        figures: dict[str, Tensor] = {}
        distance = self.perceptual(leaf, image)
        loss = (
            settings.l1_weight * error.abs().mean()
            + settings.l2_weight * error.square().mean()
            + settings.colour_weight * hue_distance(error, self.model.factor)
            + settings.perceptual_weight * distance
        )
        (gradient,) = torch.autograd.grad(loss, leaf)
        adversarial = fraction >= settings.discriminator_start
        if adversarial:
            ramp = min(1.0, (fraction - settings.discriminator_start) / 0.05)
            fooled = -self.discriminator(leaf).float().mean()
            (push,) = torch.autograd.grad(fooled, leaf)
            weight = self.processes.norm(gradient) / (self.processes.norm(push) + 1e-8)
            gradient = gradient + settings.discriminator_weight * ramp * weight * push
        generator.zero_grad()
        torch.autograd.backward(
            [output, settings.codebook_weight * quantized.loss], [gradient, None]
        )
        self.processes.average_gradients(self.model)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        generator.step()
        if adversarial:
            both = self.discriminator(torch.cat([image, output.detach()])).float()
            judged = hinge_discriminator_loss(*both.chunk(2))
            critic.zero_grad()
            judged.backward()
            self.processes.average_gradients(self.discriminator)
            critic.step()
            figures["discriminator"] = judged
        self._track(quantized.indices)
        self._restart_unused(fraction)
        psnr = 10.0 * torch.log10(4.0 / error.detach().square().mean((1, 2, 3))).mean()
        figures |= {"psnr": psnr, "perceptual": distance, "codebook_loss": quantized.loss}
        self.figures = {name: value.detach() for name, value in figures.items()}
        for name in ("psnr", "perceptual"):
            self.log(name, figures[name], prog_bar=True, logger=False)
        self.taken += 1
        self.trainer.should_stop = self._fraction() >= 1.0

    def figures_now(self) -> dict[str, float]:
        """The last step's figures, the means of all processes."""
        told = {name: float(self.processes.mean(value)) for name, value in self.figures.items()}
        used = float((self.usage > 0.01).float().mean())
        return {**told, "codes_used": used, "hours_spent": self.clock.spent / 3600}

    def _begin_step(self) -> float:
        """Seed this step's random numbers; returns the fraction of the training that is over."""
        torch.manual_seed(self.settings.seed * 1_000_003 + self.taken)
        self.clock.tick()
        return self._fraction()

    def _fraction(self) -> float:
        if self.settings.steps:
            return min(1.0, self.taken / self.settings.steps)
        spent = torch.tensor(self.clock.spent / self.clock.seconds, device=self.device)
        return min(1.0, float(self.processes.from_first(spent)))

    def _reconstruct(self, image: Tensor, fraction: float) -> tuple[Tensor, Quantized]:
        """Through the codebook; in the first part of the time through noise instead.

        A codebook that is there from the start settles on light and dark, and commitment then keeps
        the encoder from ever showing it green. An autoencoder finds its axes first; then k-means
        lays the codebook over its latents.
        """
        if self.config.quantizer == "gumbel" or fraction >= self.settings.quantize_start:
            self._lay_codebook()
            whole: tuple[Tensor, Quantized] = self.model(image)
            return whole
        latent = self._latent(image)
        rank, count = self.processes.rank, self.processes.count
        noise = torch.randn(self.settings.batch_size, *latent.shape[1:], device=latent.device)
        noisy = latent + self.settings.warmup_noise * noise[rank::count]
        if self.config.quantizer == "unit":
            noisy = nn.functional.normalize(noisy, dim=1)
        with torch.no_grad():
            indices = nearest_indices(latent, self.model.codebook)
        return self.model.decode(noisy), Quantized(noisy, indices, 0.0 * latent.sum())

    def _latent(self, image: Tensor) -> Tensor:
        latent: Tensor = self.model.quant_conv(self.model.encoder(image)).float()
        return nn.functional.normalize(latent, dim=1) if self.config.quantizer == "unit" else latent

    def _cells(self, image: Tensor) -> Tensor:
        """(batch, 3, height, width) -> (cells, embed_dim)."""
        latent = self._latent(image)
        return latent.permute(0, 2, 3, 1).reshape(-1, latent.shape[1])

    @torch.no_grad()
    def _lay_codebook(self) -> None:
        """Once, by k-means over latents of this batch and of those before it in the data."""
        quantizers = [self.model.quantize, self.average.quantize]
        codebooks = [q.embedding.weight for q in quantizers if isinstance(q, VectorQuantizer)]
        if self.codebook_ready or not codebooks:
            return
        cells: list[Tensor] = []
        while sum(map(len, cells)) < CELLS_PER_CODE * self.config.codebook_size:
            batch = self.crops.whole_batch(self.taken + len(cells))
            cells.append(self._cells(batch.to(self.usage)))
        codes = k_means(torch.cat(cells), self.config.codebook_size)
        if self.config.quantizer == "unit":
            codes = nn.functional.normalize(codes, dim=1)
        for codebook in codebooks:
            codebook.copy_(codes)
        self.usage.fill_(1.0)
        self.codebook_ready = True

    @torch.no_grad()
    def _track(self, indices: Tensor) -> None:
        """Exponential averages of the weights and of how often each code is used."""
        counts = torch.bincount(indices.flatten(), minlength=len(self.usage)).float()
        counts = self.processes.sum(counts)
        self.usage.mul_(0.99).add_(counts, alpha=0.01)
        decay = min(self.settings.ema_decay, (1 + self.taken) / (10 + self.taken))
        torch._foreach_lerp_(
            [p.data for p in self.average.parameters()],
            [p.data for p in self.model.parameters()],
            1.0 - decay,
        )

    @torch.no_grad()
    def _restart_unused(self, fraction: float) -> None:
        """Unused codes move to latents of the present batch (Dhariwal 2020, arXiv:2005.00341)."""
        settings = self.settings
        due = self.codebook_ready and (self.taken + 1) % settings.restart_every == 0
        if fraction > settings.restart_until or not due:
            return
        quantizers = [self.model.quantize, self.average.quantize]
        codebooks = [q.embedding.weight for q in quantizers if isinstance(q, VectorQuantizer)]
        unused = (self.usage < 0.01).nonzero().flatten()
        if not len(unused) or not codebooks:
            return
        cells = self._cells(self.crops.whole_batch(self.taken).to(self.usage))
        chosen = torch.randperm(len(cells))[: len(unused)]
        unused = unused[: len(chosen)]
        for codebook in codebooks:
            codebook[unused] = cells[chosen]
        self.usage[unused] = 1.0

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Remember how far it is, and the architecture."""
        checkpoint["spent"] = self.clock.spent
        checkpoint["taken"] = self.taken
        checkpoint["codebook_ready"] = self.codebook_ready
        checkpoint["config"] = asdict(self.config)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on from there."""
        self.clock = WallClock(60.0 * self.settings.minutes, spent=checkpoint["spent"])
        self.taken = checkpoint.get("taken", checkpoint["global_step"])
        self.codebook_ready = checkpoint["codebook_ready"]
