"""Bundles: the same bytes each time, and nothing comes out of one but what its index names."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.model_folder import load_model_folder
from engine.model_import.bundle import INDEX, add_bundle, is_bundle, write_bundle
from engine.testing import SMALL_MODEL
from ganshare.errors import ModelError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bundle(small_models: Path, tmp_path: Path) -> Path:
    to = tmp_path / "share.zip"
    write_bundle([load_model_folder(small_models / SMALL_MODEL)], to, name="Painters")
    return to


def changed(bundle: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """Another archive, whose index fits unless the change spoils it."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(files.pop(INDEX))
    change(files, index)
    made = bundle.with_name("changed.zip")
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(INDEX, json.dumps(index))
        for name, data in files.items():
            archive.writestr(name, data)
    return made


def named(files: dict[str, bytes], index: dict[str, Any], name: str, data: bytes = b"x") -> None:
    files[name] = data
    index["files"][name] = hashlib.sha256(data).hexdigest()


def test_the_same_models_make_the_same_bytes(small_models: Path, bundle: Path) -> None:
    model = load_model_folder(small_models / SMALL_MODEL)
    again = bundle.with_name("again.zip")
    digest = write_bundle([model], again, name="Painters")
    assert digest == hashlib.sha256(again.read_bytes()).hexdigest()
    first, second = (zipfile.ZipFile(each) for each in (bundle, again))
    assert [each for each in first.namelist() if first.read(each) != second.read(each)] == [
        INDEX,
        "README.md",
    ]  # which name the file


def test_a_bundle_is_told_from_a_checkpoint(bundle: Path, tmp_path: Path) -> None:
    assert is_bundle(bundle)
    other = tmp_path / "model.pt"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    assert not is_bundle(other)


def test_what_was_packed_is_added_as_it_was(
    small_models: Path, bundle: Path, tmp_path: Path
) -> None:
    (added,) = add_bundle(bundle, tmp_path / "models")
    before = load_model_folder(small_models / SMALL_MODEL)
    assert added.identity == before.identity
    assert (added.path / "model.json").read_bytes() == (before.path / "model.json").read_bytes()
    assert "As long as you hold a share of Painters" in (
        added.path / "BUNDLE-LICENCE.md"
    ).read_text("utf-8")
    assert [each.path for each in add_bundle(bundle, tmp_path / "models")] == [added.path]
    assert [each.name for each in (tmp_path / "models").iterdir()] == [SMALL_MODEL]


def test_a_licence_that_forbids_sales_goes_before_the_card(
    small_models: Path, tmp_path: Path
) -> None:
    model = load_model_folder(small_models / SMALL_MODEL)
    to = tmp_path / "share.zip"
    write_bundle([model], to, may_sell=False)
    (added,) = add_bundle(to, tmp_path / "models")
    assert not added.may_sell
    assert added.identity == model.identity


@pytest.mark.parametrize(
    "name",
    [
        "../outside", "/etc/outside", "models/../../outside", "models//x", "models/.hidden",
        "models\\x", "models/x\0y", "C:/x", "models/con\n", "ü",
    ],
)  # fmt: skip
def test_nothing_gets_outside_the_folder(bundle: Path, tmp_path: Path, name: str) -> None:
    made = changed(bundle, lambda files, index: named(files, index, name))
    with pytest.raises(ModelError, match="not a complete bundle"):
        add_bundle(made, tmp_path / "models")
    assert not (tmp_path / "outside").exists()
    assert list((tmp_path / "models").glob("*")) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda files, index: files.update({"models/extra": b"not named"}),
        lambda files, index: files.pop("LICENCE.md"),
        lambda files, index: files.update({"LICENCE.md": b"You may do everything."}),
        lambda files, index: index.update(format=2),
        lambda files, index: index.update(models=["../x"]),
        lambda files, index: index.update(models=[]),
        lambda files, index: index.update(may_sell="yes"),
        lambda files, index: index.update(files=[]),
        lambda files, index: index["files"].update({"LICENCE.md": 5}),
    ],
)
def test_what_is_not_as_its_index_says_is_refused(
    bundle: Path, tmp_path: Path, change: Callable[[Any, Any], None]
) -> None:
    with pytest.raises(ModelError, match="not a complete bundle"):
        add_bundle(changed(bundle, change), tmp_path / "models")


def test_a_link_is_no_file(bundle: Path, tmp_path: Path) -> None:
    made = tmp_path / "link.zip"
    with zipfile.ZipFile(bundle) as before, zipfile.ZipFile(made, "w") as archive:
        for entry in before.infolist():
            if entry.filename == "LICENCE.md":
                entry.external_attr = 0o120777 << 16
            archive.writestr(entry, before.read(entry.filename))
    with pytest.raises(ModelError, match="not a plain file"):
        add_bundle(made, tmp_path / "models")


@pytest.mark.parametrize("keeps", [0, 10, 1000, 0.5, 0.99])
def test_an_archive_that_ends_too_early_is_refused(
    bundle: Path, tmp_path: Path, keeps: float
) -> None:
    data = bundle.read_bytes()
    made = tmp_path / "short.zip"
    made.write_bytes(data[: int(keeps * len(data)) if isinstance(keeps, float) else keeps])
    with pytest.raises(ModelError):
        add_bundle(made, tmp_path / "models")


@pytest.mark.slow
def test_what_a_bundle_paints_elsewhere_is_the_same_bytes(tmp_path: Path) -> None:
    """In an empty environment: folders of models of its own, and no variables of ours."""

    def run(*arguments: str, models: str) -> str:
        ours = ("GANSHARE_", "ENGINE_", "BOT_", "ADMIN_", "SHARES_")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        environment |= {"GANSHARE_MODELS_DIR": str(tmp_path / models), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "ganshare", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    from engine.testing import save_small_vqgan

    save_small_vqgan(tmp_path / "here")
    paint = ("a castle", "--model", SMALL_MODEL, "--seed", "7", "--steps", "2", "--size", "64x64")
    options = ("--threads", "1", "--no-upscale")
    run("paint", *paint, *options, "--out", "one.png", models="here")
    run("models", "bundle", SMALL_MODEL, "--to", "share.zip", models="here")
    run("models", "add", "share.zip", models="there")
    run("paint", *paint, *options, "--out", "two.png", models="there")
    assert "equal" in run("verify", "one.png", models="there")
    pixels = [(tmp_path / name).read_bytes() for name in ("one.png", "two.png")]
    assert len(pixels[0]) > 100
    from PIL import Image

    first, second = (Image.open(tmp_path / name) for name in ("one.png", "two.png"))
    assert first.tobytes() == second.tobytes()
