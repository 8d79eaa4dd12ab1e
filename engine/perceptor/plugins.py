"""Perceptors of other packages, by the entry points of the group `ganshare.perceptors`."""

from importlib.metadata import entry_points
from typing import cast

from engine.model_folder import ModelFolder
from engine.perceptor.protocol import Perceptor
from ganshare.errors import ModelError, quoted

__all__ = ["GROUP", "load_plugin", "plugin_families"]

GROUP = "ganshare.perceptors"


def plugin_families() -> tuple[str, ...]:
    """The families that installed packages bring."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def load_plugin(family: str, folder: ModelFolder) -> Perceptor:
    """Call the entry point of a family with the model folder; see docs/perceptors.md.

    Raises:
        ModelError: its package cannot be imported, or says so itself.
    """
    (point, *_) = entry_points(group=GROUP, name=family)
    try:
        load = point.load()
    except ImportError as error:
        message = f"Perceptors of the family {quoted(family)} need a package: {error}."
        raise ModelError(message, given=family) from error
    return cast("Perceptor", load(folder))
