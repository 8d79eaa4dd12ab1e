"""`ganshare up`: runs store, engines, bot and web page of one machine under a supervisor."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ganshare.errors import SettingsError
from ganshare.extras import check_extra

if TYPE_CHECKING:
    from ganshare.processes.supervisor import Program
    from ganshare.settings import BotSettings, CoreSettings, EngineSettings

__all__ = ["up"]

# Time for a child to say goodbye to the store after its own drain.
GOODBYE_SECONDS = 10.0


@click.command()
@click.option(
    "--engines",
    metavar="N",
    type=click.IntRange(0, 64),
    default=1,
    show_default=True,
    help="How many engines on this machine; 0 if they run elsewhere.",
)
@click.option("--no-bot", is_flag=True, help="Don't run the chat bot.")
@click.option("--no-web", is_flag=True, help="Don't run the web page.")
@click.option(
    "--grace",
    metavar="SECONDS",
    type=click.FloatRange(0),
    help="Time from SIGTERM to SIGKILL; by default the engine's drain time plus 10 s.",
)
def up(engines: int, no_bot: bool, no_web: bool, grace: float | None) -> None:
    """Run all of GANshare on this machine, and restart what dies.

    Ctrl-C or SIGTERM stops everything in order: engines finish or hand back their jobs. A second
    Ctrl-C stops at once.
    """
    import asyncio
    import sys

    from ganshare.errors import ParameterError
    from ganshare.monitoring.log import get_logger, start_log
    from ganshare.processes.output import json_writer, prefix_writer
    from ganshare.processes.supervisor import Patience, Supervisor
    from ganshare.settings import BotSettings, CoreSettings, EngineSettings, load

    core, engine, bot = load(CoreSettings), load(EngineSettings), load(BotSettings)
    start_log("up", core, engine, bot)
    for_people = core.log == "console" or (core.log == "auto" and sys.stdout.isatty())
    environment = {"GANSHARE_LOG": "console" if for_people else "json"}
    if sys.stdout.isatty():
        environment["FORCE_COLOR"] = "1"  # the children's output is a pipe, ours is a terminal
    if engines:
        check_extra("engine")
    programs = [_engine(number, engines, engine) for number in range(engines)]
    for name, wanted in (("bot", not no_bot), ("web", not no_web)):
        reason = _why_not(name, bot)
        if wanted and reason is None:
            programs.append(_front(name))
        elif wanted:
            get_logger(__name__).warning(f"not started: {reason}", program=name)
    if not programs:
        raise ParameterError("There is nothing to run; --engines must be at least 1.")
    programs = [
        replace(program, environment={**environment, **program.environment}, beats=True)
        for program in programs
    ]
    write = prefix_writer([program.name for program in programs]) if for_people else json_writer()
    patience = Patience(
        grace=engine.drain_seconds + GOODBYE_SECONDS if grace is None else grace,
    )

    async def run() -> None:
        await _migrate(core)
        await Supervisor(programs, write, patience).run()

    asyncio.run(run())


async def _migrate(core: "CoreSettings") -> None:
    from ganshare.store import open_store

    async with open_store(core.database_url.get_secret_value(), core.limits, migrate=True):
        pass


def _engine(number: int, of: int, settings: "EngineSettings") -> "Program":
    """One engine; several share out the processor, take a GPU each, and have a port each."""
    from ganshare.processes.exec import module_command
    from ganshare.processes.supervisor import Program

    if of == 1:
        return Program("engine", tuple(module_command("engine", "run")))
    environment = {}
    # A default port gives way by itself.
    if settings.health_listen is not None and "health_listen" in settings.model_fields_set:
        listen = settings.health_listen
        environment["ENGINE_HEALTH_LISTEN"] = str(
            replace(listen, port=listen.port + number if listen.port else 0)
        )
    if settings.device in ("cuda", "auto"):
        environment["ENGINE_DEVICE"] = f"{settings.device}:{number}"
    shares_cores = settings.device in ("cpu", "auto") and settings.threads is None
    if shares_cores and "OMP_NUM_THREADS" not in os.environ:
        environment["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // of))
    return Program(f"engine-{number + 1}", tuple(module_command("engine", "run")), environment)


def _why_not(name: str, settings: "BotSettings") -> str | None:
    """Say why the bot, or the web page, which is a part of it, is not started; None if it is."""
    try:
        check_extra("bot")
    except SettingsError as error:
        return str(error)
    if name == "bot" and not (settings.discord_token or settings.telegram_token):
        return "it has no token; set BOT_DISCORD_TOKEN or BOT_TELEGRAM_TOKEN"
    if name == "web" and settings.web_listen is None:
        return "BOT_WEB_LISTEN is off"
    return None


def _front(name: str) -> "Program":
    from ganshare.processes.exec import module_command
    from ganshare.processes.supervisor import Program

    return Program(name, tuple(module_command("bot", "run" if name == "bot" else name)))
