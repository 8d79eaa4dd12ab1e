"""`models` and `train`: what they print, and what they say to mistakes."""

import json
from pathlib import Path

import pytest
import torch

from engine.__main__ import engine
from engine.model_folder import default_model
from engine.model_import.add import write_model_folder
from ganshare.cli import run_cli


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


def test_list_shows_every_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(engine, ["models", "list", "--json"]) == 0
    listed = {model["name"]: model for model in json.loads(capsys.readouterr().out)}
    embedded = default_model("upscaler")
    assert listed[embedded.name]["sha256"] == embedded.sha256
    assert listed[embedded.name]["identity"] == embedded.identity


def test_list_fits_the_terminal_names_whole_and_all_files_counted(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    name = "n" * 60
    card = {"name": name, "kind": "perceptor", "architecture": {}, "licence": "MIT",
            "may_sell": True, "source": "somewhere " * 20,
            "files": {"vocabulary": {"path": "merges.txt", "sha256": "0" * 64}}}  # fmt: skip
    write_model_folder(
        models / name, {"w": torch.zeros(10)}, card, {"merges.txt": bytes(3_000_000)}
    )
    assert run_cli(engine, ["models", "list"]) == 0
    out = capsys.readouterr().out
    assert f"{name}\n  perceptor, 3.0 MB, MIT, may be sold, from somewhere" in out
    assert max(map(len, out.splitlines())) <= 60
    assert default_model("upscaler").name in out.splitlines()
    (models / name / "merges.txt").unlink()
    assert run_cli(engine, ["models", "list"]) == 0
    assert "merges.txt is missing" in capsys.readouterr().out


def test_verify_names_each_broken_model(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(engine, ["models", "verify"]) == 0
    card = {"name": "mine", "kind": "vqgan", "architecture": {}, "licence": "unknown",
            "may_sell": False, "source": ""}  # fmt: skip
    write_model_folder(models / "mine", {"weight": torch.zeros(2)}, card)
    weights = models / "mine" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    capsys.readouterr()
    assert run_cli(engine, ["models", "verify"]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "'mine' is damaged or was changed" in captured.err
    assert f"{default_model('upscaler').name}: whole" in captured.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["models", "verify", "none"], "The model name 'none' is unknown"),
        (["models", "add", "none"], "There is no model at 'none'"),
        (["models", "evaluate", "none", "--data", "x"], "is unknown"),
        (["models", "evaluate", "isr-gans", "--data", "x"], "is an upscaler"),
        (["train", "vqgan", "--data", "x", "--config", "x", "--out", "x"], "cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(engine, arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1
