"""Dockerfiles: linted, without root, with a health check, and made of files that exist.

No Docker engine is needed: what the containers would run is run here, by the same words.
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ganshare.settings import BotSettings, EngineSettings, Listen
from ganshare.testing import TIMEOUT

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
BASE = re.compile(r"python:3\.[0-9]+\.[0-9]+-slim-[a-z]+")  # exact, and of one Debian


def instructions(path: Path) -> list[tuple[str, str]]:
    """Every instruction of a Dockerfile with its arguments, continued lines joined."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    pairs = [line.partition(" ") for line in joined.splitlines() if line.strip()]
    return [(name, rest.strip()) for name, _, rest in pairs]


def last(path: Path, name: str) -> str:
    return [rest for instruction, rest in instructions(path) if instruction == name][-1]


def environment(path: Path) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in shlex.split(last(path, "ENV"))]
    return {name: value for name, _, value in pairs}


def run_here(words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of a Dockerfile with this environment's Python."""
    program, *arguments = json.loads(words)
    assert program == "python"
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def test_there_is_one_for_each_process() -> None:
    names = ["admin.Dockerfile", "bot.Dockerfile", "engine.Dockerfile", "store.Dockerfile"]
    assert [path.name for path in DOCKERFILES] == names


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_hadolint_finds_nothing(path: Path) -> None:
    beside = Path(sys.executable).with_name("hadolint")
    hadolint = str(beside) if beside.exists() else shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is of the lint group")
    done = subprocess.run([hadolint, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_images_are_small_and_run_without_root(path: Path) -> None:
    stages = [rest for name, rest in instructions(path) if name == "FROM"]
    base = stages[-1]
    assert BASE.fullmatch(base)
    assert stages == [f"{base} AS build", base]
    assert int(last(path, "USER")) > 0
    # The user was made before anything runs as it, and owns the folder that it works in.
    assert f"--uid {last(path, 'USER')} --home-dir {last(path, 'WORKDIR')}" in str(
        instructions(path)
    )
    assert last(path, "VOLUME") == last(path, "WORKDIR")


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_what_is_copied_exists_and_reaches_the_build(path: Path) -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in ignore if line.startswith("!")}
    copied = [rest.split()[:-1] for name, rest in instructions(path) if name == "COPY"]
    sources = {word for words in copied for word in words if not words[0].startswith("--from")}
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert any(fnmatch.fnmatch(source.partition("/")[0], pattern) for pattern in let_in)


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_no_package_index_is_written_down(path: Path) -> None:
    arguments = {rest for name, rest in instructions(path) if name == "ARG"}
    assert 'PIP_INDEX=""' in arguments
    arguments.discard('UV_TORCH_BACKEND="cpu"')
    assert all(argument.endswith('=""') for argument in arguments)
    runs = " ".join(rest for name, rest in instructions(path) if name == "RUN")
    assert "://" not in runs


def test_the_store_image_makes_the_tables(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ganshare.db"
    done = run_here(last(ROOT / "docker/store.Dockerfile", "CMD"), GANSHARE_DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "ganshare.db").stat().st_size > 0


def test_the_admin_image_has_what_backups_need_and_its_command_exists() -> None:
    path = ROOT / "docker/admin.Dockerfile"
    assert "postgresql-client-15" in str(instructions(path))
    assert environment(path)["ADMIN_KEYSTORE"].startswith("/keys/")
    done = run_here(json.dumps([*json.loads(last(path, "CMD")), "--help"]))
    assert done.returncode == 0, done.stderr


def test_the_commands_of_the_bot_image_exist() -> None:
    words = json.loads(last(ROOT / "docker/bot.Dockerfile", "CMD"))
    assert words[-1] == "run"
    for command in ("run", "web"):
        done = run_here(json.dumps([*words[:-1], command, "--help"]))
        assert done.returncode == 0, done.stderr
        assert f"Usage: ganshare bot {command}" in done.stdout


def test_the_bot_is_asked_for_its_health_where_it_answers() -> None:
    path = ROOT / "docker/bot.Dockerfile"
    given = environment(path)
    settings = BotSettings(
        health_listen=given["BOT_HEALTH_LISTEN"], web_listen=given["BOT_WEB_LISTEN"]
    )
    assert settings.health_listen is not None
    assert settings.web_listen is not None
    assert f"127.0.0.1:{settings.health_listen.port}/healthz" in last(path, "HEALTHCHECK")
    ports = {str(settings.health_listen.port), str(settings.web_listen.port)}
    assert set(last(path, "EXPOSE").split()) == ports


def test_the_command_of_the_engine_image_exists() -> None:
    words = json.loads(last(ROOT / "docker/engine.Dockerfile", "CMD"))
    done = run_here(json.dumps([*words, "--help"]))
    assert done.returncode == 0, done.stderr
    assert "Usage: ganshare engine" in done.stdout


def test_the_engine_is_asked_for_its_health_where_it_answers() -> None:
    path = ROOT / "docker/engine.Dockerfile"
    given = environment(path)["ENGINE_HEALTH_LISTEN"]
    listen = EngineSettings(health_listen=given).health_listen
    assert isinstance(listen, Listen)
    assert f"http://127.0.0.1:{listen.port}/healthz" in last(path, "HEALTHCHECK")
    assert last(path, "EXPOSE") == str(listen.port)


def test_the_health_check_of_the_engine_image_fails_where_nothing_answers() -> None:
    health = last(ROOT / "docker/engine.Dockerfile", "HEALTHCHECK")
    words = json.loads(health.partition("CMD ")[2])
    words[-1] = "http://127.0.0.1:9/healthz"
    assert run_here(json.dumps(words)).returncode == 1
