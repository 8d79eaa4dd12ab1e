"""`ganshare admin books`: writes sales, fees, royalties and gas as a CSV for the owner's books."""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path

import click

from admin.ledger import ListingState, TransactionState
from admin.minting.books import Entry, as_csv, gas_entries, sale_entries
from admin.session import open_session

__all__ = ["books"]

PAID = (TransactionState.CONFIRMED, TransactionState.REVERTED)
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="F.csv",
    help="The file; printed if left out.",
)
@click.option("--since", type=DAY, metavar="YYYY-MM-DD", help="From this day on, in UTC.")
@click.option("--until", type=DAY, metavar="YYYY-MM-DD", help="Up to this day, in UTC.")
def books(to: Path | None, since: datetime | None, until: datetime | None) -> None:
    """List sales, fees, royalties and gas by day, currency and token, from the ledger alone.

    A sale counts on the day when `reconcile` learned of it. Gas is what the minter's and the
    seller's transactions cost, in the chain's coin.
    """
    first, last = (f"{day:%Y-%m-%d}" if day else None for day in (since, until))
    entries = [
        each
        for each in asyncio.run(_read())
        if (first or each.day) <= each.day <= (last or each.day)
    ]
    text = as_csv(entries)
    if to is None:
        sys.stdout.write(text)
        return
    to.write_text(text, "utf-8")
    click.echo(
        f"{len(entries)} entries: {to}" if entries else f"Nothing was sold or paid yet: {to}"
    )


async def _read() -> list[Entry]:
    async with open_session() as session:
        ledger, where = session.ledger, session.collection
        sold = await ledger.listings(where, ListingState.FILLED)
        settled = {
            order: entry.created
            for entry in await ledger.history(sys.maxsize)
            if entry.kind == ListingState.FILLED
            for order in json.loads(entry.subject)
        }
        entries = list(sale_entries(sold, settled, session.settings.browser_fee_recipients))
        if session.settings.keystore is not None:
            for account in sorted({session.address, session.selling.address}):
                paid = await ledger.transactions(where.chain_id, account, *PAID)
                entries += gas_entries(paid)
        return entries
