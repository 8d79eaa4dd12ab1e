"""The build of PyTorch: from TORCH_INDEX, by uv, or from the default index with a word on size.

The indexes are on loopback and serve made-up wheels; uv is a script.
"""

import functools
import os
import subprocess
import sys
import threading
import venv
import zipfile
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from ganshare import install_torch
from ganshare.testing import TIMEOUT

ROOT = Path(__file__).parents[2]
VERSION = install_torch.pinned_torch().partition("==")[2]
Installed = Callable[..., tuple[str, str]]

UV_INSTALLS = """#!/bin/sh
echo "$*" >> "$UV_SEEN"
case "$*" in
    *--dry-run*) ;;
    *) exec "$FAKE_PYTHON" -m pip install --no-deps --index-url "$FAKE_INDEX" "torch==$FAKE" ;;
esac
"""


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """URLs of two indexes: `default` has a build without a suffix, `cpu` one with it."""
    folder = tmp_path_factory.mktemp("indexes")
    for name, found in (("default", VERSION), ("cpu", f"{VERSION}+cpu")):
        (folder / name / "torch").mkdir(parents=True)
        wheel = folder / name / "torch" / f"torch-{found}-py3-none-any.whl"
        info = f"torch-{found}.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: torch\nVersion: {found}\n"
            )
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
    handler = functools.partial(Silent, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        yield {"default": f"{base}/default", "cpu": f"{base}/cpu"}
        server.shutdown()


@pytest.fixture
def installed(tmp_path: Path, indexes: dict[str, str]) -> Installed:
    """Run the module in an environment of its own; gives torch's version there, and stderr."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    python = environment / "bin/python"
    pip = find_spec("pip")
    assert pip is not None
    assert pip.origin is not None
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "pip").symlink_to(Path(pip.origin).parent)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_", "UV_", "TORCH_"))
    }

    def run(uv: str | None = None, **variables: str) -> tuple[str, str]:
        if uv is not None:
            (tmp_path / "bin").mkdir()
            (tmp_path / "bin/uv").write_text(uv)
            (tmp_path / "bin/uv").chmod(0o755)
        done = subprocess.run(
            [python, "-m", "ganshare.install_torch"],
            cwd=tmp_path,
            env={
                **kept,
                "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
                "PYTHONPATH": f"{ROOT}:{tmp_path / 'path'}",
                "PIP_CONFIG_FILE": os.devnull,
                "PIP_INDEX_URL": indexes["default"],
                "UV_SEEN": str(tmp_path / "seen"),
                "FAKE_PYTHON": str(python),
                "FAKE_INDEX": indexes["cpu"],
                "FAKE": VERSION,
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        (found,) = environment.glob("lib/*/site-packages/torch-*.dist-info")
        return found.name.removeprefix("torch-").removesuffix(".dist-info"), done.stderr

    return run


def test_the_index_that_is_named_is_taken(installed: Installed, indexes: dict[str, str]) -> None:
    assert installed("#!/bin/sh\nexit 9", TORCH_INDEX=indexes["cpu"]) == (f"{VERSION}+cpu", "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the default build is small")
def test_uv_chooses_the_build_and_is_asked_first_whether_it_can(
    installed: Installed, tmp_path: Path
) -> None:
    found, told = installed(UV_INSTALLS, UV_TORCH_BACKEND="")
    assert found == f"{VERSION}+cpu"
    assert "CUDA" not in told
    probe, install = (tmp_path / "seen").read_text().splitlines()
    assert probe == f"{install} --dry-run"
    assert "--torch-backend=auto" in install


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the default build is small")
def test_a_backend_that_is_chosen_is_left_to_uv(installed: Installed, tmp_path: Path) -> None:
    installed(UV_INSTALLS, UV_TORCH_BACKEND="cu128")
    assert "--torch-backend" not in (tmp_path / "seen").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the default build is small")
@pytest.mark.parametrize("uv", ["#!/bin/sh\nexit 2", None])
def test_an_index_that_does_not_answer_gives_way_to_the_default_with_its_size(
    uv: str | None, installed: Installed
) -> None:
    # Without a uv, none can be had either: the default index has nothing but torch.
    assert installed(uv) == (VERSION, install_torch.FALLBACK)


def test_an_index_that_hangs_is_waited_for_five_seconds_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert install_torch.PROBE_SECONDS == 5.0
    assert not install_torch.succeeds([sys.executable, "-c", "import time; time.sleep(60)"], 0.1)


def test_a_build_that_is_there_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install_torch, "version", lambda _: f"{VERSION}+cu128")
    monkeypatch.setattr(subprocess, "run", pytest.fail)
    assert install_torch.main() == 0
