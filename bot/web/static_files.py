"""Static files, read once and served under hashed, cacheable addresses."""

import hashlib
import math
import mimetypes
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["Asset", "Assets", "ratio_class"]

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_LETTERS = 12  # of the sum, in the address

# The proportions of a wall's cards, as classes: pages have no styles of their own. Beyond four to
# one a picture would be too narrow to touch, and is cut.
_RATIO_STEP, _MOST_STEPS = 1.02, 70
_RATIOS = "\n".join(
    f".ratio{step}{{--ratio:{_RATIO_STEP**step:.3f}}}"
    for step in range(-_MOST_STEPS, _MOST_STEPS + 1)
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is served."""

    data: bytes
    media_type: str


class Assets:
    """All files of `static/`, under an address that changes when any of them does.

    Modules import each other by relative paths, so that one sum stands for them all.
    """

    def __init__(self) -> None:
        folder = files("bot.web").joinpath("static")
        found = sorted(
            (each.name, each.read_bytes()) for each in folder.iterdir() if each.is_file()
        )
        found.append(("ratios.css", _RATIOS.encode()))
        self._assets = {name: Asset(data, _type_of(name)) for name, data in found}
        self.version = hashlib.sha256(repr(found).encode()).hexdigest()[:_LETTERS]

    def path(self, name: str) -> str:
        """The address of a file; raises KeyError if there is none, so that tests find it."""
        self._assets[name]
        return f"/static/{self.version}/{name}"

    def get(self, name: str) -> Asset | None:
        """A file by its name; there are no folders."""
        return self._assets.get(name)


def ratio_class(width: int, height: int) -> str:
    """Name the class whose proportions are those of a picture, within 1 %."""
    step = round(math.log(width / height, _RATIO_STEP))
    return f"ratio{max(-_MOST_STEPS, min(_MOST_STEPS, step))}"


def _type_of(name: str) -> str:
    suffix = name[name.rfind(".") :]
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
