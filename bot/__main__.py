"""`python -m bot`: runs the bots, the web page, the terminal and the doctor."""

import sys

import click

from bot.commands.serve import run
from ganshare.cli import run_cli
from ganshare.lazy_group import LazyGroup

__all__ = ["bot", "main"]

COMMANDS = {
    "chat": "bot.commands.chat:chat",
    "doctor": "bot.commands.doctor:doctor",
    "invite": "bot.commands.invite:invite",
    "run": "bot.commands.serve:run",
    "web": "bot.commands.serve:web",
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.pass_context
def bot(context: click.Context) -> None:
    """Run the bots of Discord and Telegram, whichever has a token."""
    if context.invoked_subcommand is None:
        context.invoke(run)


def main() -> None:
    """Run the command and exit."""
    # `ganshare bot` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(bot, program="ganshare bot", extra="bot"))


if __name__ == "__main__":
    main()
