"""`python -m ganshare.install_torch`: installs the PyTorch build that suits this machine.

`make` and the Dockerfiles run it in a new environment, before the rest is installed, so it imports
the standard library only. pip's default index serves, for Linux, a PyTorch with CUDA, which is
gigabytes that a machine without an NVIDIA GPU has no use for. The address of another index comes
from TORCH_INDEX, or from uv, which knows PyTorch's own indexes and looks for a GPU
(UV_TORCH_BACKEND, such as cpu or cu128, chooses in its stead).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["main"]

PROBE_SECONDS = 5.0
UV_SECONDS = 60.0  # for fetching uv itself, 20 MB
CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
FALLBACK = (
    "PyTorch's own index cannot be reached; its default build is installed instead, which for Linux"
    " usually includes CUDA and takes 5.6 GB (TORCH_INDEX=URL names another index).\n"
)


def main() -> int:
    """Install PyTorch unless it is there; give an exit code."""
    wanted = pinned_torch()
    if _is_installed(wanted):
        return 0
    index = os.environ.get("TORCH_INDEX")
    if index:
        if code := _pip("install", "--no-deps", "--index-url", index, wanted):
            return code
    elif sys.platform == "linux" and not _install_by_uv(wanted):
        sys.stderr.write(FALLBACK)
    # The build, too, if none is there yet; otherwise only what it needs.
    return _pip("install", "--constraint", str(CONSTRAINTS), wanted)


def pinned_torch() -> str:
    """Give the requirement of constraints.txt, such as "torch==2.9.0"."""
    found = re.search(r"^torch==\S+", CONSTRAINTS.read_text("utf-8"), re.MULTILINE)
    return found[0] if found else "torch"


def _is_installed(wanted: str) -> bool:
    try:
        return version("torch").partition("+")[0] == wanted.partition("==")[2]
    except PackageNotFoundError:
        return False


def _install_by_uv(wanted: str) -> bool:
    """Let uv choose index and build; False if that cannot be done here and now."""
    with TemporaryDirectory() as folder:
        uv = shutil.which("uv") or _fetch_uv(Path(folder))
        if uv is None:
            return False
        command = [uv, "--no-progress", "pip", "install", "--python", sys.executable]
        if not os.environ.get("UV_TORCH_BACKEND"):
            command.append("--torch-backend=auto")
        command += ["--no-deps", "--no-cache", wanted]
        return succeeds([*command, "--dry-run"], PROBE_SECONDS, quiet=True) and succeeds(command)


def _fetch_uv(folder: Path) -> str | None:
    """Install uv into a folder that is removed afterwards: the environment doesn't need it."""
    options = ("--retries", "0", "--timeout", "5", "--constraint", str(CONSTRAINTS))
    command = _pip_command("install", *options, "--target", str(folder), "uv")
    if succeeds(command, UV_SECONDS, quiet=True):
        return shutil.which("uv", path=str(folder / "bin"))
    return None


def _pip(*arguments: str) -> int:
    return subprocess.run(_pip_command(*arguments), check=False).returncode


def _pip_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]


def succeeds(command: Sequence[str], seconds: float | None = None, *, quiet: bool = False) -> bool:
    """Run a command; False if it fails, or takes longer than that."""
    output = subprocess.DEVNULL if quiet else None
    # An empty variable, as a Dockerfile's argument may be, is a value that uv refuses.
    environment = {name: value for name, value in os.environ.items() if value}
    try:
        done = subprocess.run(
            command, stdout=output, stderr=output, timeout=seconds, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
