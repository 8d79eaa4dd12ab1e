"""`python -m bot run` (behind `ganshare bot`) and `web`: serve until they are stopped."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ganshare.errors import SettingsError
from ganshare.extras import check_extra
from ganshare.processes.pulse import beating

if TYPE_CHECKING:
    from bot.app import Front
    from ganshare.settings import BotSettings

    Serve = Callable[[Front, BotSettings], Awaitable[None]]

__all__ = ["run", "serve", "web"]


@click.command()
def run() -> None:
    """Run the bots of Discord and Telegram, whichever has a token, in one process."""
    check_extra("bot")
    from ganshare.settings import BotSettings, load

    settings = load(BotSettings)
    frontends: list[Serve] = []
    if settings.discord_token is not None:
        from bot.discord.frontend import run_discord

        frontends.append(run_discord)
    if settings.telegram_token is not None:
        from bot.telegram.frontend import run_telegram

        frontends.append(run_telegram)
    if not frontends:
        raise SettingsError(
            "There is no token; set BOT_DISCORD_TOKEN or BOT_TELEGRAM_TOKEN, or both."
        )
    serve("bot", frontends)


@click.command()
def web() -> None:
    """Serve the web page at BOT_WEB_LISTEN."""
    check_extra("bot")
    from bot.web.server import run_web

    serve("web", [run_web])


def serve(name: str, frontends: "list[Serve]") -> None:
    """Run frontends over one store until SIGTERM or Ctrl-C; the first that fails ends all.

    One that refuses its settings does not, while others go on.
    """
    from bot.app import open_front
    from ganshare.monitoring.log import start_log
    from ganshare.settings import BotSettings, CoreSettings, load

    core, settings = load(CoreSettings), load(BotSettings)
    start_log(name, core, settings)

    async def serve_all() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        async with (
            beating(),
            open_front(core, settings) as front,
            _health(name, front, settings),
        ):
            tasks = {asyncio.ensure_future(each(front, settings)) for each in frontends}
            sweeps = asyncio.ensure_future(front.sweep())
            waiting = asyncio.ensure_future(ended.wait())
            try:
                await _until_one_ends(tasks, waiting)
            finally:
                done = {each for each in tasks if each.done()}
                for each in (*tasks, sweeps, waiting):
                    each.cancel()
                await asyncio.gather(*tasks, sweeps, waiting, return_exceptions=True)
            for each in done:
                if not (ended.is_set() and isinstance(each.exception(), SettingsError)):
                    each.result()

    asyncio.run(serve_all())


async def _until_one_ends(
    tasks: Collection[asyncio.Future[Any]], waiting: asyncio.Future[Any]
) -> None:
    """Wait; one that refuses its settings, as for a revoked token, ends the last one only."""
    from ganshare.monitoring.log import get_logger

    left = set(tasks)
    while left:
        every: set[asyncio.Future[Any]] = {*left, waiting}
        await asyncio.wait(every, return_when=asyncio.FIRST_COMPLETED)
        errors = [each.exception() for each in left if each.done()]
        left = {each for each in left if not each.done()}
        refused = all(isinstance(each, SettingsError) for each in errors)
        if waiting.done() or not refused:
            return
        for each in errors if left else ():
            get_logger(__name__).critical("given up; the others go on", reason=str(each))


@asynccontextmanager
async def _health(name: str, front: "Front", settings: "BotSettings") -> AsyncIterator[None]:
    """Serve a bot's health while it runs; the page, which has its own, at the port after it."""
    from ganshare.monitoring.health import Check, HealthServer, Pulse
    from ganshare.monitoring.metrics import Metrics
    from ganshare.queue_metrics import watch_queue

    listen = settings.health_listen
    if listen is None:
        yield
        return
    if name != "bot" and listen.port:
        listen = replace(listen, port=listen.port + 1)
    metrics = Metrics(name)
    pulse = Pulse(max_silence=60.0)

    async def tick() -> None:
        while True:
            pulse.tick()
            await asyncio.sleep(1)

    checks = [Check("store", front.store.check_writable), Check("blobs", front.blobs.probe)]
    server = HealthServer(
        listen, metrics, pulse, checks, setting="BOT_HEALTH_LISTEN", is_chosen=name == "bot"
    )
    async with server:
        ticking = asyncio.gather(tick(), watch_queue(front.store, metrics))
        try:
            yield
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
