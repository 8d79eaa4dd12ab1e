"""`python -m admin`: curate, plan, mint, list and look after what was minted."""

import sys

import click

from admin.commands.approve import approve
from admin.commands.audit import audit
from admin.commands.critic import critic
from admin.commands.curate import curate
from admin.commands.deploy import deploy
from admin.commands.doctor import doctor
from admin.commands.export import export
from admin.commands.keys import keys
from admin.commands.list import list_, unlist
from admin.commands.mint import mint
from admin.commands.plan import plan
from admin.commands.reconcile import reconcile, status
from admin.commands.rounds import rounds
from admin.commands.verify import verify
from admin.commands.verify_contract import verify_contract
from ganshare.cli import run_cli

__all__ = ["admin", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def admin() -> None:
    """Mint what the community chose, and list it for sale."""


for _command in (audit, rounds, curate, critic, keys, deploy, approve, plan, mint, list_, unlist):
    admin.add_command(_command)
for _command in (reconcile, status, export, verify, verify_contract, doctor):
    admin.add_command(_command)


def main() -> None:
    """Run the command and exit."""
    # `ganshare admin` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(admin, program="ganshare admin"))


if __name__ == "__main__":
    main()
