"""README, install, painting, films, Chinese start page and Python, typed as the pages stand."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.imaging.video import write_video

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
ACTIVATE = "source .venv/bin/activate"
SIDE = 1024


def paintings(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.png"))


def test_docs_install(reader: Any) -> None:
    lines = reader.commands("docs/install.md", "Install")
    assert lines == ["make demo", "make install", ACTIVATE, "ganshare --version"]
    told = reader.type(*lines)
    assert "ganshare, version " in told
    with Image.open(reader.folder / "demo/painting.png") as picture:
        assert picture.size == (SIDE, SIDE)
    assert list((reader.folder / "demo/frames").iterdir())


@pytest.fixture
def photo(reader: Any) -> None:
    Image.radial_gradient("L").convert("RGB").save(reader.folder / "photo.jpg")


def test_docs_readme(reader: Any, photo: None) -> None:
    lines = reader.commands("README.md", "For yourself")
    told = reader.type(ACTIVATE, *lines)
    asked = [line for line in lines if line.startswith("ganshare paint")]
    assert len(paintings(reader.folder)) == len(asked)
    assert list((reader.folder / "frames").iterdir())
    assert re.search(r"\bequal\b", told)


def test_docs_first_painting(reader: Any, photo: None) -> None:
    lines = reader.commands("docs/first-painting.md")
    told = reader.type(ACTIVATE, *lines)
    made = paintings(reader.folder)
    asked = {line for line in lines if line.startswith("ganshare paint")}
    assert len(made) >= len(asked) - 1  # the draft takes the name of the first painting
    for path in made:
        with Image.open(path) as picture:
            assert picture.size == (SIDE, SIDE)
        assert json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))["prompt"]
    with Image.open(reader.folder / "castle.gif") as film:
        assert film.n_frames > 3
    assert re.search(r"\bequal\b", told)


def test_docs_stories_and_films(reader: Any, photo: None) -> None:
    shutil.copy(reader.folder / "photo.jpg", reader.folder / "monet.jpg")
    frames = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    write_video(list(frames), reader.folder / "dance.mp4", fps=1)
    lines = reader.commands("docs/stories-and-films.md")
    short = [line.replace("--steps 600", "--steps 30") for line in lines]
    reader.type(ACTIVATE, *short)
    asked = [line for line in lines if line.startswith("ganshare paint")]
    assert len(paintings(reader.folder)) == len(asked)
    for film in ("story.mp4", "path.mp4", "cubist.mp4"):
        assert (reader.folder / film).stat().st_size > 0


def test_docs_zh(reader: Any) -> None:
    told = reader.type(ACTIVATE, *reader.commands("docs/zh.md", "画第一幅画"))
    assert len(paintings(reader.folder)) == 3
    assert "read as: red temple on a snowy mountain" in told


def test_docs_api(reader: Any) -> None:
    code = "\n".join(reader.commands("docs/api.md")).partition("[project")[0]
    (reader.folder / "script.py").write_text(code)
    told = reader.type(f'"{sys.executable}" script.py')
    assert re.search(r"^(\d+) \1 ", told, re.MULTILINE)  # the last step
    with Image.open(reader.folder / "lighthouse.png") as picture:
        assert picture.size == (SIDE, SIDE)
