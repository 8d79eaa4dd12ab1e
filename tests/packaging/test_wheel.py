"""The wheel: nothing in it that nobody needs, and it paints in environments that have nothing else.

`make dist` builds it and names it in GANSHARE_WHEEL. GANSHARE_PYTHONS names further interpreters,
divided by spaces.
"""

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

from ganshare.extras import EXTRAS

pytestmark = [pytest.mark.wheel, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
WHEEL = Path(os.environ.get("GANSHARE_WHEEL", "dist/none.whl")).absolute()
PYTHONS = [sys.executable, *os.environ.get("GANSHARE_PYTHONS", "").split()]
NEEDED = re.compile(
    r"(admin|bot|engine|ganshare|wordlists)/.+\.(py|pyi|typed)"
    r"|admin/browser/(find|wallet)\.js|admin/browser/locators\.toml|admin/minting/report\.css"
    r"|admin/contract/(Paintings|Shares)\.(json|sol)"
    r"|bot/locale/[\w.]+\.ftl|bot/moderation/\w+\.toml|bot/web/(static|templates)/[\w.]+"
    r"|engine/models/[\w-]+/(README\.md|model\.json|vocab\.txt|\w+\.safetensors)"
    r"|engine/(safety|training/configs)/[\w-]+\.json"
    r"|ganshare/store/maintenance/migrations/\w+\.sql|wordlists/(README\.md|\w+\.(csv|txt))"
    r"|ganshare-[\w.]+\.dist-info/(METADATA|RECORD|WHEEL|entry_points\.txt|licenses/(LICENSE|NOTICE))"
)
LARGEST = 45_000_000  # bytes
ON_ENGINE = ("train", "fleet")  # extras that contain `engine`
OURS = {name: name for name in ("admin", "bot", "engine")} | {"train": "engine.training"}
OTHERS = r"\.training|\.open_clip$"  # what of `engine` other packages are for


@pytest.fixture(scope="module")
def names() -> list[str]:
    return zipfile.ZipFile(WHEEL).namelist()


def test_every_file_is_needed(names: list[str]) -> None:
    assert [name for name in names if not NEEDED.fullmatch(name)] == []
    assert [name for name in names if "testing" in name] == []
    assert {f"{package}/py.typed" for package in ("admin", "bot", "engine", "ganshare")} < set(
        names
    )
    assert WHEEL.stat().st_size < LARGEST


def test_the_description_needs_no_checkout() -> None:
    with zipfile.ZipFile(WHEEL) as wheel:
        [name] = [each for each in wheel.namelist() if each.endswith("/METADATA")]
        metadata = HeaderParser().parsestr(wheel.read(name).decode())
    text = str(metadata.get_payload())
    links = re.findall(r"\]\(([^)#]+)", text)
    assert links
    assert [each for each in links if not each.startswith("https://")] == []
    urls = dict(each.split(", ") for each in metadata.get_all("Project-URL") or [])
    assert {"Source", "Documentation", "Changelog", "Issues"} <= set(urls)
    assert metadata["Author"]
    assert metadata["License-Expression"] == "Apache-2.0"


def test_what_a_release_needs_is_pinned_with_hashes() -> None:
    text = (WHEEL.parent / "requirements.txt").read_text("utf-8")
    entries = re.split(r"\n(?=\w)", text.strip())
    assert all("--hash=sha256:" in each for each in entries)
    everywhere = {_spelt(each.split()[0]) for each in entries if " ; " not in each}
    tested = {_spelt(line) for line in (ROOT / "constraints.txt").read_text("utf-8").split()}
    assert len(everywhere) > 100
    assert everywhere < tested
    assert not [each for each in everywhere if each.startswith("torch==")]


def _spelt(pinned: str) -> str:
    """Without extras, in the one way in which names compare."""
    name, _, version = re.sub(r"\[.*\]", "", pinned).partition("==")
    return f"{re.sub('[-_.]+', '-', name).lower()}=={version}"


class Environment:
    """A new one, with the wheel and one extra.

    Args:
        base: one with an extra that this one contains; its packages are seen, not installed again.
    """

    def __init__(
        self, folder: Path, python: str, extra: str, base: "Environment | None" = None
    ) -> None:
        self.folder = folder
        if python == sys.executable:
            venv.create(folder / "venv", with_pip=True)
        else:
            subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
        self.programs = folder / "venv/bin"
        constraints = str(ROOT / "constraints.txt")
        if base is not None:
            (self.packages / "base.pth").write_text(f"{base.packages}\n")
        elif extra == "engine":  # the build for this machine, as `make` does
            self.run("python", str(ROOT / "ganshare/install_torch.py"))
        self.run(
            "pip", "install", "-q", "-c", constraints, f"{WHEEL}[{extra}]" if extra else str(WHEEL)
        )

    @property
    def packages(self) -> Path:
        """Where they are installed."""
        [found] = (self.folder / "venv/lib").glob("python*/site-packages")
        return found

    def run(self, program: str, *arguments: str) -> str:
        mine = ("PYTHON", "GANSHARE", "ENGINE", "BOT", "ADMIN")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(mine)}
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def check_extra(new: Environment, extra: str) -> None:
    """Every module of the extra, and all of our own that it is for, can be imported."""
    modules = [*EXTRAS.get(extra, ()), "ganshare.cli", "ganshare.store", "wordlists"]
    new.run("python", "-c", f"import {', '.join(modules)}")
    assert new.run("python", "-m", "ganshare", "prompt", "--seed", "1")
    if extra in OURS:
        code = (
            "import importlib, pkgutil, re\n"
            f"package = importlib.import_module({OURS[extra]!r})\n"
            "for each in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
            f"    if not re.search({OTHERS if extra == 'engine' else '$^'!r}, each.name):\n"
            "        importlib.import_module(each.name)\n"
        )
        new.run("python", "-c", code)


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """One with the extra `engine`."""
    return Environment(tmp_path_factory.mktemp("engine"), sys.executable, "engine")


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: Path(path).name)
def test_it_paints(python: str, painter: Environment, tmp_path: Path) -> None:
    new = painter if python == sys.executable else Environment(tmp_path, python, "engine")
    assert re.fullmatch(r"ganshare, version [\d.]+\n", new.run("ganshare", "--version"))
    small = ("--steps", "4", "--size", "64x64", "--num-cutouts", "4")
    told = new.run("ganshare", "paint", "a castle in teal", "--seed", "1", "--json", *small)
    manifest = json.loads(told.splitlines()[-1])
    assert (manifest["width"], manifest["height"]) == (1024, 1024)
    assert new.run("ganshare", "verify", manifest["path"])
    check_extra(new, "engine")


@pytest.mark.parametrize(
    "extra", ["", *(each for each in EXTRAS if each not in ("engine", *ON_ENGINE))]
)
def test_an_extra_brings_what_it_needs(extra: str, tmp_path: Path) -> None:
    check_extra(Environment(tmp_path, sys.executable, extra), extra)


@pytest.mark.parametrize("extra", ON_ENGINE)
def test_an_extra_adds_to_engine_what_it_needs(
    extra: str, painter: Environment, tmp_path: Path
) -> None:
    check_extra(Environment(tmp_path, sys.executable, extra, painter), extra)
