"""The options --device, --dtype and --threads, the same in every command that computes."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import click

from engine.runtime.compute import AUTO, DTYPE_NAMES
from ganshare.settings import EngineSettings, load

__all__ = ["add_options", "compute_options", "setting"]

Command = TypeVar("Command", bound=Callable[..., Any])


def setting(name: str) -> Callable[[], Any]:
    """A default that is read when the command runs: ENGINE_..., else ganshare.toml's."""
    return lambda: getattr(load(EngineSettings), name)


def add_options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """A decorator that adds all of them, in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def compute_options(
    default: Literal["fastest", "exact", "painted"] = "fastest",
    only: Sequence[str] = ("device", "dtype", "threads"),
) -> Callable[[Command], Command]:
    """Add the options; `engine.runtime.compute.choose_compute` checks what is given.

    Args:
        default: "fastest" is as the settings say; with "exact" numbers are float32, so that
            figures can be compared; with "painted" everything is as a manifest says.
        only: the options to add.
    """
    painted = default == "painted"
    place, dtype, threads = (
        ("as it was painted",) * 3
        if painted
        else (
            "a GPU if there is one",
            "float32" if default == "exact" else "what is fastest on the device",
            "as many as the CPU has cores",
        )
    )
    options = {
        "device": click.option(
            "--device",
            metavar="auto|cpu|cuda[:N]|mps",
            default=AUTO if painted else setting("device"),
            help=f"Where to compute; by default {place}.",
        ),
        "dtype": click.option(
            "--dtype",
            metavar="|".join((AUTO, *DTYPE_NAMES)),
            default={"exact": "float32", "painted": AUTO}.get(default) or setting("dtype"),
            help=f"Number format to compute in; by default {dtype}.",
        ),
        "threads": click.option(
            "--threads",
            type=int,
            metavar="N",
            default=None if painted else setting("threads"),
            help=f"How many CPU threads; by default {threads}.",
        ),
    }

    return add_options(*(options[name] for name in only))
