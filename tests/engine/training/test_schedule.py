"""The clock of a training, and its learning rate."""

import pytest

from engine.training.schedule import WallClock, cosine_rate


def test_a_pause_costs_no_time() -> None:
    clock = WallClock(seconds=100.0)
    clock.ticked -= 5.0
    assert clock.tick() == pytest.approx(0.05, abs=0.01)
    clock.ticked -= 3600.0
    assert clock.tick(longest=10.0) == pytest.approx(0.15, abs=0.01)


def test_the_rate_falls_from_first_to_last() -> None:
    rates = [cosine_rate(fraction, 1.0, 0.1) for fraction in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert rates == sorted(rates, reverse=True)
    assert (rates[0], rates[-1]) == (pytest.approx(1.0), pytest.approx(0.1))
