"""`python -m admin`: curates, plans, mints, lists and manages tokens."""

import sys

import click

from ganshare.cli import run_cli
from ganshare.lazy_group import LazyGroup

__all__ = ["admin", "main"]

COMMANDS = {
    "approve": "admin.commands.approve:approve",
    "audit": "admin.commands.curation.audit:audit",
    "books": "admin.commands.books:books",
    "chain": "admin.commands.chain:chain",
    "collection": "admin.commands.collection:collection",
    "critic": "admin.commands.curation.critic:critic",
    "curate": "admin.commands.curation.curate:curate",
    "deploy": "admin.commands.deploy:deploy",
    "doctor": "admin.commands.doctor:doctor",
    "export": "admin.commands.export:export",
    "keys": "admin.commands.keys:keys",
    "list": "admin.commands.list:list_",
    "mint": "admin.commands.mint:mint",
    "plan": "admin.commands.plan:plan",
    "reconcile": "admin.commands.reconcile:reconcile",
    "rounds": "admin.commands.curation.rounds:rounds",
    "shares": "admin.commands.shares.group:shares",
    "status": "admin.commands.reconcile:status",
    "treasury": "admin.commands.treasury:treasury",
    "unlist": "admin.commands.unlist:unlist",
    "verify": "admin.commands.verify:verify",
    "verify-contract": "admin.commands.verify_contract:verify_contract",
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def admin() -> None:
    """Mint what the community chose, and list it for sale."""


def main() -> None:
    """Run the command and exit."""
    # `ganshare admin` hands over to this process, and its messages should name what was typed.
    sys.exit(run_cli(admin, program="ganshare admin", extra="admin"))


if __name__ == "__main__":
    main()
