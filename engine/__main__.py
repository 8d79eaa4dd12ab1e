"""`python -m engine`: the engine's commands; torch is imported only by those that compute."""

import sys

import click

from ganshare.cli import run_cli
from ganshare.lazy_group import LazyGroup

__all__ = ["engine", "main"]

COMMANDS = {
    "embed": "engine.commands.embed:embed",
    "models": "engine.commands.models:models",
    "paint": "engine.commands.paint:paint",
    "run": "engine.commands.run:run",
    "train": "engine.commands.train:train",
    "verify": "engine.commands.verify:verify",
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def engine() -> None:
    """Paint, and look after the models that paint."""


def main() -> None:
    """Run the command and exit."""
    # `ganshare paint` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(engine, program="ganshare", extra="engine"))


if __name__ == "__main__":
    main()
