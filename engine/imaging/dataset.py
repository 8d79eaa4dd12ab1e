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


@dataclass(frozen=True)
class Place:
    """Where a picture's bytes are: a file, or a part of a tar."""

    path: Path
    offset: int = 0
    size: int = -1  # all of the file

    def read(self) -> bytes:
        """Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


def _find_images(source: Path) -> Iterator[tuple[str, Place | bytes]]:
    """(name, where it is) of every image, in the order of their names.

    A folder without images may hold tars of them (shards, as WebDataset has them).
    """
    if source.is_dir():
        paths = sorted(path for path in source.rglob("*") if path.is_file())
        images = [path for path in paths if _is_image(path.name)]
        for path in images:
            yield path.relative_to(source).as_posix(), Place(path)
        for shard in [] if images else [path for path in paths if path.suffix == ".tar"]:
            for name, place in _find_in_tar(shard):
                yield f"{shard.relative_to(source).as_posix()}/{name}", place
    elif source.is_file() and tarfile.is_tarfile(source):
        yield from _find_in_tar(source)
    else:
        message = f"{quoted(str(source))} is neither a folder nor a tar of images."
        raise ImageError(message, given=str(source))


def _find_in_tar(source: Path) -> Iterator[tuple[str, Place | bytes]]:
    try:
        archive = tarfile.open(source, "r:")  # noqa: SIM115 - closed below
        packed = False
    except tarfile.ReadError:
        archive, packed = tarfile.open(source), True  # noqa: SIM115 - closed below
    with archive:
        members = [member for member in archive if member.isfile() and _is_image(member.name)]
        for member in sorted(members, key=lambda member: member.name):
            if not packed and not member.issparse():
                yield member.name, Place(source, member.offset_data, member.size)
            elif (content := archive.extractfile(member)) is not None:
                yield member.name, content.read()  # a packed tar has no places to go to


@dataclass(frozen=True)
class ImageSet:
    """Images of a folder, a tar or shards; read and decoded when asked for.

    Args:
        names: path of each image inside its folder or tar.
        places: where each file's content is, or the content.
        source: where they come from.
    """

    names: tuple[str, ...]
    places: tuple[Place | bytes, ...]
    source: Path

    @classmethod
    def read(cls, source: Path) -> "ImageSet":
        """Find the images; raises ImageError if there is none or a tar is damaged."""
        try:
            pairs = list(_find_images(source))
        except (OSError, EOFError, tarfile.TarError) as error:
            message = f"{quoted(str(source))} cannot be read: {error}."
            raise ImageError(message, given=str(source)) from error
        if not pairs:
            allowed = ", ".join(sorted(SUFFIXES))
            message = f"{quoted(str(source))} contains no image; allowed are {allowed}."
            raise ImageError(message, given=str(source), allowed=allowed)
        names, places = zip(*pairs, strict=True)
        return cls(names, places, source)

    def __len__(self) -> int:
        return len(self.names)

    def subset(self, indices: list[int]) -> "ImageSet":
        """These images only."""
        return ImageSet(
            tuple(self.names[i] for i in indices),
            tuple(self.places[i] for i in indices),
            self.source,
        )

    def content(self, index: int) -> bytes:
        """The file of one image; raises ImageError if it cannot be read."""
        place = self.places[index]
        try:
            return place if isinstance(place, bytes) else place.read()
        except OSError as error:
            message = f"{quoted(self.names[index])} cannot be read: {error.strerror}."
            raise ImageError(message, given=self.names[index]) from error

    def is_whole(self, index: int) -> bool:
        """Whether an image can be decoded."""
        try:
            self.decode(index)
        except ImageError:
            return False
        return True

    def decode(self, index: int, min_side: int = 1, short_side: int | None = None) -> np.ndarray:
        """One image as (height, width, 3) uint8.

        It is enlarged if a side is below `min_side`, and reduced if both are above `short_side`.

        Raises:
            ImageError: it is damaged or too large.
        """
        rgb = open_rgb(io.BytesIO(self.content(index)), quoted(self.names[index]))
        short = min(rgb.size)
        wanted = min(max(short, min_side), short_side or max(short, min_side))
        if wanted != short:
            scale = wanted / short
            width, height = (max(wanted, round(side * scale)) for side in rgb.size)
            rgb = rgb.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0)
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
