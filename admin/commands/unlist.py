"""`ganshare admin unlist`: really disable orders, on the chain."""

import asyncio

import click

from admin.minting.list import LIVE
from admin.minting.unlist import cancel_listings
from admin.prompts import agree, dry_run_option, password_option, yes_option
from admin.session import open_session
from ganshare.errors import SettingsError

__all__ = ["unlist"]


@click.command()
@click.argument("tokens", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All orders of the collection.")
@dry_run_option
@yes_option
@password_option
def unlist(
    tokens: tuple[str, ...], every: bool, dry_run: bool, yes: bool, password_fd: int | None
) -> None:
    """Cancel orders on the chain, so that nobody can buy by them any more; OpenSea isn't asked."""
    asyncio.run(_unlist(set(tokens), every, dry_run, yes, password_fd))


async def _unlist(
    tokens: set[str], every: bool, dry_run: bool, yes: bool, password_fd: int | None
) -> None:
    if bool(tokens) == every:
        raise SettingsError("Name tokens to take off sale, or say --all; one of the two.")
    async with open_session() as session, session.chain() as chain:
        live = await session.ledger.listings(session.collection, *LIVE)
        chosen = [each for each in live if every or str(each.token) in tokens]
        unknown = tokens - {str(each.token) for each in chosen}
        if unknown:
            raise SettingsError(f"These tokens are not on sale: {', '.join(sorted(unknown))}.")
        lines = [("orders to cancel", f"{len(chosen)}, in one transaction at most")]
        if not chosen or not agree(lines, dry_run=dry_run, yes=yes):
            return
        signer = session.unlock(password_fd)
        where = (session.collection, session.seaport)
        async with session.ledger.held():
            sender = session.sender(chain, signer)
            await cancel_listings(session.ledger, sender, chain, *where, chosen)
        click.echo(f"{len(chosen)} orders are cancelled.")
