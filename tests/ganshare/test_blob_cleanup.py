"""Sweeping a folder of blobs while other processes write and sweep, too."""

import os
from pathlib import Path

from ganshare.blobs import open_blobs, preview_key


def make_old(path: Path) -> None:
    os.utime(path, (0, 0))


async def test_what_killed_processes_left_is_removed_once_it_is_old(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}")
    old, young = tmp_path / "pictures/1/1.png#1", tmp_path / "pictures/1/1.png#2"
    for path in (old, young):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    make_old(old)
    await blobs.expire(60.0)
    assert young.exists()
    assert not old.exists()


async def test_a_file_that_vanishes_meanwhile_stops_no_sweep(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}")
    # A link to nothing is seen like a file that is gone once it is looked at.
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/1.png#1").symlink_to("gone")
    old = tmp_path / "pictures/2.png#1"
    old.touch()
    make_old(old)
    await blobs.expire(60.0)
    assert not old.exists()


async def test_only_empty_folders_are_removed(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}")
    kept, emptied = preview_key("kept", 1, 1), preview_key("emptied", 1, 1)
    await blobs.put(kept, b"young")
    await blobs.put(emptied, b"deleted")
    await blobs.delete([emptied])
    for key in (kept, emptied):
        make_old((tmp_path / key).parent)
    await blobs.expire(60.0)
    assert await blobs.get(kept) == b"young"
    assert not (tmp_path / emptied).parent.exists()
