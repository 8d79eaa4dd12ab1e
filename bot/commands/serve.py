"""`python -m bot run` (behind `ganshare bot`) and `web`: serve until they are stopped."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

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
    """Run frontends over one store until SIGTERM or Ctrl-C; the first that fails ends all."""
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
            waiting = asyncio.ensure_future(ended.wait())
            try:
                await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                done = {each for each in tasks if each.done()}
                for each in (*tasks, waiting):
                    each.cancel()
                await asyncio.gather(*tasks, waiting, return_exceptions=True)
            for each in done:
                each.result()

    asyncio.run(serve_all())


@asynccontextmanager
async def _health(name: str, front: "Front", settings: "BotSettings") -> AsyncIterator[None]:
    """Serve a bot's health while it runs; the web page answers for itself."""
    from ganshare.monitoring.health import Check, HealthServer, Pulse
    from ganshare.monitoring.metrics import Metrics

    listen = settings.health_listen
    if listen is None or name != "bot":
        yield
        return
    pulse = Pulse(max_silence=60.0)

    async def tick() -> None:
        while True:
            pulse.tick()
            await asyncio.sleep(1)

    checks = [Check("store", front.store.check_writable), Check("blobs", front.blobs.probe)]
    server = HealthServer(listen, Metrics("bot"), pulse, checks, setting="BOT_HEALTH_LISTEN")
    async with server:
        ticking = asyncio.ensure_future(tick())
        try:
            yield
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
