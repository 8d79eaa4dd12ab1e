"""`python -m admin`: curate, plan, mint, list and look after what was minted."""

import sys

import click

from ganshare.cli import run_cli

__all__ = ["admin", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def admin() -> None:
    """Mint what the community chose, and list it for sale."""


def main() -> None:
    """Run the command and exit."""
    # `ganshare admin` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(admin, program="ganshare admin"))


if __name__ == "__main__":
    main()
