"""`ganshare admin shares`: makes, sells and manages shares of a community's engines."""

import click

from ganshare.lazy_group import LazyGroup

__all__ = ["shares"]

COMMANDS = {
    "deploy": "admin.commands.shares.deploy:deploy",
    "grant": "admin.commands.shares.gifts:grant",
    "list": "admin.commands.shares.list:list_",
    "report": "admin.commands.shares.status:report",
    "revoke": "admin.commands.shares.gifts:revoke",
    "set-uri": "admin.commands.shares.deploy:set_uri",
    "status": "admin.commands.shares.status:status",
    "unlockable": "admin.commands.shares.unlockables:unlockable",
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def shares() -> None:
    """Deploy, sell and manage shares, whose holders may use the engines."""
