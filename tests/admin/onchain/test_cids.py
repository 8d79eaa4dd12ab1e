"""CIDs equal those of ipfs-unixfs-importer, from nothing to 50 MB."""

import random
import subprocess
from pathlib import Path

import pytest

from admin.minting.ipfs import CHUNK, cid_of

pytestmark = [pytest.mark.chain, pytest.mark.slow]

SIZES = (0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3_000_001, 174 * CHUNK)
LARGE = (174 * CHUNK + 1, 50_000_000)


def test_cids_are_the_importers(tools: Path, tmp_path: Path) -> None:
    source = random.Random(6)
    files = []
    for size in (*SIZES, *LARGE):
        files.append(tmp_path / str(size))
        files[-1].write_bytes(source.randbytes(size))
    script = Path(__file__).with_name("importer.mjs")
    command = ["node", str(script), str(tools), *map(str, files)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert said == [cid_of(file.read_bytes()) for file in files]
