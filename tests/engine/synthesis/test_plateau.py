"""A plateau is found in a flat loss, however noisy, and not in one that still falls."""

import math
import random

import pytest

from engine.synthesis.plateau import Plateau

WINDOW, GAIN = 200, 0.01


def found_after(fall: float, noise: float, seed: int, steps: int = 2000) -> int | None:
    """The step at which a loss that falls by so much in a window is taken for flat."""
    dice, plateau = random.Random(seed), Plateau(WINDOW, GAIN)
    for step in range(1, steps + 1):
        plateau.add(2.0 - fall * step / WINDOW + dice.gauss(0.0, noise))
        if plateau.reached:
            return step
    return None


@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_flat_loss_is_one(seed: int) -> None:
    step = found_after(0.0, 0.02, seed)
    assert step is not None
    assert WINDOW <= step <= 4 * WINDOW


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.05])
@pytest.mark.parametrize("seed", range(5))
def test_a_loss_that_falls_is_none(noise: float, seed: int) -> None:
    assert found_after(0.05, noise, seed) is None


def test_noise_that_hides_a_fall_is_no_plateau() -> None:
    assert all(found_after(0.0, 1.0, seed, steps=WINDOW + 1) is None for seed in range(10))


def test_a_loss_that_levels_off_is_one_once_it_has() -> None:
    dice, plateau, found = random.Random(1), Plateau(WINDOW, GAIN), None
    for step in range(3000):
        plateau.add(math.exp(-step / 200) + dice.gauss(0.0, 0.01))
        if plateau.reached and found is None:
            found = step
    assert found is not None
    assert 700 < found < 1500  # 0.03 are left at step 700


def test_another_loss_begins_another_window() -> None:
    plateau = Plateau(20, GAIN)
    for _ in range(20):
        plateau.add(1.0)
    assert plateau.reached
    plateau.restart()
    assert not plateau.reached
    plateau.restart([1.0] * 20)
    assert plateau.reached
