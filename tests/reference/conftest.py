"""Stand-ins for what the originals import and don't use here, or what newer packages have moved.

torchvision is for pictures and datasets alone; Lightning 2 and transformers 5 dropped two names
that taming-transformers of 2021 imports.
"""

import contextlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator

import pytest


class _Names(type):
    def __getattr__(cls, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class _Anything(types.ModuleType):
    """A module of which every name is a class that does nothing."""

    __path__: tuple[str, ...] = ()
    __version__ = "0"  # which transformers compares

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Names(name, (), {"__init__": lambda *_, **__: None})


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, *_):
        if name.partition(".")[0] != "torchvision":
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return _Anything(spec.name)

    def exec_module(self, module) -> None:
        """Nothing to run."""


@pytest.fixture(autouse=True, scope="session")
def old_imports() -> Iterator[None]:
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    moved = types.ModuleType("pytorch_lightning.utilities.distributed")
    moved.rank_zero_only = lambda function: function
    sys.modules.setdefault(moved.__name__, moved)
    yield
    sys.meta_path.remove(finder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]


@pytest.fixture(autouse=True)
def old_name(monkeypatch: pytest.MonkeyPatch, old_imports: None) -> None:
    """Before each test, for transformers puts another module in its place when it is first used."""
    with contextlib.suppress(ImportError):
        import transformers

        monkeypatch.setattr(transformers, "top_k_top_p_filtering", None, raising=False)
