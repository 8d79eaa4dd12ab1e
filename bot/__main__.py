"""`python -m bot`: the bots, the web page, the terminal, and the doctor who looks at them."""

import sys

import click

from bot.commands.chat import chat
from bot.commands.doctor import doctor
from bot.commands.serve import run, web
from ganshare.cli import run_cli

__all__ = ["bot", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.pass_context
def bot(context: click.Context) -> None:
    """Run the bots of Discord and Telegram, whichever has a token."""
    if context.invoked_subcommand is None:
        context.invoke(run)


for _command in (run, web, chat, doctor):
    bot.add_command(_command)


def main() -> None:
    """Run the command and exit."""
    # `ganshare bot` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(bot, program="ganshare bot"))


if __name__ == "__main__":
    main()
