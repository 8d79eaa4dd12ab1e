"""`ganshare queue`: shows waiting, running and failed jobs."""

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ganshare.store import Store

__all__ = ["queue"]

REFRESH_SECONDS = 2.0  # without a notification
LEAST_SECONDS = 0.25  # between two looks, however often the store notifies


@click.command()
@click.option("--once", is_flag=True, help="Print it once and end, as without a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print it once, as one JSON object.")
def queue(once: bool, as_json: bool) -> None:
    """Watch the queue until Ctrl-C."""
    from rich.console import Console

    console = Console(highlight=False)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(console, once=once or not console.is_terminal, as_json=as_json))


async def _run(console: "Console", *, once: bool, as_json: bool) -> None:
    from ganshare.queue_view import look, picture
    from ganshare.settings import CoreSettings, load
    from ganshare.store import open_store

    core = load(CoreSettings)
    async with open_store(core.database_url.get_secret_value(), core.limits) as store:
        if as_json:
            click.echo(json.dumps((await look(store)).to_json()))
        elif once:
            console.print(picture(await look(store)))
        else:
            await _watch(store, console)


async def _watch(store: "Store", console: "Console") -> None:
    """Draw at each notification; while the database is away, say so over the last picture."""
    from rich.live import Live

    from ganshare.errors import StoreError
    from ganshare.queue_view import look, picture

    view = await look(store)
    with Live(picture(view), console=console, screen=True, auto_refresh=False) as live:
        while True:
            trouble = None
            try:
                await store.wait(REFRESH_SECONDS)
                view = await look(store)
            except StoreError as error:
                trouble = f"{error} Trying again."
                await asyncio.sleep(REFRESH_SECONDS)
            live.update(picture(view, trouble), refresh=True)
            await asyncio.sleep(LEAST_SECONDS)
