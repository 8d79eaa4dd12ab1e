"""`python -m engine`: the engine's commands; torch is imported only by those that compute."""

import sys
from typing import Any

import click

from ganshare.cli import run_cli
from ganshare.errors import WorldError
from ganshare.lazy_group import LazyGroup

__all__ = ["engine", "main"]

COMMANDS = {
    "dream": "engine.commands.dream:dream",
    "embed": "engine.commands.embed:embed",
    "models": "engine.commands.models:models",
    "paint": "engine.commands.paint:paint",
    "run": "engine.commands.run:run",
    "train": "engine.commands.train:train",
    "verify": "engine.commands.verify:verify",
}


class _Group(LazyGroup):
    """Says in one sentence that memory ran out, whichever command it was."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):  # RuntimeErrors, too: after --help, Ctrl-C
            raise
        except (MemoryError, RuntimeError) as error:
            from engine.worker.step_pool import is_out_of_memory

            if not is_out_of_memory(error):
                raise
            raise WorldError(
                "Memory ran out; take a smaller size, fewer cutouts or another device."
            ) from error


@click.group(cls=_Group, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def engine() -> None:
    """Paint, and look after the models that paint."""


def main() -> None:
    """Run the command and exit."""
    # `ganshare paint` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(engine, program="ganshare", extra="engine"))


if __name__ == "__main__":
    main()
