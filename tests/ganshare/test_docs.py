"""README and docs say what works: commands exist, and nothing is installed from a stranger."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
OURS = ("admin", "benchmarks", "bot", "docker", "docs", "engine", "ganshare", "wordlists")
TEXTS = {".py", ".md", ".toml", ".ftl", ".html", ".yaml", ".yml", ".Dockerfile", ".json", ".txt"}
ACTIVATE = "source .venv/bin/activate"


def commands(page: str, program: str) -> list[list[str]]:
    """The indented lines, and those of ```sh blocks, that call a program, as words."""
    lines = re.findall(rf"^(?:    |(?=\w)){program} .+$", page, re.MULTILINE)
    return [shlex.split(line.strip(" \\"), comments=True) for line in lines]


# --- where packages come from -----------------------------------------------------------------


def written() -> list[Path]:
    """Every text that a user may read: docs, messages, templates, Dockerfiles, docstrings."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in {*TEXTS, ""}]
    for folder in OURS:
        found += [path for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS]
    assert len(found) > 400
    return found


# An installer, then `ganshare` or `ganshare[...]` as the name of a package, not as a folder.
PUBLISHED = re.compile(
    r"\b(?:pip3?|pipx|uv|uvx|conda|poetry)\b[^\n`]*\b(?:install|add|run)\b[^\n`]*?"
    r"(?<![\w./:-])ganshare\b(?![\w/.])|\binstall(?:ing|s)? ['\"`]*ganshare\["
)
AN_INDEX = re.compile(
    r"(?:index|index-url|find-links|registry)[ =]+['\"]?https?:|://[^/\s]+/simple\b"
)


@pytest.mark.parametrize(
    "line",
    ["pip install ganshare", "pip install 'ganshare[bot,engine]'", "uv add ganshare",
     "python -m pip install --upgrade ganshare", "install ganshare[fleet].", "pipx run ganshare"],
)  # fmt: skip
def test_the_pattern_finds_advice_to_install_from_an_index(line: str) -> None:
    assert PUBLISHED.search(line)


@pytest.mark.parametrize(
    "line", ["pip install '.[bot]'", "pip install -e '/home/me/ganshare[engine]'", "make install"]
)
def test_the_pattern_lets_a_checkout_pass(line: str) -> None:
    assert not PUBLISHED.search(line)


def test_nothing_advises_to_install_from_an_index_where_we_do_not_publish() -> None:
    for path in written():
        text = path.read_text("utf-8", errors="replace")
        found = PUBLISHED.search(text)
        assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"


def test_no_address_of_a_package_index_is_written_down() -> None:
    for path in written():
        found = AN_INDEX.search(path.read_text("utf-8", errors="replace"))
        assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"


# --- commands ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_with_commands_says_how_they_are_found(page: Path) -> None:
    text = page.read_text("utf-8")
    first = re.search(r"^(?:    )?ganshare \w", text, re.MULTILINE)
    if first is None:
        return
    assert ACTIVATE in text[: first.start()]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_target_of_make_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named <= targets


def test_the_readme_goes_from_nothing_to_a_command_that_is_found() -> None:
    block = re.findall(r"(?:^    .+\n)+", README.partition("## Where to go next")[0], re.MULTILINE)
    lines = [line.strip() for each in block for line in each.splitlines()]
    assert lines == ["make demo", "make web", "make install", ACTIVATE]


def in_readme(command: str) -> list[list[str]]:
    return [words[1:] for words in commands(README, "ganshare") if words[1] == command]


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ganshare", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("words", in_readme("prompt"), ids=" ".join)
def test_the_prompts_of_the_readme_are_drawn(words: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
