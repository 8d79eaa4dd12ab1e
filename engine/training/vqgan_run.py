"""A run of VQGAN training: data in, checkpoints, figures and a grid of reconstructions out."""

import os
import pickle
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from PIL import Image
from pytorch_lightning.strategies import SingleDeviceStrategy
from torch import Tensor
from torch.utils.data import DataLoader

from engine.imaging.dataset import ImageSet, to_tensor
from engine.runtime.compute import Compute, choose_compute
from engine.training.crops import CropBatches
from engine.training.processes import Processes
from engine.training.progress_log import ProgressLog
from engine.training.vqgan import VQGANModule, VQGANTraining
from engine.vqgan.model import VQGAN, VQGANConfig
from ganshare.errors import ModelError, ParameterError

__all__ = ["LAST", "train_vqgan"]

LAST = "last.ckpt"
EXAMPLE = 160  # side of a held-out picture in the grid
# Lightning's names of number formats
PRECISIONS: dict[str, Any] = {
    "float32": "32-true",
    "bfloat16": "bf16-mixed",
    "float16": "16-mixed",
}
FIRST_SAVE = 40.0  # seconds after the start
LOG_EVERY = 50  # steps


class LatestCheckpoint(pl.Callback):
    """Writes `last.ckpt` every few minutes, replacing it in one move, a grid, and the log."""

    def __init__(
        self, folder: Path, every_seconds: float, examples: Tensor, log: ProgressLog | None
    ) -> None:
        self.folder, self.every_seconds = folder, every_seconds
        self.examples, self.progress_log = examples, log
        # the first one soon: a mistake is seen, and a kill costs less
        self.saved = time.monotonic() + min(FIRST_SAVE, every_seconds) - every_seconds

    def on_train_batch_end(self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any) -> None:
        """Log and save if it is time."""
        vqgan = cast("VQGANModule", module)
        if vqgan.taken % LOG_EVERY == 0 or trainer.should_stop:
            figures = vqgan.figures_now()
            if self.progress_log is not None:
                self.progress_log.write(vqgan.taken, figures)
        if time.monotonic() - self.saved > self.every_seconds:
            self.save(trainer, vqgan)

    def on_train_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Save the final state."""
        self.save(trainer, cast("VQGANModule", module))

    def save(self, trainer: pl.Trainer, module: VQGANModule) -> None:
        """Write to a temporary name first: a kill leaves the old checkpoint whole."""
        if self.progress_log is None:  # another process does
            return
        temporary = self.folder / "saving.ckpt"
        trainer.save_checkpoint(temporary)
        temporary.replace(self.folder / LAST)
        save_grid(module.average, self.examples, self.folder / "reconstructions.png")
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
    """Train for `training.steps` or `training.minutes`; returns the averaged model.

    Checkpoints go to `folder`. `start` gives encoder and decoder their first weights; the codebook
    is new. With several processes (torchrun), each takes its share of every batch.

    Raises:
        ParameterError: the folder holds a training, and `resume` is not set.
        ModelError: the checkpoint to go on from is broken, or of another architecture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    compute = compute or choose_compute()
    place = compute.torch_device
    processes = Processes.join(place.type)
    last = folder / LAST
    step = check_folder(folder, config, resume=resume)
    processes.wait()  # until all have looked
    pl.seed_everything(training.seed, verbose=False)
    short_side = training.short_side or round(2.5 * training.crop)
    crops = CropBatches(
        images, training.crop, short_side, training.batch_size, training.seed, folder,
        (processes.rank, processes.count),
    )  # fmt: skip
    crops.start = step
    module = VQGANModule(config, training, crops, processes)
    if start is not None:
        module.start_from(start)
    # four cores are kept for the steps themselves; a GPU waits for what the others decode
    workers = min(12, max(0, (os.cpu_count() or 1) // processes.count - 4))
    loader = DataLoader(crops, batch_size=None, num_workers=workers)
    examples = torch.stack(
        [to_tensor(held_out.decode(i, EXAMPLE, EXAMPLE)[:EXAMPLE, :EXAMPLE]) for i in range(8)]
    )
    log = ProgressLog(folder, step) if processes.rank == 0 else None
    gpu = int(os.environ.get("LOCAL_RANK", place.index or 0))
    trainer = pl.Trainer(
        accelerator=place.type,
        devices=[gpu] if place.type == "cuda" else 1,
        strategy=SingleDeviceStrategy(f"cuda:{gpu}" if place.type == "cuda" else place.type),
        plugins=[LightningEnvironment()],  # torchrun's processes meet in `Processes`
        precision=PRECISIONS[compute.dtype],
        max_epochs=-1,
        logger=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=processes.rank == 0,
        callbacks=[LatestCheckpoint(folder, 60 * save_minutes, examples, log)],
    )
    trainer.fit(module, loader, ckpt_path=str(last) if step else None)
    processes.wait()
    return module.average


def check_folder(folder: Path, config: VQGANConfig, *, resume: bool) -> int:
    """The step to go on from, 0 for the first; see `train_vqgan` for the errors."""
    last = folder / LAST
    if not last.exists():
        return 0
    if not resume:
        message = (
            f"{folder} already holds a training run: continue it with --resume, or choose another "
            "--out."
        )
        raise ParameterError(message, given=str(folder))
    try:
        content = torch.load(last, map_location="cpu", weights_only=True, mmap=True)
        found, step = content["config"], content.get("taken", content["global_step"])
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, KeyError, ValueError) as error:
        message = f"{last} is not a complete checkpoint of VQGAN training."
        raise ModelError(message, given=str(last)) from error
    if found != asdict(config):
        wanted, others = asdict(config), sorted(set(found) | set(asdict(config)))
        names = ", ".join(name for name in others if found.get(name) != wanted.get(name))
        message = (
            f"{last} is of another architecture ({names}): use the configuration that it "
            "started with, or another --out."
        )
        raise ModelError(message, given=str(last))
    return max(1, int(step))
