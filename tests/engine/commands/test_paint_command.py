"""`paint`: a mistake is one sentence and exit code 2; a painting is whole and repeatable."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.__main__ import engine
from engine.commands.paint import Options, run
from engine.commands.paint_outputs import slug
from engine.model_folder import ModelFolder, sha256_of
from engine.model_import.add import write_model_folder
from engine.synthesis import loop
from engine.synthesis.manifest import Manifest, read_manifest
from engine.synthesis.pipeline import frames_between
from engine.synthesis.request import PaintingRequest
from ganshare.cli import run_cli
from ganshare.prompts import draw_prompt, parse_prompts
from ganshare.testing import TIMEOUT

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class FakeFrame:
    step: int
    steps: int
    image: Tensor
    loss: float
    losses: dict[str, float] = field(default_factory=dict)
    plateau_step: int | None = None
    start: int | None = None


class FakePainter:
    """Paints noise from the seed."""

    def __init__(self, *folders: ModelFolder, pause: float = 0.0) -> None:
        for folder in folders:
            folder.tensors()
        self.pause = pause
        self.requests: list[PaintingRequest] = []

    def paint(
        self, requests: Sequence[PaintingRequest], every: int | None
    ) -> Iterator[tuple[FakeFrame, ...]]:
        self.requests += requests
        steps = requests[0].steps
        for step in [*range(every or steps, steps, every or steps), steps]:
            time.sleep(self.pause)
            yield tuple(
                FakeFrame(step, steps, self.canvas(request), 1 / step, {"prompt": 1 / step})
                for request in requests
            )

    @staticmethod
    def canvas(request: PaintingRequest) -> Tensor:
        generator = torch.Generator().manual_seed(request.seed)
        return torch.rand(3, request.height, request.width, generator=generator)


def load_fake(vqgan: ModelFolder, perceptor: ModelFolder, device: str) -> FakePainter:
    return FakePainter(vqgan, perceptor)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for kind in ("vqgan", "perceptor"):
        card = {"name": f"my-{kind}", "kind": kind, "architecture": {}, "licence": "Apache-2.0",
                "may_sell": True, "source": "this test"}  # fmt: skip
        write_model_folder(folder / f"my-{kind}", {"weight": torch.zeros(2)}, card)
    return folder


@pytest.fixture
def paint(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(models))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loop, "paint", lambda painter, *given: painter.paint(*given))

    def paint_with(load: Any = load_fake, **options: Any) -> int:
        defaults = {"prompt": "a castle", "seed": 1, "size": "64x80", "no_upscale": True,
                    "model": "my-vqgan", "perceptor": "my-perceptor"}  # fmt: skip

        @click.command()
        def command() -> None:
            run(Options(**(defaults | options)), load)

        return run_cli(command, [])

    return paint_with


# --- a painting -------------------------------------------------------------------------------


def test_a_painting_is_written_with_frames_and_manifest(
    paint: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paint(frames_dir=Path("frames"), video=Path("film.gif"), as_json=True) == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    beside = json.loads((tmp_path / "a-castle-1.png.json").read_text())
    assert printed == beside
    assert printed["path"] == "a-castle-1.png"
    assert (printed["width"], printed["height"]) == (64, 80)
    assert set(printed["seconds"]) == {"load", "synthesise", "upscale", "write"}
    assert printed["losses"]["loss"] == pytest.approx(1 / 120)
    assert len(printed["frames"]) == 24
    assert all((tmp_path / frame).is_file() for frame in printed["frames"])
    assert (tmp_path / "film.gif").is_file()
    with Image.open(tmp_path / "a-castle-1.png") as png:
        assert png.size == (64, 80)
    inside = read_manifest(tmp_path / "a-castle-1.png")
    assert inside == Manifest.from_json(
        {**printed, "seconds": {}, "frames": [], "video": None, "path": None}
    )


def test_a_chinese_prompt_is_painted_as_it_is_read(
    paint: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paint(prompt="雪山上的红色寺庙 🦊 | 大海:0.5") == 0
    told = capsys.readouterr().err
    assert "\nread as: red temple on a snowy mountain | sea:0.5\n" in told
    assert "Left out, because it cannot be read: '🦊'.\n" in told
    inside = read_manifest(tmp_path / "red-temple-on-a-snowy-mountain-sea-0-5-1.png")
    assert inside.prompt == "雪山上的红色寺庙 🦊 | 大海:0.5"
    assert inside.reading == "red temple on a snowy mountain | sea:0.5"
    assert [part.text for part in inside.prompts] == ["red temple on a snowy mountain", "sea"]
    assert paint() == 0
    assert read_manifest(tmp_path / "a-castle-1.png").reading is None


def test_the_same_command_gives_the_same_bytes(paint: Callable[..., int], tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        assert paint(out=Path(name), frames_dir=Path(name[:3])) == 0
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert paint(out=Path("two.png"), seed=2) == 0
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "two.png").read_bytes()


def test_without_a_prompt_the_seed_draws_one(
    paint: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert paint(prompt=None, seed=5) == 0
    captured = capsys.readouterr()
    assert draw_prompt(5).text in captured.err
    assert "seed 5" in captured.err
    picture, manifest = captured.out.splitlines()
    assert Path(picture).is_file()
    assert Path(manifest).is_file()


def test_without_a_seed_a_random_one_is_told(
    paint: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = set()
    for _ in range(2):
        assert paint(seed=None, as_json=True) == 0
        seeds.add(json.loads(capsys.readouterr().out.splitlines()[-1])["seed"])
    assert len(seeds) == 2


def test_the_progress_says_that_models_load_before_it_says_painting(
    paint: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []

    def load(*folders: Any) -> FakePainter:
        told.append(capsys.readouterr().err)
        return load_fake(*folders)

    assert paint(load) == 0
    assert told[0].splitlines()[-1] == "loading the models 0/1"
    assert capsys.readouterr().err.startswith("loading the models 1/1")


class TiredPainter(FakePainter):
    """Sees no more progress from step 5 on."""

    def paint(
        self, requests: Sequence[PaintingRequest], every: int | None
    ) -> Iterator[tuple[FakeFrame, ...]]:
        for step, plateau_step in ((1, None), (6, 5), (8, 5)):
            steps = requests[0].steps if plateau_step is None else 8
            yield (FakeFrame(step, steps, self.canvas(requests[0]), 0.5, {}, plateau_step),)


def test_a_painting_that_ends_before_its_steps_says_why(
    paint: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert paint(lambda *_: TiredPainter(), steps=2000) == 0
    said = capsys.readouterr().err
    assert "painting 8/8, loss 0.500, no further progress: 8 of 2000 steps" in said
    assert "finished after 8 of 2000 steps: no further progress" in said
    assert paint(lambda *_: TiredPainter(), steps=2000, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["steps"], told["steps_taken"], told["plateau_step"]) == (2000, 8, 5)


def test_images_reach_the_painter(paint: Callable[..., int], tmp_path: Path) -> None:
    Image.new("RGB", (30, 20), "red").save(tmp_path / "red.png")
    painters: list[FakePainter] = []

    def load(*_: object) -> FakePainter:
        painters.append(FakePainter())
        return painters[-1]

    red = tmp_path / "red.png"
    given = {"init_image": red, "init_fit": "contain", "target_image": (red, red)}
    assert paint(load, **given, out=Path("out.png")) == 0
    (request,) = painters[0].requests
    assert request.init_image is not None
    assert request.init_image.shape == (3, 20, 30)
    assert len(request.target_images) == 2
    assert request.init_fit == "contain"
    manifest = read_manifest(tmp_path / "out.png")
    assert (manifest.init_image_sha256, manifest.init_fit) == (sha256_of(red), "contain")


@pytest.mark.slow
def test_the_picture_is_upscaled_to_1024(paint: Callable[..., int], tmp_path: Path) -> None:
    assert paint(size="256x192", no_upscale=False, out=Path("out.png"), quiet=True) == 0
    with Image.open(tmp_path / "out.png") as png:
        assert png.size == (1024, 768)


def test_broken_weights_are_one_sentence(
    paint: Callable[..., int],
    models: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    weights = models / "my-vqgan" / "weights.safetensors"
    whole = weights.read_bytes()
    try:
        weights.write_bytes(whole[:-1])
        assert paint() == 2
    finally:
        weights.write_bytes(whole)
    assert "is damaged or was changed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_larger_canvases_show_more_frames() -> None:
    prompts = parse_prompts("a castle")
    small, large = (
        frames_between(PaintingRequest(prompts, None, 1, side, side)) for side in (256, 512)
    )
    assert 1 <= large < small


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Castle | fog:0.5", "a-castle-fog-0-5"),
        ("Émile's café", "emile-s-cafe"),
        ("海", "painting"),
        ("x" * 200, "x" * 60),
    ],
)
def test_file_names_come_from_the_prompt(text: str, expected: str) -> None:
    assert slug(text) == expected


# --- mistakes --------------------------------------------------------------------------------


def bad_files(folder: Path) -> None:
    (folder / "text.png").write_text("no image")
    noise = (torch.rand(40, 40, 3) * 255).byte().numpy()
    Image.fromarray(noise).save(folder / "whole.png")
    (folder / "cut.png").write_bytes((folder / "whole.png").read_bytes()[:2000])
    Image.new("1", (9000, 9000)).save(folder / "bomb.png")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    bad_files(folder)
    return folder


MISTAKES: list[tuple[list[str], str]] = [
    ([""], "prompt is empty"),
    (["a:-1"], "above zero"),
    (["x" * 10_000], "10,000 characters"),
    (["a", "--size", "37x41"], "37x41 is not offered"),
    (["a", "--size", "0x0"], "0x0 is not offered"),
    (["a", "--size", "9000x9000"], "9000x9000 is not offered"),
    (["a", "--size", "abc"], "is not WIDTHxHEIGHT"),
    (["a", "--steps", "0"], "steps must be between 1 and 2000 (got 0)"),
    (["a", "--steps", "2001"], "steps must be between 1 and 2000 (got 2001)"),
    (["a", "--num-cutouts", "0"], "num_cutouts must be between 1 and 256 (got 0)"),
    (["a", "--num-cutouts", "257"], "num_cutouts must be between 1 and 256 (got 257)"),
    (["a", "--seed", "-1"], "(got -1)"),
    (["a", "--seed", str(2**63)], "seed must be between 0 and"),
    (["--seed", str(2**63)], "seed must be between 0 and"),
    (["a", "--out", "a.jpg"], "must end in .png"),
    (["a", "--out", "whole.png/a.png"], "cannot be written"),
    (["a", "--video", "a.avi"], "must end in .mp4, .gif or .webp"),
    (["a", "--frames-dir", "whole.png"], "cannot be written"),
    (["a", "--model", "my-vqgam"], "did you mean 'my-vqgan'"),
    (["a", "--model", "my-perceptor"], "is of kind perceptor, not vqgan"),
    (["a", "--upscaler", "none"], "is unknown"),
    (["a", "--init-image", "missing.png"], "There is no image"),
    (["a", "--target-image", "text.png"], "is not an image"),
    (["a", "--init-image", "cut.png"], "damaged or incomplete"),
    (["a", "--init-image", "bomb.png"], "at most 64 megapixels"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES)
def test_a_mistake_is_one_sentence_and_leaves_no_file(
    arguments: list[str],
    message: str,
    scene: Path,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(models))
    monkeypatch.chdir(scene)
    before = sorted(scene.iterdir())
    names = [] if "--model" in arguments else ["--model", "my-vqgan"]
    options = [*names, "--perceptor", "my-perceptor", "--quiet"]
    assert run_cli(engine, ["paint", *arguments, *options]) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("error: ")
    assert message in said.err
    assert sorted(scene.iterdir()) == before


def test_the_model_may_come_from_the_settings_file(tmp_path: Path, models: Path) -> None:
    (tmp_path / "ganshare.toml").write_text("[engine]\nmodel = 'my-vqgam'\n", "utf-8")
    variables = {name: value for name, value in os.environ.items() if name != "ENGINE_MODEL"}
    done = subprocess.run(
        [sys.executable, "-m", "engine", "paint", "a castle"],
        cwd=tmp_path,
        env={**variables, "GANSHARE_MODELS_DIR": str(models), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "did you mean 'my-vqgan'" in done.stderr


@pytest.mark.heavy
def test_ctrl_c_leaves_no_half_written_picture(tmp_path: Path, models: Path) -> None:
    code = (
        "import sys; from test_paint_command import *\n"
        "loop.paint = lambda painter, *given: painter.paint(*given)\n"
        "@click.command()\n"
        "def command():\n"
        "    run(Options('a castle', 1, size='64x64', model='my-vqgan', perceptor='my-perceptor',\n"
        "        no_upscale=True), lambda *_: FakePainter(pause=3))\n"
        "sys.exit(run_cli(command, []))\n"
    )
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "GANSHARE_MODELS_DIR": str(models), "PYTHONPATH": path},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process.stderr as errors:
        for line in errors:
            if line.startswith("painting"):
                process.send_signal(signal.SIGINT)
                break
        rest = errors.read()
    assert process.wait(TIMEOUT) == 130
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory.")])
def test_a_lack_of_memory_is_one_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("engine.commands.paint._execute", run_out)
    assert run_cli(engine, ["paint", "a castle", "--quiet"]) == 3
    expected = "error: Memory ran out; take a smaller size, fewer cutouts or another device"
    assert capsys.readouterr().err.startswith(expected)
