"""`python -m engine`: the commands that paint, serve the queue and train; torch waits for them."""

import sys

import click

from engine.commands.embed import embed
from engine.commands.models import models
from engine.commands.paint import paint
from engine.commands.run import run
from engine.commands.train import train
from ganshare.cli import run_cli

__all__ = ["engine", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def engine() -> None:
    """Paint, and look after the models that paint."""


engine.add_command(paint)
engine.add_command(models)
engine.add_command(train)
engine.add_command(run)
engine.add_command(embed)


def main() -> None:
    """Run the command and exit."""
    # `ganshare paint` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(engine, program="ganshare"))


if __name__ == "__main__":
    main()
