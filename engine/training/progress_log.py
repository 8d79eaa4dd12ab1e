"""`metrics.csv` of a training run, continued after a resume; TensorBoard, if installed."""

import csv
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["COLUMNS", "ProgressLog"]

COLUMNS = (
    "step", "hours_spent", "psnr", "perceptual", "codebook_loss", "codes_used", "discriminator",
)  # fmt: skip


class ProgressLog:
    """Args: folder; step: that of the checkpoint: what was logged after it is forgotten."""

    def __init__(self, folder: Path, step: int = 0) -> None:
        self.path = folder / "metrics.csv"
        rows: list[dict[str, str]] = []
        if step and self.path.is_file():
            with self.path.open(newline="", encoding="utf-8") as file:
                rows = [row for row in csv.DictReader(file) if int(row.get("step") or -1) <= step]
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", restval="")
            writer.writeheader()
            writer.writerows(rows)
        self._board: Any = None
        if find_spec("tensorboard") is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step or None)

    def write(self, step: int, figures: dict[str, float]) -> None:
        """Append a row."""
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writerow({"step": step, **{k: f"{v:.6g}" for k, v in figures.items()}})
        if self._board is not None:
            for name, value in figures.items():
                self._board.add_scalar(name, value, step)
