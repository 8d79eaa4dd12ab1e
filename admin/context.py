"""What every admin command starts from: settings, store and who runs it."""

import asyncio
import functools
import getpass
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

import click

from ganshare.settings import CoreSettings, load
from ganshare.store import Store, open_store

__all__ = ["open_store_session", "print_lines", "run_async", "whoever_types"]

P = ParamSpec("P")
T = TypeVar("T")


def run_async(command: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Make an ordinary function of a coroutine function, for click."""

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> T:
        return asyncio.run(command(*arguments, **options))

    return run


@asynccontextmanager
async def open_store_session() -> AsyncIterator[Store]:
    """The store that GANSHARE_DATABASE_URL names; its tables must be there."""
    core = load(CoreSettings)
    async with open_store(core.database_url.get_secret_value(), core.limits) as store:
        yield store


def whoever_types() -> str:
    """Name this terminal's user, for the log."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "terminal:unknown"


def print_lines(lines: Iterable[str], nothing: str) -> None:
    """Print a list, or one sentence if there is nothing in it."""
    click.echo("\n".join(lines) or nothing)
