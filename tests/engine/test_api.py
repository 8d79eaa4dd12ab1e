"""`ganshare.paint`: what the command does, from Python, and loaded only when it is asked for."""

import ast
import io
import json
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import ganshare
from engine.__main__ import engine
from engine.testing import SMALL_MODEL
from ganshare.cli import run_cli
from ganshare.errors import AskerError

TINY: dict[str, Any] = {
    "model": SMALL_MODEL, "size": "64x64", "steps": 3, "num_cutouts": 2, "upscale": False,
    "device": "cpu", "threads": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def small(small_models: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None) -> None:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(small_models))


@pytest.mark.heavy
def test_it_yields_frames_and_ends_with_the_commands_picture(tmp_path: Path) -> None:
    painting = ganshare.paint("a castle in teal", seed=7, **TINY)
    frames = list(painting)
    assert [frame.step for frame in frames] == [1, 2, 3]
    assert frames[-1].image.size == (64, 64)
    assert list(painting) == []  # it is painted once
    options = ["--model", SMALL_MODEL, "--size", "64x64", "--steps", "3", "--num-cutouts", "2",
               "--no-upscale", "--quiet", "--device", "cpu", "--threads", "1"]  # fmt: skip
    by_command = tmp_path / "command.png"
    arguments = ["paint", "a castle in teal", "--seed", "7", *options, "--out", str(by_command)]
    assert run_cli(engine, arguments) == 0
    np.testing.assert_array_equal(np.asarray(painting.image), np.asarray(Image.open(by_command)))
    told = json.loads((tmp_path / "command.png.json").read_text())
    for key in ("prompt", "seed", "steps", "losses", "models", "size", "settings"):
        assert painting.manifest[key] == told[key]


@pytest.mark.heavy
def test_the_picture_alone_paints_it_and_is_saved_with_its_manifest(tmp_path: Path) -> None:
    painting = ganshare.paint(seed=3, **TINY)  # a random prompt
    assert painting.seed == 3
    path = painting.save(tmp_path / "picture.png")
    saved = Image.open(path)
    np.testing.assert_array_equal(np.asarray(saved), np.asarray(painting.image))
    assert json.loads((tmp_path / "picture.png.json").read_text())["prompt"] == painting.prompt
    shown = Image.open(io.BytesIO(painting._repr_png_()))
    np.testing.assert_array_equal(np.asarray(shown), np.asarray(saved))
    assert run_cli(engine, ["verify", str(path)]) == 0


def test_a_mistake_is_a_sentence_before_anything_is_painted() -> None:
    for wrong, message in (
        ({"steps": 0}, "steps"), ({"size": "1x1"}, "size"), ({"model": "none"}, "is unknown"),
        ({"init_image": "none.png"}, "There is no image"),
    ):  # fmt: skip
        with pytest.raises(AskerError, match=message):
            ganshare.paint("a castle", **{**TINY, **wrong})


@pytest.mark.heavy
def test_importing_ganshare_imports_neither_torch_nor_the_engine() -> None:
    code = (
        "import sys, ganshare; print(sorted({'torch', 'engine'} & sys.modules.keys()), "
        "'paint' in dir(ganshare), ganshare.paint.__module__, hasattr(ganshare, 'none'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "True", "engine.api", "False"]


def test_the_packages_say_that_they_are_typed() -> None:
    root = Path(ganshare.__file__).parents[1]
    for package in ("ganshare", "engine"):
        assert (root / package / "py.typed").is_file()


# --- the notebook -----------------------------------------------------------------------------


class Display:
    """What IPython would show: a stand-in, since a kernel is no part of the tests."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    def display(self, value: object, *, display_id: bool = False) -> "Display":
        self.shown.append(value)
        return self

    def update(self, value: object) -> None:
        self.shown[-1] = value


@pytest.mark.slow
@pytest.mark.parametrize("count", [2])
def test_every_cell_of_the_notebook_runs(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    display = Display()
    ipython, module = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    monkeypatch.setattr(module, "display", display.display, raising=False)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setenv("GANSHARE_NOTEBOOK_COUNT", str(count))
    monkeypatch.setenv("GANSHARE_NOTEBOOK_OPTIONS", json.dumps(TINY))
    monkeypatch.chdir(tmp_path)
    path = Path(ganshare.__file__).parents[1] / "notebooks" / "ganshare.ipynb"
    names: dict[str, Any] = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        assert cell["outputs"] == []
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "notebook", "exec"), names)  # noqa: S102 - our own
        if isinstance(last, ast.Expr):
            value = compile(ast.Expression(last.value), "notebook", "eval")
            display.display(eval(value, names))  # noqa: S307
    pictures = [value for value in display.shown if isinstance(value, Image.Image)]
    assert [picture.size for picture in pictures] == [(64, 64)] * 3 + [(768, 256)]
    saved = sorted(each.name for each in (tmp_path / "paintings").iterdir())
    assert saved == ["0000.png", "0000.png.json", "0001.png", "0001.png.json", "sheet.png"]
