"""Batches of training are the same in every run and process, and damaged pictures are left out."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from engine.imaging.dataset import ImageSet
from engine.training.crops import DAMAGED, CropBatches
from engine.training.progress_log import ProgressLog
from ganshare.errors import ImageError


def encoded(index: int, side: int = 40) -> bytes:
    pixels = np.random.default_rng(index).integers(0, 256, (side, side + 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for index in range(6):
        (folder / f"{index}.png").write_bytes(encoded(index))
    (folder / "5.png").write_bytes(encoded(5)[:500])
    return folder


def batches(images: ImageSet, folder: Path | None = None, **changes: object) -> CropBatches:
    values = {"crop": 16, "short_side": 24, "batch_size": 4, "seed": 3, "folder": folder} | changes
    return CropBatches(images, **values)


def test_a_batch_is_the_same_again_and_after_a_resume(folder: Path) -> None:
    images = ImageSet.read(folder)
    first = [batch for batch, _ in zip(batches(images), range(6), strict=False)]
    resumed = batches(images)
    resumed.start = 3
    for batch, expected in zip(resumed, first[3:], strict=False):
        assert torch.equal(batch, expected)
    assert first[0].shape == (4, 3, 16, 16)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(next(iter(batches(images, seed=4))), first[0])


def test_workers_and_processes_share_the_same_batches(folder: Path) -> None:
    images = ImageSet.read(folder)
    expected = [batch for batch, _ in zip(batches(images), range(5), strict=False)]
    with_workers = DataLoader(batches(images), batch_size=None, num_workers=2)
    for batch, wanted in zip(with_workers, expected, strict=False):
        assert torch.equal(batch, wanted)
    parts = [batches(images, part=(rank, 2)).batch(1) for rank in (0, 1)]
    assert torch.equal(torch.stack(parts, 1).flatten(0, 1), expected[1])


def test_damaged_pictures_are_skipped_and_listed_once(folder: Path, tmp_path: Path) -> None:
    crops = batches(ImageSet.read(folder), tmp_path)
    for number in range(20):
        crops.batch(number)
    again = batches(ImageSet.read(folder), tmp_path)
    again.batch(0)
    assert (tmp_path / DAMAGED).read_text() == "5.png\n"
    for path in folder.iterdir():
        path.write_bytes(b"nonsense")
    with pytest.raises(ImageError, match="in a row cannot be read"):
        batches(ImageSet.read(folder)).batch(0)


def test_large_originals_are_reduced_and_small_ones_enlarged(tmp_path: Path) -> None:
    for name, side in (("large", 400), ("small", 8), ("fitting", 20)):
        (tmp_path / f"{name}.png").write_bytes(encoded(0, side))
    images = ImageSet.read(tmp_path)
    sides = {name: min(images.decode(i, 16, 24).shape[:2]) for i, name in enumerate(images.names)}
    assert sides == {"large.png": 24, "small.png": 16, "fitting.png": 20}
    assert min(images.decode(images.names.index("large.png")).shape[:2]) == 400


def test_shards_are_read_where_they_lie_and_not_kept(tmp_path: Path) -> None:
    for shard in range(2):
        with tarfile.open(tmp_path / f"{shard:06}.tar", "w") as archive:
            for index in range(2):
                content = encoded(2 * shard + index)
                info = tarfile.TarInfo(f"{shard}{index}.png")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    images = ImageSet.read(tmp_path)
    assert images.names == (
        "000000.tar/00.png", "000000.tar/01.png", "000001.tar/10.png", "000001.tar/11.png",
    )  # fmt: skip
    assert [images.content(index) for index in range(4)] == [encoded(index) for index in range(4)]
    assert not any(isinstance(place, bytes) for place in images.places)
    (tmp_path / "000001.tar").unlink()
    with pytest.raises(ImageError, match="cannot be read"):
        images.content(3)


def test_the_log_goes_on_where_the_checkpoint_was(tmp_path: Path) -> None:
    log = ProgressLog(tmp_path)
    for step in (50, 100, 150):
        log.write(step, {"psnr": step / 10})
    ProgressLog(tmp_path, 100).write(150, {"psnr": 99.0, "perceptual": 0.5})
    rows = (tmp_path / "metrics.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["step", "50", "100", "150"]
    assert rows[3].split(",")[2:4] == ["99", "0.5"]
    ProgressLog(tmp_path)
    assert len((tmp_path / "metrics.csv").read_text().splitlines()) == 1
