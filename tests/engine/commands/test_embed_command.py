"""`python -m engine embed`: what the critic reads, from real pictures and our own perceptor."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from admin.curation.embeddings import embed
from ganshare.blobs import open_blobs


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANSHARE_BLOBS_URL", f"file://{tmp_path}/blobs")
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    keys = {}
    for name, colour in (("red", (220, 20, 20)), ("blue", (20, 20, 220))):
        file = tmp_path / f"{name}.png"
        Image.new("RGB", (96, 64), colour).save(file)
        keys[name] = f"pictures/{name}/1.png"
        asyncio.run(blobs.put(keys[name], file.read_bytes()))
    return keys


@pytest.mark.slow
def test_a_phrase_lies_nearer_to_the_picture_that_it_is_about(
    pictures: dict[str, str], tmp_path: Path
) -> None:
    cache = tmp_path / "cache.npz"
    gone = {"gone": "pictures/gone/1.png"}
    found = embed(pictures | gone, ["a red painting", "a blue painting"], cache)
    assert found.pictures.keys() == {"red", "blue"}
    for row in (*found.pictures.values(), *found.texts.values()):
        assert np.linalg.norm(row) == pytest.approx(1.0, abs=1e-4)
    for colour, other in (("red", "blue"), ("blue", "red")):
        text = found.texts[f"a {colour} painting"]
        assert found.pictures[colour] @ text > found.pictures[other] @ text
    (tmp_path / "blobs" / "pictures" / "red" / "1.png").unlink()
    again = embed(pictures, [], cache)  # kept
    assert np.allclose(again.pictures["red"], found.pictures["red"])
    assert again.perceptor == found.perceptor
    assert json.loads(json.dumps(found.perceptor))
