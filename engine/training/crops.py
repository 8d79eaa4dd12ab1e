"""Batches of random crops for VQGAN training: the n-th is the same in every run and process."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset

from engine.imaging.dataset import ImageSet, to_tensor
from ganshare.errors import ImageError

__all__ = ["DAMAGED", "CropBatches"]

DAMAGED = "damaged.txt"  # in the folder of a training: pictures that could not be read
TRIES = 64  # pictures in a row that cannot be read


class CropBatches(IterableDataset[Tensor]):
    """An endless stream of batches of flipped random crops, (batch, 3, crop, crop) in [-1, 1].

    Args:
        images: read when they are needed; those that cannot be are skipped and listed.
        crop: side in pixels.
        short_side: larger pictures are reduced to it first, so that a crop shows more than canvas.
        batch_size: crops in a batch of all processes together.
        seed: of all batches.
        folder: where the damaged are listed; None for nowhere.
        part: (rank, processes): this one's crops are every `processes`-th from `rank` on.
    """

    def __init__(
        self,
        images: ImageSet,
        crop: int,
        short_side: int,
        batch_size: int,
        seed: int,
        folder: Path | None = None,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        self.images, self.crop, self.short_side = images, crop, short_side
        self.batch_size, self.seed, self.folder, self.part = batch_size, seed, folder, part
        self.start = 0  # the number of the first batch: after a resume, of the next
        self._damaged: set[int] = set()

    def __iter__(self) -> Iterator[Tensor]:
        worker = torch.utils.data.get_worker_info()
        first, every = (0, 1) if worker is None else (worker.id, worker.num_workers)
        number = self.start + first  # the loader takes from each worker in turn
        while True:
            yield self.batch(number)
            number += every

    def batch(self, number: int) -> Tensor:
        """The crops of one batch that are this process's."""
        rank, processes = self.part
        chosen = range(rank, self.batch_size, processes)
        return torch.stack([self._draw(number, index) for index in chosen])

    def whole_batch(self, number: int) -> Tensor:
        """All crops of one batch, whichever process they belong to."""
        return torch.stack([self._draw(number, index) for index in range(self.batch_size)])

    def _draw(self, number: int, index: int) -> Tensor:
        rng = np.random.default_rng((self.seed, number, index))
        for _ in range(TRIES):
            chosen = int(rng.integers(len(self.images)))
            if chosen in self._damaged:
                continue
            try:
                image = self.images.decode(chosen, self.crop, self.short_side)
            except (ImageError, OSError):
                self._note(chosen)
                continue
            top = rng.integers(image.shape[0] - self.crop + 1)
            left = rng.integers(image.shape[1] - self.crop + 1)
            patch = image[top : top + self.crop, left : left + self.crop]
            return to_tensor(patch[:, ::-1] if rng.random() < 0.5 else patch)
        message = f"{TRIES} pictures in a row cannot be read; are they whole?"
        raise ImageError(message, given=str(self.images.source))

    def _note(self, index: int) -> None:
        self._damaged.add(index)
        if self.folder is not None:
            path, line = self.folder / DAMAGED, self.images.names[index]
            known = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
            if line not in known:
                with path.open("a", encoding="utf-8") as file:  # one write: workers share it
                    file.write(f"{line}\n")
