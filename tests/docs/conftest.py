"""A reader of the pages: types their commands at a shell, in a folder that has nothing else."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("GANSHARE_", "ENGINE_", "BOT_", "ADMIN_", "SHARES_")
STAMPS = ("created", "torch", "engine", "install", "test", "train", "docs")  # of the Makefile
LONGEST = 3600.0  # seconds for the commands of a page, on a busy machine
# Few steps on a small canvas: what is typed and what is written stay as the page says.
SMALL = """
from ganshare.domain import limits
limits.DEFAULT_STEPS, limits.DEFAULT_SIDE, limits.DEFAULT_CUTOUTS = 6, 96, 4
from ganshare.domain.presets import PRESETS, Preset
PRESETS["draft"] = Preset(4, 64, 4)
"""
# "Write `FILE`:" or "In `FILE`:", then blocks: a whole file, or lines with what is around them.
STEP = re.compile(r"(?:[Ww]rite|In) `([\w./-]+)`:\n\n((?:```\w+\n.*?```\n\n?)+)", re.DOTALL)
BLOCK = re.compile(r"```(\w+)\n(.*?)```\n", re.DOTALL)


def under(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    text = (ROOT / page).read_text("utf-8").partition(f"# {heading}\n")[2]
    assert text, heading
    return re.split(r"^##+ ", text, maxsplit=1, flags=re.MULTILINE)[0]


def follow(page: str, heading: str, folder: Path) -> None:
    """Write and change files as a recipe of a page says."""
    steps = STEP.findall(under(page, heading))
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


@dataclass
class Reader:
    """Somebody in a clone in which `make install` was typed: it has nothing to do any more.

    Args:
        folder: where everything is typed.
        fills: what stands for the dots of a line such as `export NAME=...`, by name.
    """

    folder: Path
    environment: dict[str, str]
    fills: Mapping[str, str] = field(default_factory=dict)

    def commands(self, page: str, heading: str = "") -> list[str]:
        """The commands of a page, or of what stands under one heading, as lines to type."""
        text = under(page, heading) if heading else (ROOT / page).read_text("utf-8")
        found, block = [], ""
        for line in text.splitlines():
            if line.startswith("```"):
                block = "" if block else line
            elif block == "```sh" or (not block and line.startswith("    ")):
                found.append(line if block else line[4:])
        lines = "\n".join(found).replace("\\\n", " ").splitlines()
        return [re.sub(r"\s+# .*", "", line) for line in lines]

    def follow(self, page: str, heading: str, folder: Path | None = None) -> None:
        """Write and change files as a recipe says; by default where commands are typed."""
        follow(page, heading, folder or self.folder)

    def type(self, *lines: str) -> str:
        """Type lines into one shell; gives what it shows."""
        done = subprocess.run(
            self._shell(*lines),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    @contextlib.contextmanager
    def running(self, *lines: str) -> Iterator[Path]:
        """Type lines whose last one goes on until Ctrl-C; gives the file of what it shows."""
        log = self.folder / f"{len(list(self.folder.glob('*.log')))}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                self._shell(*lines),
                cwd=self.folder,
                env=self.environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield log
            assert process.poll() is None, log.read_text("utf-8")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _shell(self, *lines: str) -> list[str]:
        return ["/bin/bash", "-ec", "\n".join(self._filled(line) for line in lines)]

    def _filled(self, line: str) -> str:
        exported = re.fullmatch(r"export (\w+)=.*\.\.\..*", line)
        filled = f"export {exported[1]}={self.fills[exported[1]]}" if exported else line
        assert "..." not in filled, line
        return filled


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    folder = tmp_path / "clone"
    programs = folder / ".venv/bin"
    programs.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    later = time.time() + 3600  # than the files that they are made from
    for stamp in STAMPS:
        file = programs.parent / f".{stamp}"
        file.touch()
        os.utime(file, (later, later))
    for name, words in {"ganshare": "-m ganshare", "python": "", "python3": ""}.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        program.chmod(0o755)
    (programs / "activate").write_text(f'PATH="{programs}:$PATH"\n')
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment |= {"HOME": str(tmp_path), "ENGINE_HEALTH_LISTEN": "off"}
    (tmp_path / "sitecustomize.py").write_text(SMALL)
    environment["PYTHONPATH"] = os.pathsep.join(map(str, (tmp_path, ROOT)))
    return Reader(folder, environment)
