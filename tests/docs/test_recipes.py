"""docs/extending.md and docs/moderation.md, followed as they stand, in a copy of the packages."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ganshare.prompts.sources import find_prompt_source
from ganshare.prompts.thompson import Record
from ganshare.testing import TIMEOUT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/extending.md").read_text("utf-8")
# "Write `FILE`:" or "In `FILE`:", then blocks: a whole file, or lines with what is around them.
STEP = re.compile(r"(?:Write|In) `([\w./-]+)`:\n\n((?:```\w+\n.*?```\n\n?)+)", re.DOTALL)
BLOCK = re.compile(r"```(\w+)\n(.*?)```\n", re.DOTALL)


def recipe(heading: str) -> str:
    text = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert text, heading
    return text


def follow(heading: str, folder: Path) -> None:
    """Change the files as a recipe says."""
    steps = STEP.findall(recipe(heading))
    assert steps
    for name, blocks in steps:
        file = folder / name
        for kind, text in BLOCK.findall(blocks):
            if kind != "diff":
                assert not file.exists()
                file.write_text(text, "utf-8")
                continue
            lines = text.splitlines()
            before = "\n".join(line[1:] for line in lines if line[0] != "+")
            after = "\n".join(line[1:] for line in lines if line[0] != "-")
            old = file.read_text("utf-8")
            assert old.count(f"{before}\n") == 1, f"{name} does not have once:\n{before}"
            file.write_text(old.replace(before, after), "utf-8")


def type_commands(heading: str, folder: Path, *packages: Path) -> str:
    """Type the commands of a recipe that `ganshare` answers, in one shell; gives what it shows."""
    lines = re.findall(r"^    (.*ganshare .*)$", recipe(heading), re.MULTILINE)
    path = os.pathsep.join(map(str, (*packages, ROOT)))
    script = "\n".join([f'ganshare() {{ "{sys.executable}" -m ganshare "$@"; }}', *lines])
    done = subprocess.run(
        ["/bin/bash", "-ec", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run(code: str, folder: Path, package: Path) -> str:
    """Run Python in a folder, with a changed copy of the packages; gives what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    unneeded = shutil.ignore_patterns("__pycache__", "models", "testing")
    for package in ("bot", "ganshare", "wordlists"):
        shutil.copytree(ROOT / package, folder / package, ignore=unneeded)
    return folder


def test_a_style_is_drawn_and_read_in_both_languages(copied: Path, tmp_path: Path) -> None:
    follow("Add a style", copied)
    assert "Pointillist Painting" in type_commands("Add a style", tmp_path, copied)
    code = (
        "from ganshare.prompts import find_attributes, parse_prompts\n"
        "from ganshare.prompts.languages import read_languages\n"
        "print(find_attributes('a pointillist lake').style)\n"
        "print(read_languages(parse_prompts('青色的点彩派湖')).prompts[0].text)"
    )
    style, lake = run(code, tmp_path, copied).splitlines()
    assert style == "Pointillist"
    assert "pointillist" in lake


@pytest.mark.slow
def test_a_command_answers_and_is_in_the_help(copied: Path, tmp_path: Path) -> None:
    follow("Add a command", copied)
    assert re.search(r"The die shows (1?\d|20)\.", type_commands("Add a command", tmp_path, copied))


@pytest.mark.slow
def test_a_language_speaks_as_far_as_it_goes(copied: Path, tmp_path: Path) -> None:
    follow("Add a language", copied)
    told = type_commands("Add a language", tmp_path, copied)
    assert "GANshare malt, was du beschreibst" in told
    assert "Zeigt die eigenen Bilder." in told
    assert "Explain the commands." in told
    code = """
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
    page = run(code, tmp_path, copied)
    for part in ('<html lang="de"', ">Malen</a>", ">Deutsch</button>", ">Gallery</a>"):
        assert part in page


def test_a_prompt_source_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow("A prompt source", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    source = find_prompt_source("my_prompts:Mornings")(Record())
    assert source.draw(3).prompt.text.endswith(" at sunrise")
    assert source.draw(3) == source.draw(3)


def test_a_safety_check_judges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/moderation.md").read_text("utf-8")
    [code] = re.findall(r"```python\n# my_checks.py\n(.*?)```", page, re.DOTALL)
    (tmp_path / "my_checks.py").write_text(f"my_classifier = lambda picture: 0.7\n{code}")
    monkeypatch.syspath_prepend(str(tmp_path))
    verdict = importlib.import_module("my_checks").Strict()(b"picture")
    assert verdict.reason == "it looks unsafe (0.70)"
