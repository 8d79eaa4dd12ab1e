"""Stories, films, other ways to paint: in the manifest, repeatable, each mistake one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageSequence

from engine.__main__ import engine
from engine.commands.paint import Options, prepare
from engine.synthesis.settings import SynthesisSettings
from engine.testing import SMALL_MODEL
from ganshare.cli import run_cli
from ganshare.errors import AskerError

TINY = (
    "--model", SMALL_MODEL, "--size", "64x64", "--num-cutouts", "1", "--no-upscale", "--quiet",
    "--device", "cpu", "--threads", "1", "--seed", "3",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(
    small_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None
) -> Path:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(small_models))
    monkeypatch.chdir(tmp_path)
    for name, colour in (("red", "red"), ("blue", "blue")):
        Image.new("RGB", (80, 64), colour).save(f"{name}.png")
    first, *others = (Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue"))
    first.save("film.gif", save_all=True, append_images=others)
    return tmp_path


def painted(*arguments: str, out: str = "a.png") -> dict[str, Any]:
    assert run_cli(engine, ["paint", "a castle", *TINY, *arguments, "--out", out]) == 0
    manifest: dict[str, Any] = json.loads(Path(f"{out}.json").read_text())
    return manifest


WAYS: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, Any]]] = {
    "a story": (
        ("--steps", "3", "--story", "a red ruin | fog:-0.3", "--story", "a forest"), (),
        {"story": [[{"text": "a red ruin", "weight": 1.0}, {"text": "fog", "weight": -0.3}],
                   [{"text": "a forest", "weight": 1.0}]]},
    ),
    "a moving canvas": (
        ("--steps", "4", "--zoom", "1.1", "--pan", "4,-2", "--save-every", "2", "--video", "a.gif"),
        (), {"motion": {"zoom": 1.1, "pan": [4.0, -2.0], "every": 2}},
    ),
    "a film": (
        ("--steps", "1", "--init-video", "film.gif", "--video", "b.gif"),
        ("--init-image", "film.gif"), {"init_frame": 3, "init_fit": "cover"},
    ),
    "pictures with weights": (
        ("--steps", "1", "--target-image", "red.png", "--target-image", "blue.png:-0.25"),
        ("--target-image", "red.png", "--target-image", "blue.png"),
        {"target_weights": [1.0, -0.25]},
    ),
    "another way": (
        ("--steps", "2", "--optimiser", "adagrad", "--step-size", "0.2", "--cut-method", "crops",
         "--cut-power", "2", "--augment", "none", "--augment", "flip=1", "--init-image", "red.png",
         "--init-weight", "0.5"),
        ("--init-image", "red.png"), {},
    ),
}  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("way", WAYS)
def test_it_stands_in_the_manifest_and_is_painted_again_to_the_pixel(
    way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, with_images, told = WAYS[way]
    manifest = painted(*arguments)
    assert {key: manifest[key] for key in told} == told
    capsys.readouterr()
    assert run_cli(engine, ["verify", "a.png", *with_images, "--quiet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "equal"


def test_all_of_the_method_is_settings(folder: Path) -> None:
    settings = painted(*WAYS["another way"][0])["settings"]
    assert (settings["optimiser"], settings["init_weight"]) == ("adagrad", 0.5)
    assert (settings["step_size"], settings["final_step_size"]) == (0.2, pytest.approx(0.06))
    cutouts = {"whole": 0.0, "overhang": 0.0, "smallest": 0.25, "power": 2.0, "grey": 0.0,
               "noise": 0.0, "jitter": 0.0, "flip": 1.0}  # fmt: skip
    assert settings["cutouts"] == cutouts


def test_without_options_a_manifest_is_what_it_was() -> None:
    manifest = painted("--steps", "1")
    assert manifest.keys().isdisjoint({"story", "motion", "target_weights", "init_frame", "start"})
    assert manifest["settings"].keys().isdisjoint({"optimiser", "init_weight", "starts"})
    assert manifest["settings"]["cutouts"].keys().isdisjoint({"flip", "power"})
    assert SynthesisSettings.from_json(manifest["settings"]) == SynthesisSettings()


def frames_of(path: str) -> int:
    with Image.open(path) as film:
        return len({frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(film)})


@pytest.mark.heavy
def test_a_film_has_a_frame_for_each_move_or_each_frame_of_another_film() -> None:
    painted(*WAYS["a moving canvas"][0])
    assert frames_of("a.gif") == 2
    frames = ("--frames-dir", "frames")
    manifest = painted(*WAYS["a film"][0], *frames)
    assert frames_of("b.gif") == 3
    assert [Path(path).name for path in manifest["frames"]] == [
        f"frame-000{number}.png" for number in (1, 2, 3)
    ]


MISTAKES = {
    "--optimiser": ({"optimiser": "lion"}, "adam"),
    "--step-size": ({"step_size": 3.0}, "0.001"),
    "--init-weight": ({"init_weight": 1.0}, "--init-image"),
    "--starts": ({"starts": 9}, "8"),
    "--cut-method": ({"cut_method": "spiral"}, "crops"),
    "--cut-power": ({"cut_power": float("nan")}, "8"),
    "--augment": ({"augment": ("blur=1",)}, "grey"),
    "--augment value": ({"augment": ("grey",)}, "grey=0.1"),
    "--augment range": ({"augment": ("noise=9",)}, "0.5"),
    "--zoom": ({"zoom": 9.0}, "2"),
    "--pan": ({"pan": "4"}, "4,0"),
    "--pan range": ({"pan": "4,inf"}, "1024"),
    "--story": ({"story": ("fog:-1",)}, "above zero"),
    "--story steps": ({"story": ("fog",) * 9, "steps": 5}, "10"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_one_sentence_that_says_what_is_allowed(what: str) -> None:
    options, allowed = MISTAKES[what]
    with pytest.raises(AskerError) as error:
        prepare(Options(prompt="a castle", **options))  # type: ignore[arg-type]
    assert allowed in error.value.message
    assert "\n" not in error.value.message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--zoom", "1.1"), "--video"),
        (("--init-video", "no.gif", "--video", "a.gif"), "no video"),
        (("--init-video", "film.gif", "--video", "a.gif", "--init-image", "red.png"), "without"),
        (("--target-image", "no.png:0.5"), "no.png"),
        (("--target-image", "red.png:99"), "target image"),
        (("--init-video", "film.gif", "--video", "a.gif"), "3 frames; at most 2"),
        (("--init-video", "broken.mp4", "--video", "a.gif"), "cannot be read"),
        (("--init-video", "broken.gif", "--video", "a.gif"), "cannot be read"),
    ],
)
def test_films_and_pictures_that_cannot_be_used_are_refused(
    arguments: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("broken.gif").write_bytes(b"GIF89a" + bytes(20))
    Path("broken.mp4").write_bytes(bytes(2000))
    monkeypatch.setattr("engine.imaging.read_video.MAX_FRAMES", 2)
    assert run_cli(engine, ["paint", "a castle", *TINY, "--steps", "1", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert not list(Path().glob("a-castle*"))
