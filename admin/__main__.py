"""`python -m admin`: curate, plan, mint, list and look after what was minted."""

import sys

import click

from admin.commands.audit import audit
from admin.commands.critic import critic
from admin.commands.curate import curate
from ganshare.cli import run_cli

__all__ = ["admin", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def admin() -> None:
    """Mint what the community chose, and list it for sale."""


admin.add_command(audit)
admin.add_command(curate)
admin.add_command(critic)


def main() -> None:
    """Run the command and exit."""
    # `ganshare admin` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(admin, program="ganshare admin"))


if __name__ == "__main__":
    main()
