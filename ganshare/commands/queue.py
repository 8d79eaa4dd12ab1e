"""`ganshare queue`: shows waiting, running and failed jobs; pauses, drains, resumes and retries."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from ganshare.errors import ParameterError, quoted

if TYPE_CHECKING:
    from rich.console import Console

    from ganshare.store import Store

__all__ = ["queue"]

T = TypeVar("T")

REFRESH_SECONDS = 2.0  # without a notification
LEAST_SECONDS = 0.25  # between two looks, however often the store notifies


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Print it once and exit, as without a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print it once, as one JSON object.")
@click.pass_context
def queue(ctx: click.Context, once: bool, as_json: bool) -> None:
    """Watch the queue until Ctrl-C, or control it with a command."""
    if ctx.invoked_subcommand is not None:
        return
    from rich.console import Console

    console = Console(highlight=False)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(console, once=once or not console.is_terminal, as_json=as_json))


@queue.command()
@click.argument("what", metavar="all|model:NAME|engine:ID", default="all")
def pause(what: str) -> None:
    """Stop claiming jobs: all, those of a model, or by an engine.

    Running jobs continue. End the pause with `resume` and the same words.
    """
    subject = _subject(what)

    async def act(store: "Store") -> None:
        await _warn_of_unknown(store, subject)
        await store.queue.pause(subject)

    asyncio.run(_act(act))
    click.echo(f"Paused: {what}.")


@queue.command()
@click.argument("what", metavar="all|model:NAME|engine:ID", default="all")
@click.option("--no-wait", is_flag=True, help="Exit at once, while engines are still handing back.")
def drain(what: str, no_wait: bool) -> None:
    """Pause, and make engines hand back running jobs with their saved states.

    Engines finish jobs that need no longer than ENGINE_DRAIN_SECONDS. The command waits until no
    such job is running; Ctrl-C ends only the waiting, and `resume` with the same words ends the
    drain.
    """
    subject = _subject(what)

    async def act(store: "Store") -> None:
        await _warn_of_unknown(store, subject)
        await store.queue.pause(subject, drains=True)
        click.echo(f"Drained: {what}.")
        told = None
        while not no_wait and (running := await store.queue.running_of(subject)):
            if running != told:
                click.echo(f"{running} still being painted.")
            told = running
            await store.wait(REFRESH_SECONDS)

    asyncio.run(_act(act))


@queue.command()
@click.argument("what", metavar="all|model:NAME|engine:ID", default="all")
def resume(what: str) -> None:
    """End a pause."""
    if not asyncio.run(_act(lambda store: store.queue.resume(_subject(what)))):
        paused = asyncio.run(_act(lambda store: store.queue.paused()))
        allowed = f"paused are {', '.join(paused)}" if paused else "nothing is"
        raise ParameterError(f"{quoted(what)} is not paused; {allowed}.", given=what)
    click.echo(f"Goes on: {what}.")


@queue.command()
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option("--all", "everything", is_flag=True, help="Retry every failed job.")
def retry(jobs: tuple[str, ...], everything: bool) -> None:
    """Queue failed jobs again, with all their attempts."""
    if bool(jobs) is everything:
        raise ParameterError("Name the jobs, or say --all.")

    async def act(store: "Store") -> list[str]:
        ids = jobs or [job.id for job in await store.queue.dead_letters(10_000)]
        return [each for each in ids if not await store.queue.retry(each)]

    if unknown := asyncio.run(_act(act)):
        raise ParameterError(f"Not given up, so not queued again: {', '.join(unknown)}.")
    click.echo("Queued again.")


def _subject(what: str) -> str:
    kind, _, name = what.partition(":")
    if what != "all" and not (kind in ("model", "engine") and name):
        message = f"{quoted(what)} can't be paused; it must be all, model:NAME or engine:ID."
        raise ParameterError(message, given=what)
    return what


async def _warn_of_unknown(store: "Store", subject: str) -> None:
    """Say so if nobody knows the engine or model: it may be misspelt, or come later."""
    kind, _, name = subject.partition(":")
    known = await store.queue.engines(known=True)
    names = {"engine": [each.id for each in known], "model": [m for e in known for m in e.models]}
    if subject != "all" and name not in names[kind]:
        found = ", ".join(sorted(set(names[kind]))) or "none"
        message = f"warning: no {kind} {quoted(name)} was there within a day; there were: {found}."
        click.echo(message, err=True)


async def _act(action: "Callable[[Store], Awaitable[T]]") -> T:
    from ganshare.settings import CoreSettings, load
    from ganshare.store import open_store

    core = load(CoreSettings)
    async with open_store(core.database_url.get_secret_value(), core.limits) as store:
        return await action(store)


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
