"""VQGAN training with Lightning: taming's recipe (arXiv:2012.09841), sized for a CPU.

Departures from the paper: the schedule follows the wall clock, so that any machine spends exactly
the time it is given; the adaptive discriminator weight compares gradients at the reconstruction
rather than at the last layer, which needs one backward pass through the decoder instead of three.
"""

import copy
import math
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytorch_lightning as pl
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from engine.imaging.dataset import ImageSet, to_tensor
from engine.runtime.compute import Compute, choose_compute
from engine.training.efficientnet_teacher import load_lite0
from engine.training.losses import (
    PatchDiscriminator,
    PerceptualDistance,
    hinge_discriminator_loss,
)
from engine.vqgan.model import VQGAN, VQGANConfig
from engine.vqgan.quantize import Quantized, VectorQuantizer, nearest_indices

# Lightning's names of number formats
PRECISIONS: dict[str, Any] = {
    "float32": "32-true",
    "bfloat16": "bf16-mixed",
    "float16": "16-mixed",
}
CELLS_PER_CODE = 12  # that k-means sees


@dataclass(frozen=True)
class VQGANTraining:
    """The `training` part of a VQGAN training configuration."""

    minutes: float
    batch_size: int = 32
    crop: int = 64
    learning_rate: float = 6e-4
    final_learning_rate: float = 2e-5
    warmup_steps: int = 200
    l1_weight: float = 1.0
    l2_weight: float = 0.0
    colour_weight: float = 0.0  # on the mean hue of each latent cell; see `hue_distance`
    perceptual_weight: float = 1.0
    codebook_weight: float = 1.0
    quantize_start: float = 0.15  # fraction of the time; before it, latents only get noise
    warmup_noise: float = 0.05  # its deviation, about as far as the nearest code will be
    discriminator_weight: float = 0.3
    discriminator_start: float = 0.5  # fraction of the time after which it takes part
    ema_decay: float = 0.999
    restart_until: float = 0.6  # fraction of the time in which unused codes are restarted
    restart_every: int = 100
    seed: int = 0


class RandomCrops(IterableDataset[Tensor]):
    """An endless stream of flipped random crops, (3, crop, crop) in [-1, 1]."""

    def __init__(self, images: ImageSet, crop: int, seed: int, per_image: int = 2) -> None:
        self.images, self.crop, self.seed, self.per_image = images, crop, seed, per_image

    def __iter__(self) -> Any:
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng((self.seed, 0 if worker is None else worker.id, time.time_ns()))
        pool: list[Tensor] = []
        while True:
            image = self.images.decode(int(rng.integers(len(self.images))), self.crop)
            for _ in range(self.per_image):
                top = rng.integers(image.shape[0] - self.crop + 1)
                left = rng.integers(image.shape[1] - self.crop + 1)
                patch = image[top : top + self.crop, left : left + self.crop]
                pool.append(to_tensor(patch[:, ::-1] if rng.random() < 0.5 else patch))
            if len(pool) >= 256:  # crops of one painting should not share a batch
                rng.shuffle(pool)
                while len(pool) > 128:
                    yield pool.pop()


@dataclass
class WallClock:
    """How much of the training's time is spent; survives a resume, and a pause costs nothing."""

    seconds: float
    spent: float = 0.0
    ticked: float = field(default_factory=time.monotonic)

    def tick(self, longest: float = 10.0) -> float:
        """Count the time since the last tick; returns the fraction spent, in [0, 1]."""
        now = time.monotonic()
        self.spent += min(now - self.ticked, longest)
        self.ticked = now
        return min(1.0, self.spent / self.seconds)


def cosine_rate(fraction: float, first: float, last: float) -> float:
    """Cosine from `first` to `last`."""
    return last + (first - last) * 0.5 * (1.0 + math.cos(math.pi * fraction))


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

    def __init__(self, config: VQGANConfig, training: VQGANTraining) -> None:
        super().__init__()
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
        settings, fraction = self.settings, self.clock.tick()
        # Lightning's annotation allows for one optimiser as well
        generator, critic = cast("list[torch.optim.Optimizer]", self.optimizers())
        warm = min(1.0, (self.global_step + 1) / settings.warmup_steps)
        rate = warm * cosine_rate(fraction, settings.learning_rate, settings.final_learning_rate)
        for optimizer, factor in ((generator, 1.0), (critic, 0.5)):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        image = batch.contiguous(memory_format=torch.channels_last)
        reconstruction, quantized = self._reconstruct(image, fraction)
        output = reconstruction.float()
        leaf = output.detach().requires_grad_(True)
        error = leaf - image
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
            weight = gradient.norm() / (push.norm() + 1e-8)
            gradient = gradient + settings.discriminator_weight * ramp * weight * push
        generator.zero_grad()
        torch.autograd.backward(
            [output, settings.codebook_weight * quantized.loss], [gradient, None]
        )
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        generator.step()
        if adversarial:
            both = self.discriminator(torch.cat([image, output.detach()])).float()
            judged = hinge_discriminator_loss(*both.chunk(2))
            critic.zero_grad()
            judged.backward()
            critic.step()
            self.log("discriminator", judged)
        self._track(quantized.indices)
        self._restart_unused(image, fraction, batch_index)
        psnr = 10.0 * torch.log10(4.0 / error.detach().square().mean((1, 2, 3))).mean()
        self.log("psnr", psnr, prog_bar=True)
        self.log("perceptual", distance, prog_bar=True)
        self.log("codebook_loss", quantized.loss)
        self.log("codes_used", (self.usage > 0.01).float().mean(), prog_bar=True)
        self.log("hours_spent", self.clock.spent / 3600)
        if fraction >= 1.0:
            self.trainer.should_stop = True

    def _reconstruct(self, image: Tensor, fraction: float) -> tuple[Tensor, Quantized]:
        """Through the codebook; in the first part of the time through noise instead.

        A codebook that is there from the start settles on light and dark, and commitment then keeps
        the encoder from ever showing it green. An autoencoder finds its axes first; then k-means
        lays the codebook over its latents.
        """
        if self.config.quantizer == "gumbel" or fraction >= self.settings.quantize_start:
            self._lay_codebook(image)
            whole: tuple[Tensor, Quantized] = self.model(image)
            return whole
        latent = self._latent(image)
        noisy = latent + self.settings.warmup_noise * torch.randn_like(latent)
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
    def _lay_codebook(self, image: Tensor) -> None:
        """Once, by k-means over latents of this batch and the next ones of the data."""
        quantizers = [self.model.quantize, self.average.quantize]
        codebooks = [q.embedding.weight for q in quantizers if isinstance(q, VectorQuantizer)]
        if self.codebook_ready or not codebooks:
            return
        stream = iter(self.trainer.train_dataloader)  # type: ignore[arg-type]
        cells = [self._cells(image)]
        while sum(map(len, cells)) < CELLS_PER_CODE * self.config.codebook_size:
            cells.append(self._cells(next(stream).to(image)))
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
        self.usage.mul_(0.99).add_(counts, alpha=0.01)
        step = self.global_step  # unlike the batch's number, it survives a resume
        decay = min(self.settings.ema_decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(
            [p.data for p in self.average.parameters()],
            [p.data for p in self.model.parameters()],
            1.0 - decay,
        )

    @torch.no_grad()
    def _restart_unused(self, image: Tensor, fraction: float, step: int) -> None:
        """Unused codes move to latents of the present batch (Dhariwal 2020, arXiv:2005.00341)."""
        settings = self.settings
        due = self.codebook_ready and (step + 1) % settings.restart_every == 0
        if fraction > settings.restart_until or not due:
            return
        quantizers = [self.model.quantize, self.average.quantize]
        codebooks = [q.embedding.weight for q in quantizers if isinstance(q, VectorQuantizer)]
        unused = (self.usage < 0.01).nonzero().flatten()
        if not len(unused) or not codebooks:
            return
        cells = self._cells(image)
        chosen = torch.randperm(len(cells))[: len(unused)]
        unused = unused[: len(chosen)]
        for codebook in codebooks:
            codebook[unused] = cells[chosen]
        self.usage[unused] = 1.0

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Remember the time spent and the architecture."""
        checkpoint["spent"] = self.clock.spent
        checkpoint["codebook_ready"] = self.codebook_ready
        checkpoint["config"] = asdict(self.config)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on where the clock stood."""
        self.clock = WallClock(60.0 * self.settings.minutes, spent=checkpoint["spent"])
        self.codebook_ready = checkpoint["codebook_ready"]


class LatestCheckpoint(pl.Callback):
    """Writes `last.ckpt` every few minutes, replacing it in one move, and a reconstruction grid."""

    def __init__(self, folder: Path, every_seconds: float, model: VQGAN, examples: Tensor) -> None:
        self.folder, self.every_seconds = folder, every_seconds
        self.model, self.examples = model, examples
        self.saved = time.monotonic()

    def on_train_batch_end(self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any) -> None:
        """Save if it is time."""
        if time.monotonic() - self.saved > self.every_seconds:
            self.save(trainer)

    def on_train_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Save the final state."""
        self.save(trainer)

    def save(self, trainer: pl.Trainer) -> None:
        """Write to a temporary name first: a kill leaves the old checkpoint whole."""
        temporary = self.folder / "saving.ckpt"
        trainer.save_checkpoint(temporary)
        temporary.replace(self.folder / "last.ckpt")
        save_grid(self.model, self.examples, self.folder / "reconstructions.png")
        self.saved = time.monotonic()


@torch.no_grad()
def save_grid(model: VQGAN, examples: Tensor, path: Path) -> None:
    """Originals above their reconstructions, as one PNG."""
    device = model.codebook.device
    reconstructions = torch.cat([model(one[None].to(device))[0].cpu() for one in examples])
    reconstructions = reconstructions.clamp(-1, 1)
    rows = torch.cat([torch.cat(list(part), 2) for part in (examples, reconstructions)], 1)
    pixels = rows.permute(1, 2, 0).add(1).mul(127.5).round().byte().numpy()
    Image.fromarray(pixels).save(path)


def train_vqgan(
    images: ImageSet,
    held_out: ImageSet,
    config: VQGANConfig,
    training: VQGANTraining,
    folder: Path,
    *,
    start: VQGAN | None = None,
    resume: bool = False,
    save_minutes: float = 4.0,
    compute: Compute | None = None,
) -> VQGAN:
    """Train for `training.minutes`, checkpointing to `folder`; returns the averaged model.

    `start` gives encoder and decoder their first weights; the codebook is laid anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pl.seed_everything(training.seed, verbose=False)
    module = VQGANModule(config, training)
    if start is not None:
        module.start_from(start)
    crops = RandomCrops(images, training.crop, training.seed)
    # four cores are kept for the steps themselves; a GPU waits for what the others decode
    workers = min(12, max(0, (os.cpu_count() or 1) - 4))
    loader = DataLoader(crops, batch_size=training.batch_size, num_workers=workers)
    examples = torch.stack([to_tensor(held_out.decode(i, 160)[:160, :160]) for i in range(8)])
    last = folder / "last.ckpt"
    compute = compute or choose_compute()
    place = compute.torch_device
    trainer = pl.Trainer(
        accelerator=place.type,
        devices=[place.index or 0] if place.type == "cuda" else 1,
        precision=PRECISIONS[compute.dtype],
        max_epochs=-1,
        logger=pl.loggers.CSVLogger(str(folder), name="", version=""),
        log_every_n_steps=50,
        enable_checkpointing=False,
        enable_model_summary=False,
        callbacks=[LatestCheckpoint(folder, 60 * save_minutes, module.average, examples)],
    )
    trainer.fit(module, loader, ckpt_path=str(last) if resume and last.exists() else None)
    return module.average
