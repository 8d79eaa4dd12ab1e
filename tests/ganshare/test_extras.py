"""Each extra is known by what it brings, and a command without its extra is one sentence."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from ganshare import extras
from ganshare.errors import SettingsError
from ganshare.extras import EXTRAS, check_extra, explain_missing, missing_package
from ganshare.testing import TIMEOUT

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
# Distributions whose modules have another name.
MODULES = {
    "discord.py": "discord",
    "fluent.runtime": "fluent",
    "opencc-python-reimplemented": "opencc",
    "python-telegram-bot": "telegram",
    "pyyaml": "yaml",
}
# Hides packages from a Python process and its children, as if they were not installed.
HIDING = """
import os
from importlib.machinery import PathFinder
hidden, find = os.environ["HIDDEN"].split(), PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in hidden else find(name, path, target)
PathFinder.find_spec = find_spec
"""


def ganshare(
    folder: Path, hidden: str, *arguments: str, module: str = "ganshare"
) -> "subprocess.CompletedProcess[str]":
    (folder / "sitecustomize.py").write_text(HIDING)
    # what the tests themselves are told is no setting
    own = {name: value for name, value in os.environ.items() if not name.startswith("GANSHARE_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        cwd=folder,
        env={**own, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "HIDDEN": hidden},
        capture_output=True,
        text=True,
        check=False,
        input="",
        timeout=TIMEOUT,
    )


def test_each_extra_is_what_the_project_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {}
    for extra, requirements in project["optional-dependencies"].items():
        names = [re.match(r"[\w.-]+", each)[0] for each in requirements]  # type: ignore[index]
        declared[extra] = {
            MODULES.get(name, name.replace("-", "_")) for name in names if name != "ganshare"
        }
    assert declared.pop("all") == set()
    assert {extra: set(names) for extra, names in EXTRAS.items()} == declared


TRAIN = json.dumps({"architecture": {}, "training": {"minutes": 1}})


@pytest.mark.parametrize(
    ("extra", "arguments"),
    [
        ("engine", "paint foo"),
        ("engine", "demo foo"),
        ("engine", "engine"),
        ("engine", "up"),
        ("bot", "bot"),
        ("bot", "bot doctor"),
        ("bot", "web"),
        ("bot", "chat"),
        ("bot", "up --engines 0"),
        ("admin", "admin --help"),
        ("admin", "admin keys new k.json"),
        ("admin", "admin critic train"),
        ("video", "paint foo --video film.mp4"),
        ("fleet", "engine --ray local"),
        ("train", "train vqgan --data . --out out --config train.json"),
    ],
)
def test_a_command_without_its_extra_is_one_sentence(
    extra: str, arguments: str, tmp_path: Path
) -> None:
    (tmp_path / "train.json").write_text(TRAIN)
    done = ganshare(tmp_path, " ".join(EXTRAS[extra]), *arguments.split())
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    told = re.search(r'The package (\w+) is missing; to install it, run ([^"\n]*)', done.stderr)
    assert told is not None, done.stderr
    assert told[1] in EXTRAS[extra]
    assert f"[{extra}]" in told[2] or told[2].endswith(" install")


@pytest.mark.parametrize(
    "arguments",
    ["--help", "paint --help", "engine --help", "train --help", "bot --help", "models list",
     "prompt", "settings", "store migrate"],
)  # fmt: skip
def test_what_needs_no_extra_runs_without_any(arguments: str, tmp_path: Path) -> None:
    hidden = " ".join({name for names in EXTRAS.values() for name in names})
    done = ganshare(tmp_path, hidden, *arguments.split())
    assert (done.returncode, done.stderr) == (0, "")


def test_a_process_that_was_left_out_is_one_sentence_too(tmp_path: Path) -> None:
    done = ganshare(tmp_path, "engine", "paint", "foo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: The package engine is missing; to install it, run ")


@pytest.mark.parametrize("arguments", ["web", "bot doctor", "up --engines 0 --no-web"])
def test_a_package_of_that_name_by_somebody_else_is_not_run(
    arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = tmp_path / "others" / "bot"
    others.mkdir(parents=True)
    (others / "__init__.py").touch()
    (others / "__main__.py").write_text("print('somebody else')")
    path = os.pathsep.join(map(str, (others.parent, ROOT)))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "ganshare", *arguments.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"The package 'bot' in {others.parent} is not GANshare's" in done.stderr


# --- the command that installs it -------------------------------------------------------------


def checkout(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "Makefile").touch()
    (folder / "constraints.txt").touch()
    return folder


def advice(extra: str) -> str:
    error = ModuleNotFoundError("", name=EXTRAS[extra][0])
    return str(explain_missing(error, extra)).partition(", run ")[2]


def test_the_environment_that_make_made_is_completed_by_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkout(tmp_path / "my clone")
    monkeypatch.setattr(extras, "_source", lambda: folder)
    monkeypatch.setattr(sys, "prefix", str(folder / ".venv"))
    for extra in ("engine", "bot", "admin"):
        assert shlex.split(advice(extra)) == ["make", "-C", str(folder), "install"]
    assert shlex.split(advice("train"))[1:] == [
        "-m", "pip", "install", "-c", f"{folder}/constraints.txt", "-e", f"{folder}[train]",
    ]  # fmt: skip


def test_what_was_installed_from_a_clone_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, elsewhere = checkout(tmp_path / "klön"), tmp_path / "site-packages"
    text = json.dumps({"url": folder.as_uri(), "dir_info": {}})
    monkeypatch.setattr(extras, "_source", lambda: elsewhere)
    monkeypatch.setattr(PathDistribution, "read_text", lambda *_: text)
    assert shlex.split(advice("engine")) == [
        sys.executable, "-m", "pip", "install", "-c", f"{folder}/constraints.txt",
        f"{folder}[engine]",
    ]  # fmt: skip


@pytest.mark.parametrize("text", [None, "{}", "not JSON", '{"url": "file:///gone"}'])
def test_where_the_clone_is_not_known_the_reader_is_told_to_go_there(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "_source", lambda: tmp_path)
    monkeypatch.setattr(PathDistribution, "read_text", lambda *_: text)
    assert advice("bot") == (
        f"in your clone of the repository: {sys.executable} -m pip install '.[bot]'"
    )


# --- which sentence for what ------------------------------------------------------------------


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that make did not make."""
    monkeypatch.setattr(sys, "prefix", "/elsewhere")


@pytest.mark.usefixtures("elsewhere")
def test_the_running_process_decides_between_extras_that_bring_the_same() -> None:
    error = ModuleNotFoundError("", name="httpx.sub")
    assert "[admin]" in str(explain_missing(error, "admin"))
    assert "[engine]" in str(explain_missing(error, "engine"))


@pytest.mark.usefixtures("elsewhere")
def test_a_package_that_another_one_needs_comes_with_the_process_own_extra() -> None:
    error = ModuleNotFoundError("", name="eth_typing")
    assert "[admin]" in str(explain_missing(error, "admin"))
    assert explain_missing(error) is None


@pytest.mark.parametrize("name", ["ganshare.absent", "engine.absent", "wordlists", None])
def test_a_module_of_ours_that_is_absent_is_a_fault_of_ours(name: str | None) -> None:
    assert explain_missing(ModuleNotFoundError("", name=name), "engine") is None


def test_checking_an_extra_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "EXTRAS", {"video": ("json", "no_such_package")})
    assert missing_package("video") == "no_such_package"
    with pytest.raises(SettingsError, match="The package no_such_package is missing"):
        check_extra("video")
