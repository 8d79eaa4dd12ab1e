"""Repainting by rule: the picture keeps its size and changes its look."""

import numpy as np
import pytest
from PIL import Image

from engine.training.style_augmentation import REPAINTS


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    y, x = np.mgrid[0:160, 0:160]
    waves = 127 + 120 * np.sin(np.stack([x / 17, y / 23, (x + y) / 31], 2))
    return Image.fromarray(waves.astype(np.uint8))


@pytest.mark.parametrize("style", REPAINTS)
def test_a_repainted_picture_keeps_its_size_and_changes(style: str, picture: Image.Image) -> None:
    for seed in range(3):
        repainted = REPAINTS[style](picture, np.random.default_rng(seed))
        assert (repainted.size, repainted.mode) == (picture.size, "RGB")
        difference = np.asarray(repainted, int) - np.asarray(picture, int)
        assert np.abs(difference).mean() > 5
        assert len(repainted.getcolors(160 * 160) or ()) > 1


@pytest.mark.parametrize("style", REPAINTS)
def test_repainting_repeats_for_a_seed_and_leaves_its_input(
    style: str, picture: Image.Image
) -> None:
    before = picture.tobytes()
    first, second = (REPAINTS[style](picture, np.random.default_rng(7)) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert picture.tobytes() == before
