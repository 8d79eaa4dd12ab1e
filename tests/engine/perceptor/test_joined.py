"""Perceptors that judge together: cosines are the weighted mean of the members', and it paints."""

import json
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine.__main__ import engine
from engine.model_folder import find_model
from engine.perceptor import load_perceptor
from engine.perceptor.bpe import written
from engine.perceptor.joined import JoinedPerceptor
from engine.testing import MERGES, SMALL_MODEL, save_small_vqgan, tiny_clip
from ganshare.cli import run_cli
from ganshare.errors import ModelError


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "merges.txt").write_bytes(written(MERGES))
    save_file(tiny_clip().state_dict(), "tiny.safetensors")
    add = ["models", "add", "tiny.safetensors", "--licence", "MIT", "--may-sell"]
    assert run_cli(engine, add) == 0
    return tmp_path / "models"


def test_cosines_are_the_weighted_mean_of_the_members() -> None:
    assert run_cli(engine, ["models", "join", "both", "lite-minilm", "tiny:3"]) == 0
    folder = find_model("both", "perceptor")
    assert (folder.may_sell, folder.licence) == (True, "Apache-2.0 AND MIT")
    joined = load_perceptor(folder)
    assert isinstance(joined, JoinedPerceptor)
    members = joined.members
    side = joined.input_size
    assert side == max(member.input_size for member in members)
    images = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0))
    texts = ["a castle", "a dog"]
    rows, words = joined.encode_image(images), joined.encode_text(texts)
    torch.testing.assert_close(rows.norm(dim=1), torch.ones(2))
    small = [
        torch.nn.functional.interpolate(
            images, (m.input_size,) * 2, mode="bilinear", antialias=True
        )
        for m in members
    ]
    wanted = sum(
        weight * m.encode_image(view) @ m.encode_text(texts).T
        for weight, m, view in zip((0.25, 0.75), members, small, strict=True)
    )
    torch.testing.assert_close(rows @ words.T, wanted, atol=1e-5, rtol=0)
    assert joined.subject_dim == sum(m.subject_dim for m in members) < rows.shape[1]
    assert joined.styles == members[0].styles


def test_it_paints_and_other_weights_are_another_model(models: Path, one_thread: None) -> None:
    save_small_vqgan(models)
    for name, weight in (("one", "1"), ("two", "2")):
        assert run_cli(engine, ["models", "join", name, "lite-minilm", f"tiny:{weight}"]) == 0
    assert find_model("one").identity != find_model("two").identity
    options = ["--model", SMALL_MODEL, "--size", "64x64", "--steps", "2", "--num-cutouts", "2",
               "--no-upscale", "--quiet", "--perceptor", "one", "--out", "a.png"]  # fmt: skip
    assert run_cli(engine, ["paint", "Cubist Painting of a Castle in Teal", *options]) == 0
    told = json.loads(Path("a.png.json").read_text())
    assert told["models"]["perceptor"]["sha256"] == find_model("one").identity


def test_a_member_that_changed_or_is_none_is_one_sentence(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for members, message in (
        (["tiny"], "joins fewer than two"),
        (["tiny", "none"], "'none' is unknown"),
        (["tiny:x", "lite-minilm"], "is not NAME:WEIGHT"),
        (["tiny:-1", "lite-minilm"], "weigh more than 0"),
        (["tiny", "isr-gans"], "is of kind upscaler"),
    ):
        assert run_cli(engine, ["models", "join", "both", *members]) == 2
        assert message in capsys.readouterr().err
    assert run_cli(engine, ["models", "join", "both", "lite-minilm", "tiny"]) == 0
    (models / "tiny").rename(models / "gone")
    card = json.loads((models / "gone" / "model.json").read_text()) | {"name": "gone"}
    (models / "gone" / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="'tiny' is unknown"):
        load_perceptor(find_model("both"))


def load_made_up(folder: Any) -> str:
    return f"loaded {folder.name}"


def test_a_package_may_bring_a_family_of_its_own(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = EntryPoint("made-up", "json:loads", "ganshare.perceptors")
    away = EntryPoint("away", "no_such_package:load", "ganshare.perceptors")

    def points(group: str, name: str | None = None) -> list[EntryPoint]:
        return [point for point in (here, away) if name in (None, point.name)]

    monkeypatch.setattr("engine.perceptor.plugins.entry_points", points)
    monkeypatch.setattr(
        EntryPoint, "load", lambda self: load_made_up if self.name == "made-up" else _fail()
    )
    card = models / "tiny" / "model.json"
    told = json.loads(card.read_text())
    for family, message in (("away", "need a package"), ("else", "made-up")):
        card.write_text(json.dumps(told | {"architecture": {"family": family}}))
        with pytest.raises(ModelError, match=message):
            load_perceptor(find_model("tiny"))
    card.write_text(json.dumps(told | {"architecture": {"family": "made-up"}}))
    assert load_perceptor(find_model("tiny")) == "loaded tiny"


def _fail() -> None:
    raise ImportError("no_such_package")
