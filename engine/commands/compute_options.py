"""--device, --dtype and --threads, alike in every command that computes."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from engine.runtime.compute import AUTO, DTYPE_NAMES
from ganshare.settings import EngineSettings, load

__all__ = ["compute_options", "setting"]

Command = TypeVar("Command", bound=Callable[..., Any])


def setting(name: str) -> Callable[[], Any]:
    """A default that is read when the command runs: ENGINE_..., else ganshare.toml's."""
    return lambda: getattr(load(EngineSettings), name)


def compute_options(*, exact: bool = False) -> Callable[[Command], Command]:
    """Add the three options; with `exact` float32 is the default, so that figures can be compared.

    `engine.runtime.compute.choose_compute` checks what was given.
    """
    chosen = "float32 by default" if exact else "auto by default: what is fastest on the device"
    options = (
        click.option(
            "--device",
            metavar="auto|cpu|cuda[:N]|mps",
            default=setting("device"),
            help="Where to compute; auto by default: a GPU if there is one.",
        ),
        click.option(
            "--dtype",
            metavar="|".join((AUTO, *DTYPE_NAMES)),
            default=DTYPE_NAMES[0] if exact else setting("dtype"),
            help=f"What numbers to compute in; {chosen}.",
        ),
        click.option(
            "--threads",
            type=int,
            metavar="N",
            default=setting("threads"),
            help="Of the CPU; as many as it has cores by default.",
        ),
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add
