"""`ganshare admin reconcile` and `status`: what the ledger says, made equal to the chain."""

import asyncio
import json
from collections import Counter

import click

from admin.asking import dry_run_option
from admin.ledger import TransactionState
from admin.minting import look_up, reconcile_tokens
from admin.selling import reconcile_listings
from admin.session import COIN, Session, opened_session

__all__ = ["reconcile", "status"]

_DAY = 86_400.0


@click.command()
@dry_run_option
def reconcile(dry_run: bool) -> None:
    """Make the ledger equal to the chain: what is minted, whose it is, which orders hold."""
    asyncio.run(_reconcile(dry_run=dry_run))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """Count tokens, orders and transactions by state; asks neither chain nor market."""
    asyncio.run(_status(as_json=as_json))


async def _reconcile(*, dry_run: bool) -> None:
    async with opened_session() as session, session.chain() as chain:
        if dry_run:
            tokens = await session.ledger.tokens(session.collection)
            found = await look_up(chain, session.collection, [each.token for each in tokens])
            minted = sum(each.state == "minted" for each in tokens)
            click.echo(f"The chain has {len(found)} of these tokens, the ledger says {minted}.")
            return
        async with session.ledger.held():
            drift = await reconcile_tokens(
                session.ledger, chain, session.collection, session.address
            )
            changed = 0
            if session.settings.opensea_collection is not None:
                shop = await session.shop(30)
                changed = await reconcile_listings(session.ledger, chain, shop)
    click.echo(
        f"tokens: {len(drift.found)} found, {len(drift.lost)} lost, {len(drift.moved)} moved; "
        f"orders: {changed} changed"
    )


async def _status(*, as_json: bool) -> None:
    async with opened_session() as session:
        found = await _counted(session)
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, counts in found.items():
        shown = counts
        if isinstance(counts, dict):
            shown = ", ".join(f"{count} {state}" for state, count in counts.items()) or "none"
        click.echo(f"  {name:<14} {shown}")


async def _counted(session: Session) -> dict[str, object]:
    collection, ledger = session.collection, session.ledger
    sent = await ledger.transactions(collection.chain_id, session.address)
    spent = await ledger.spent(collection.chain_id, session.address, _DAY)
    return {
        "collection": collection.address,
        "tokens": dict(Counter(str(each.state) for each in await ledger.tokens(collection))),
        "orders": dict(Counter(str(each.state) for each in await ledger.listings(collection))),
        "transactions": dict(Counter(str(each.state) for each in sent)),
        "under way": sum(each.state is TransactionState.SENT for each in sent),
        "spent today": COIN.show(spent),
    }
