"""docs/extending.md, docs/perceptors.md and docs/moderation.md, followed as they stand.

What changes the packages is done to a copy of them, what stands beside them in an empty folder.
"""

import json
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
PAGE = "docs/extending.md"
ACTIVATE = "source .venv/bin/activate"
# Shows the page to somebody who reads German.
LOOK = """
import asyncio, httpx
from bot.app import Front
from bot.core.dispatcher import Dispatcher, DispatcherOptions
from bot.core.moderation.prompt_filter import open_moderation
from bot.core.rendering.catalogue import load_words
from bot.web.app import web_app
from ganshare.blobs import open_blobs
from ganshare.settings import BotSettings
from ganshare.store import open_store

async def look():
    async with open_store("sqlite+aiosqlite:///page.db", migrate=True) as store:
        parts = store, open_blobs("file://blobs"), load_words(), open_moderation()
        front = Front(*parts, Dispatcher(*parts, DispatcherOptions()))
        transport = httpx.ASGITransport(web_app(front, BotSettings()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            print((await client.get("/", headers={"Accept-Language": "de-AT, en;q=0.5"})).text)

asyncio.run(look())
"""


@pytest.fixture
def copied(reader: Any, tmp_path: Path) -> Path:
    """A copy of the packages; what the reader types is answered by it."""
    folder = tmp_path / "repository"
    unneeded = shutil.ignore_patterns("__pycache__", "models", "testing")
    for package in ("bot", "ganshare", "wordlists"):
        shutil.copytree(ROOT / package, folder / package, ignore=unneeded)
    reader.environment["PYTHONPATH"] = os.pathsep.join(map(str, (folder, ROOT)))
    return folder


def install(reader: Any) -> None:
    """Do what `pip install .` does with a pyproject.toml, without a build backend."""
    project = tomllib.loads((reader.folder / "pyproject.toml").read_text("utf-8"))
    name, version = project["project"]["name"], project["project"]["version"]
    folder = reader.folder / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    groups = project["project"]["entry-points"].items()
    lines = [
        f"[{group}]\n" + "\n".join(f"{k} = {v}" for k, v in each.items()) for group, each in groups
    ]
    (folder / "entry_points.txt").write_text("\n".join(lines))
    reader.environment["PYTHONPATH"] += os.pathsep + str(reader.folder)


def typed(reader: Any, heading: str) -> list[str]:
    """The commands of a recipe that `ganshare` answers."""
    return [line for line in reader.commands(PAGE, heading) if "ganshare " in line]


def test_docs_extending_style(reader: Any, copied: Path) -> None:
    reader.follow(PAGE, "Add a style", copied)
    code = (
        "from ganshare.prompts import find_attributes, parse_prompts\n"
        "from ganshare.prompts.languages import read_languages\n"
        "print(find_attributes('a pointillist lake').style)\n"
        "print(read_languages(parse_prompts('青色的点彩派湖')).prompts[0].text)"
    )
    told = reader.type(ACTIVATE, *typed(reader, "Add a style"), f'python -c "{code}"')
    assert "Pointillist Painting" in told
    assert told.splitlines()[-2] == "Pointillist"
    assert "pointillist" in told.splitlines()[-1]


@pytest.mark.heavy
def test_docs_extending_command(reader: Any, copied: Path) -> None:
    reader.follow(PAGE, "Add a command", copied)
    told = reader.type(ACTIVATE, *typed(reader, "Add a command"))
    assert re.search(r"The die shows (1?\d|20)\.", told)


@pytest.mark.heavy
def test_docs_extending_language(reader: Any, copied: Path) -> None:
    reader.follow(PAGE, "Add a language", copied)
    told = reader.type(ACTIVATE, *typed(reader, "Add a language"))
    assert "GANshare malt, was du beschreibst" in told
    assert "Zeigt die eigenen Bilder." in told
    assert "Explain the commands." in told
    (reader.folder / "look.py").write_text(LOOK)
    page = reader.type(ACTIVATE, "python look.py")
    for part in ('<html lang="de"', ">Malen</a>", ">Deutsch</button>", ">Gallery</a>"):
        assert part in page


@pytest.mark.heavy
def test_docs_extending_prompt_source(reader: Any) -> None:
    reader.follow(PAGE, "A prompt source")
    *lines, chat = reader.commands(PAGE, "A prompt source")
    assert chat == "ganshare chat"
    lines = [line.replace("PYTHONPATH=.", "PYTHONPATH=.:$PYTHONPATH") for line in lines]
    told = reader.type(*lines, f"echo /random | {chat} --language en")
    assert " at sunrise" in told


@pytest.mark.heavy
def test_docs_extending_frontend(reader: Any) -> None:
    reader.follow(PAGE, "A frontend")
    *lines, frontend = reader.commands(PAGE, "A frontend")
    waits = "until test -s castle.png; do sleep 0.2; done; kill %1 %2; wait; cat told.txt"
    told = reader.type(*lines, f"{frontend} >told.txt & {waits}")
    with Image.open(reader.folder / "castle.png") as picture:
        assert picture.width == 1024
    assert "Painted" in told


@pytest.mark.heavy
def test_docs_perceptors(reader: Any) -> None:
    page, heading = "docs/perceptors.md", "A package of your own"
    for name in ("pyproject.toml", "ganshare.toml"):
        (reader.folder / name).unlink(missing_ok=True)
    reader.follow(page, heading)
    install(reader)
    told = reader.type(ACTIVATE, *reader.commands(page, heading))
    [picture] = reader.folder.glob("*.png")
    manifest = json.loads(picture.with_name(f"{picture.name}.json").read_text("utf-8"))
    assert manifest["models"]["perceptor"]["name"] == "teal-eye", told


def test_docs_moderation_check(reader: Any) -> None:
    text = (ROOT / "docs/moderation.md").read_text("utf-8")
    files = re.findall(
        r"```\w+\n# (pyproject\.toml|my_checks\.py)[^\n]*\n(.*?)```", text, re.DOTALL
    )
    found = dict(files)
    found["pyproject.toml"] += '[project]\nname = "my-checks"\nversion = "1"\n'
    found["my_checks.py"] += "\n\ndef my_classifier(picture):\n    return 0.7\n"
    for name, content in found.items():
        (reader.folder / name).write_text(content)
    install(reader)
    code = (
        "from ganshare.safety import find_safety_check as find; print(find('strict')(b'').reason)"
    )
    assert "it looks unsafe (0.70)" in reader.type(f'"{sys.executable}" -c "{code}"')
