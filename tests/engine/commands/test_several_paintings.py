"""`paint -n` and `--prompts`: several paintings, each as it would be alone."""

import json
from pathlib import Path

import pytest

from engine.__main__ import engine
from engine.testing import SMALL_MODEL
from ganshare.cli import run_cli

SMALL = ["--model", SMALL_MODEL, "--size", "64x64", "--steps", "4", "--num-cutouts", "2",
         "--no-upscale", "--quiet", "--threads", "1", "--device", "cpu"]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(
    small_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None
) -> Path:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(small_models))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.heavy
def test_each_prompt_of_a_file_is_painted_with_the_next_seeds(folder: Path) -> None:
    Path("prompts.txt").write_text("\ufeffa castle\n\n# a comment\na red sun\n", encoding="utf-8")
    arguments = ["--prompts", "prompts.txt", "-n", "2", "--seed", "5", "--out", "a.png", *SMALL]
    assert run_cli(engine, ["paint", *arguments]) == 0
    told = [json.loads(Path(f"a-{number:04}.png.json").read_text()) for number in range(1, 5)]
    assert [(one["prompt"], one["seed"]) for one in told] == [
        ("a castle", 5), ("a castle", 6), ("a red sun", 5), ("a red sun", 6),
    ]  # fmt: skip
    assert run_cli(engine, ["paint", "a red sun", "--seed", "6", "--out", "b.png", *SMALL]) == 0
    assert Path("a-0004.png").read_bytes() == Path("b.png").read_bytes()


def test_frames_are_saved_every_so_many_steps(folder: Path) -> None:
    options = ["--save-every", "2", "--frames-dir", "frames", "--out", "a.png", "--seed", "1"]
    assert run_cli(engine, ["paint", "a castle", *options, *SMALL]) == 0
    names = sorted(path.name for path in Path("frames").iterdir())
    assert names == ["frame-0001.png", "frame-0002.png", "frame-0004.png"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a castle", "-n", "2", "--video", "a.gif"], "are for one painting"),
        (["a castle", "--prompts", "prompts.txt"], "Give either a prompt or"),
        (["--prompts", "none.txt"], "cannot be read as UTF-8 text"),
        (["--prompts", "empty.txt"], "contains no prompt"),
        (["a castle", "--save-every", "0"], "save_every"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("prompts.txt").write_text("a castle")
    Path("empty.txt").write_text("\n# nothing\n")
    assert run_cli(engine, ["paint", *arguments, *SMALL]) == 2
    assert message in capsys.readouterr().err
