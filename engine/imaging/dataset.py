"""Image datasets: a folder or tar of images, with labels from a CSV file."""

import csv
import io
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.imaging.codecs import open_rgb
from ganshare.errors import ImageError, quoted

__all__ = ["SUFFIXES", "ImageSet", "read_labels", "read_rows", "split_held_out", "to_tensor"]

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})


def _is_image(name: str) -> bool:
    path = PurePosixPath(name)
    # "._x.jpg" is what macOS leaves beside each file of an archive.
    return path.suffix.lower() in SUFFIXES and not path.name.startswith("._")


def _encode(source: Path) -> Iterator[tuple[str, bytes]]:
    """(name, file content) of every image, in the order of their names."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file() and _is_image(path.name):
                yield path.relative_to(source).as_posix(), path.read_bytes()
    elif source.is_file() and tarfile.is_tarfile(source):
        with tarfile.open(source) as archive:
            members = [member for member in archive if member.isfile() and _is_image(member.name)]
            for member in sorted(members, key=lambda member: member.name):
                content = archive.extractfile(member)
                if content is not None:
                    yield member.name, content.read()
    else:
        message = f"{quoted(str(source))} is neither a folder nor a tar of images."
        raise ImageError(message, given=str(source))


@dataclass(frozen=True)
class ImageSet:
    """Encoded images in memory; decoded when asked for.

    Args:
        names: path of each image inside its folder or tar.
        encoded: content of each file.
        source: where they come from.
    """

    names: tuple[str, ...]
    encoded: tuple[bytes, ...]
    source: Path

    @classmethod
    def read(cls, source: Path) -> "ImageSet":
        """Read a folder or a tar; raises ImageError if it holds no image or is damaged."""
        try:
            pairs = list(_encode(source))
        except (OSError, EOFError, tarfile.TarError) as error:
            message = f"{quoted(str(source))} cannot be read: {error}."
            raise ImageError(message, given=str(source)) from error
        if not pairs:
            allowed = ", ".join(sorted(SUFFIXES))
            message = f"{quoted(str(source))} holds no image; allowed are {allowed}."
            raise ImageError(message, given=str(source), allowed=allowed)
        names, encoded = zip(*pairs, strict=True)
        return cls(names, encoded, source)

    def __len__(self) -> int:
        return len(self.names)

    def subset(self, indices: list[int]) -> "ImageSet":
        """These images only."""
        return ImageSet(
            tuple(self.names[i] for i in indices),
            tuple(self.encoded[i] for i in indices),
            self.source,
        )

    def decode(self, index: int, min_side: int = 1) -> np.ndarray:
        """One image as (height, width, 3) uint8, enlarged if a side is below `min_side`.

        Raises:
            ImageError: it is damaged or too large.
        """
        rgb = open_rgb(io.BytesIO(self.encoded[index]), quoted(self.names[index]))
        short = min(rgb.size)
        if short < min_side:
            scale = min_side / short
            rgb = rgb.resize(
                (max(min_side, round(rgb.width * scale)), max(min_side, round(rgb.height * scale))),
                Image.Resampling.BICUBIC,
            )
        return np.asarray(rgb)


def read_rows(path: Path) -> dict[str, dict[str, str]]:
    """`file` -> its row in a CSV; raises ImageError if it cannot be read or has no such column."""
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            reader = csv.DictReader(lines, strict=True, restval="")
            columns = reader.fieldnames or []
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"The labels {quoted(str(path))} cannot be read as CSV: {error}."
        raise ImageError(message, given=str(path)) from error
    _check_column(path, "file", columns)
    return {row["file"]: row for row in rows}


def read_labels(path: Path, column: str) -> dict[str, str]:
    """`file` -> `column` of a CSV; raises ImageError if it cannot be read or lacks a column."""
    rows = read_rows(path)
    _check_column(path, column, list(next(iter(rows.values()), {"file": ""})))
    return {file: row[column] for file, row in rows.items()}


def _check_column(path: Path, column: str, columns: Sequence[str]) -> None:
    if column not in columns:
        has = ", ".join(columns) or "none"
        message = f"{path.name} has no column {quoted(column)}; it has {has}."
        raise ImageError(message, given=column, allowed=tuple(columns))


def to_tensor(image: np.ndarray) -> Tensor:
    """(height, width, 3) uint8 -> (3, height, width) float in [-1, 1]."""
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float().div(127.5).sub(1.0)


def split_held_out(
    groups: list[str], fraction: float, seed: int = 0
) -> tuple[list[int], list[int]]:
    """(training, held-out) indices, whole groups (artists) on one side; fixed for a seed."""
    order = sorted(set(groups))
    rng = np.random.default_rng(seed)
    rng.shuffle(order)
    wanted, held = fraction * len(groups), set[str]()
    count = 0
    for group in order:
        if count >= wanted:
            break
        size = groups.count(group)
        if count + size <= 1.2 * wanted:
            held.add(group)
            count += size
    train = [i for i, group in enumerate(groups) if group not in held]
    return train, [i for i, group in enumerate(groups) if group in held]
