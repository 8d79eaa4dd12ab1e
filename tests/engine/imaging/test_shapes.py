"""Rendered shapes: each of them shows something, the same for the same seed."""

import numpy as np
import pytest

from engine.imaging.shapes import DRAWINGS, SIDE, draw_shapes
from wordlists import word_lists

GROUND, INKS = (240, 240, 230), [(20, 20, 20), (200, 30, 30)]


def drawn(name: str, seed: int) -> np.ndarray:
    return np.asarray(draw_shapes(name, np.random.default_rng(seed), GROUND, INKS))


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_drawing_shows_something(name: str) -> None:
    for seed in range(3):
        pixels = drawn(name, seed)
        assert pixels.shape == (SIDE, SIDE, 3)
        away = np.abs(pixels.astype(int) - GROUND).sum(2) > 60
        assert away.mean() > 0.01
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 1


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_drawing_repeats_for_a_seed_and_only_for_it(name: str) -> None:
    assert np.array_equal(drawn(name, 1), drawn(name, 1))
    assert not np.array_equal(drawn(name, 1), drawn(name, 2))


def test_most_shapes_of_the_word_list_can_be_drawn() -> None:
    listed = {word.lower() for word in word_lists().shapes}
    assert len(listed & set(DRAWINGS)) > 0.8 * len(listed)
