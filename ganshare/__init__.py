"""The contracts that the bot, the engine and the admin share: no torch, no chat, no chain.

`ganshare.paint` is the engine's, and loaded only when it is asked for; its types stand in the
`.pyi` beside this file.
"""

from importlib import import_module
from typing import Any

__all__ = ["__version__"]

__version__ = "0.2.0"

_OF_THE_ENGINE = ("Frame", "Painting", "paint")


def __getattr__(name: str) -> Any:
    if name not in _OF_THE_ENGINE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ganshare.extras import check_extra

    check_extra("engine")
    return getattr(import_module("engine.api"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_OF_THE_ENGINE])
