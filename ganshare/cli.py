"""The `ganshare` command: runs light commands itself, hands the rest to `engine`, `bot`, `admin`.

Handing over replaces this process, so that `ganshare` never imports the engine, torch or a bot.
"""

import json
import logging
import os
import secrets
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from itertools import takewhile
from typing import Any, Never

import click
from rich.console import Console
from rich.text import Text

from ganshare import __version__
from ganshare.commands.demo import demo
from ganshare.commands.queue import queue
from ganshare.commands.settings import settings
from ganshare.commands.store import store
from ganshare.commands.up import up
from ganshare.errors import AskerError, WorldError
from ganshare.extras import check_process, explain_missing
from ganshare.processes.exec import become_module
from ganshare.prompts import CATEGORIES, MAX_SEED, DrawnPrompt, draw_prompt

__all__ = [
    "EXIT_ASKER",
    "EXIT_INTERNAL",
    "EXIT_INTERRUPTED",
    "EXIT_WORLD",
    "ganshare",
    "main",
    "run_cli",
]

EXIT_INTERNAL = 1
EXIT_ASKER = 2  # as click's own usage errors
EXIT_WORLD = 3
EXIT_INTERRUPTED = 130  # as a shell reports SIGINT

_log = logging.getLogger(__name__)


def main() -> Never:
    """Run the `ganshare` command and exit."""
    sys.exit(run_cli(ganshare, program="ganshare"))


def run_cli(
    command: click.Command,
    arguments: Sequence[str] | None = None,
    program: str | None = None,
    extra: str = "",
) -> int:
    """Run a command and give its exit code; every failure becomes one sentence on stderr.

    Args:
        command: a command or group; an integer that it returns is the exit code.
        arguments: those of this process if left out.
        program: the name in the usage line, such as "ganshare".
        extra: that the process needs, such as "engine"; see `explain_missing`.

    A fault of the asker's gives 2, one of the world's 3, Ctrl-C 130 and anything unexpected 1,
    with an id that stands in the log, too. GANSHARE_DEBUG=1 adds the traceback of the unexpected.
    """
    try:
        result = command.main(
            args=None if arguments is None else list(arguments),
            prog_name=program,
            standalone_mode=False,
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        # click turns Ctrl-C and the end of input alike into Abort.
        click.echo("error: interrupted", err=True)
        return EXIT_INTERNAL if isinstance(error.__cause__, EOFError) else EXIT_INTERRUPTED
    except AskerError as error:
        click.echo(f"error: {error}", err=True)
        return EXIT_ASKER
    except WorldError as error:
        click.echo(f"error: {error}", err=True)
        return EXIT_WORLD
    except Exception as error:
        missing = isinstance(error, ModuleNotFoundError) and explain_missing(error, extra)
        if not missing:
            return _report_unexpected(error)
        click.echo(f"error: {missing}", err=True)
        return EXIT_ASKER
    return int(result) if isinstance(result, int) and result is not True else 0


def _report_unexpected(error: Exception) -> int:
    error_id = secrets.token_hex(4)
    debugging = os.environ.get("GANSHARE_DEBUG") == "1"
    if _log.hasHandlers():
        _log.error("unexpected error %s: %r", error_id, error)
    if debugging:
        traceback.print_exception(error)
    hint = "" if debugging else " (GANSHARE_DEBUG=1 shows the traceback)"
    click.echo(
        f"error: something went wrong inside GANshare, sorry: {type(error).__name__}, "
        f"id {error_id}{hint}",
        err=True,
    )
    return EXIT_INTERNAL


class _HandedOver(click.Command):
    """A command that another process carries out; its arguments go there untouched.

    Args:
        name: of the command here.
        module: that carries it out.
        becomes: the arguments that come before its own there.
    """

    def __init__(self, name: str, module: str, *becomes: str, **options: Any) -> None:
        super().__init__(name, add_help_option=False, **options)
        self._module, self._becomes = module, becomes

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--version" in takewhile(lambda word: word != "--", args):
            click.echo(f"ganshare, version {__version__}")
            ctx.exit()
        ctx.args = list(args)
        return ctx.args

    def invoke(self, ctx: click.Context) -> Any:
        check_process(self._module)
        become_module(self._module, [*self._becomes, *ctx.args])

    def find(self) -> click.Command:
        """Import the command that carries it out; for completion and reference, which run nothing.

        Raises:
            ModuleNotFoundError: its extra is not installed.
        """
        command: click.Command = getattr(import_module(f"{self._module}.__main__"), self._module)
        for name in self._becomes:
            command = command.get_command(click.Context(command), name)  # type: ignore[attr-defined]
        return command


class _Commands(click.Group):
    """Completes the words behind a command that another process carries out, too."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if ctx.resilient_parsing and isinstance(command, _HandedOver):
            with suppress(ModuleNotFoundError):
                command = command.find()
        return name, command, rest


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ganshare")
def ganshare() -> None:
    """Paint pictures from prompts."""


@ganshare.command()
@click.option(
    "-n",
    "--count",
    type=click.IntRange(1, 10_000),
    default=1,
    help="How many prompts; 1 by default.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, MAX_SEED),
    help="Draw from this seed; further prompts take the seeds after it.",
)
@click.option(
    "--category",
    metavar=f"[{'|'.join(CATEGORIES)}]",
    help="Draw the subject from one word list only.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def prompt(count: int, seed: int | None, category: str | None, as_json: bool) -> None:
    """Print random prompts with their attributes."""
    first = secrets.randbelow(2**32) if seed is None else seed
    console = Console(highlight=False, soft_wrap=True)
    for offset in range(count):
        drawn = draw_prompt(first + offset, category)
        if as_json:
            click.echo(_as_json(drawn))
        else:
            console.print(_as_text(drawn, with_swatch=console.is_terminal))


def _as_json(drawn: DrawnPrompt) -> str:
    return json.dumps(
        {"seed": drawn.seed, "prompt": drawn.text, "attributes": drawn.attributes.as_traits()}
    )


def _as_text(drawn: DrawnPrompt, *, with_swatch: bool) -> Text:
    traits = ", ".join(f"{name} {value}" for name, value in drawn.attributes.as_traits().items())
    text = Text(drawn.text, style="bold")
    text.append(f"\n  {traits}, Seed {drawn.seed}", style="not bold dim")
    if with_swatch:
        text.append(" ")
        text.append("    ", style=f"on {drawn.attributes.hex}")
    return text


def _add_version(command: click.Command) -> None:
    click.version_option(__version__, prog_name="ganshare")(command)
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        _add_version(each)


for _command in (demo, queue, settings, store, up):
    ganshare.add_command(_command)
for _command in ganshare.commands.values():
    _add_version(_command)

for _name, _module, _becomes, _help in (
    ("engine", "engine", ["run"], "Claim jobs from the queue, paint them and publish."),
    ("paint", "engine", ["paint"], "Paint a picture from a prompt, or from a random one."),
    ("dream", "engine", ["dream"], "Draw a picture from a transformer, without a prompt."),
    ("verify", "engine", ["verify"], "Paint a picture again from its manifest, and compare."),
    ("models", "engine", ["models"], "List, pull, add and verify the models that paint."),
    ("train", "engine", ["train"], "Train the models that paint."),
    ("bot", "bot", [], "Run the bots of Discord and Telegram; `doctor` checks them."),
    ("web", "bot", ["web"], "Serve the web page."),
    ("chat", "bot", ["chat"], "Ask for paintings in this terminal."),
    ("admin", "admin", [], "Curate what won, mint it and list it for sale."),
):
    ganshare.add_command(_HandedOver(_name, _module, *_becomes, help=_help))
