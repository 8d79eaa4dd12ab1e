"""`ganshare chat`: the commands of the chat platforms, in a terminal."""

import asyncio
import contextlib
import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ganshare.extras import check_extra

if TYPE_CHECKING:
    from ganshare.settings import BotSettings, CoreSettings

__all__ = ["chat"]


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="paintings",
    show_default=True,
    help="Folder for the paintings and their frames.",
)
@click.option(
    "--language", metavar="TAG", help="Language, such as en or zh; the environment's if left out."
)
@click.option("--no-engine", is_flag=True, help="Don't start an engine, even if none is running.")
def chat(folder: Path, language: str | None, no_engine: bool) -> None:
    """Chat with the bot in this terminal, with the store of `ganshare up` or on its own.

    You can pipe lines into it: one prompt or command each.
    """
    check_extra("bot")
    from ganshare.monitoring.log import start_log
    from ganshare.settings import BotSettings, CoreSettings, load

    core, settings = load(CoreSettings), load(BotSettings)
    start_log("chat", core.model_copy(update={"log_level": "error"}), settings)
    locale = language or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_chat(core, settings, folder, locale, starts_engine=not no_engine))


async def _chat(
    core: "CoreSettings",
    settings: "BotSettings",
    folder: Path,
    locale: str,
    *,
    starts_engine: bool,
) -> None:
    from rich.console import Console

    from bot.app import open_front
    from bot.core.messages import Person, Rank
    from bot.terminal import Terminal

    console = Console(highlight=False, soft_wrap=True)
    # Whoever can run this can do everything to the store already.
    person = Person(f"terminal:{os.getuid()}", getpass.getuser(), Rank.ADMIN, locale)
    settings = settings.model_copy(update={"admins": (*settings.admins, person.id)})
    async with open_front(core, settings, migrate=True) as front:
        await Terminal(front, console, folder, person).run(starts_engine=starts_engine)
