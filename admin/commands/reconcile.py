"""`ganshare admin reconcile` and `status`: brings the ledger in line with the chain."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import click

from admin.browser.setup import Choices
from admin.commands.routes import drop
from admin.commands.routes.browser import DROP, browser_options, match
from admin.context import run_async
from admin.ledger import Listing, ListingState, Transaction, TransactionState
from admin.marketplace.opensea import OpenSeaAway
from admin.minting.accept import accept, read_folder
from admin.minting.ipfs import cid_of_digest
from admin.minting.market_drift import market_drift, reconcile_market
from admin.minting.mint import Drift, reconcile_tokens, token_drift
from admin.minting.unlist import listing_drift, reconcile_listings
from admin.prompts import dry_run_option, password_option
from admin.session import COIN, Session, open_session
from admin.wallet.nonces import find_deployments, made_address
from admin.wallet.sender import DAY, MONTH
from ganshare.errors import SettingsError

__all__ = ["reconcile", "status"]


@click.command()
@click.option(
    "--accept", "accepts", is_flag=True, help="Accept metadata that changed on the chain."
)
@click.option(
    "--metadata",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Folder with that metadata, if the IPFS node lacks it.",
)
@browser_options
@dry_run_option
@password_option
@run_async
async def reconcile(
    choices: Choices | None,
    accepts: bool,
    folder: Path | None,
    dry_run: bool,
    password_fd: int | None,
) -> int | None:
    """Update the ledger from the chain: tokens, their holders and valid orders.

    It also asks OpenSea for its orders. With --route browser, it reads the marketplace's pages and
    presses nothing.
    """
    if choices is DROP:
        return await drop.match(dry_run=dry_run)
    if choices is not None:
        return await match(choices, dry_run=dry_run, password_fd=password_fd)
    await _reconcile(accepts=accepts, folder=folder, dry_run=dry_run)
    return None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@run_async
async def status(as_json: bool) -> None:
    """Count tokens, orders and transactions by state, from the ledger alone."""
    async with open_session() as session:
        if session.settings.collection is None and session.settings.keystore is not None:
            await _tell_deployments(session)
        found = await _counted(session)
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, counts in found.items():
        shown = counts
        if isinstance(counts, dict):
            shown = ", ".join(f"{count} {state}" for state, count in counts.items()) or "none"
        click.echo(f"  {name:<23} {shown}")


async def _reconcile(*, accepts: bool, folder: Path | None, dry_run: bool) -> None:
    given = {} if folder is None else read_folder(folder)
    async with open_session() as session, session.chain() as chain:
        ledger = session.ledger
        where = (session.collection, session.seaport)
        if dry_run:
            drift = await token_drift(ledger, chain, session.collection, session.address)
            changes = await listing_drift(ledger, chain, *where)
        else:
            async with ledger.held():
                drift = await reconcile_tokens(ledger, chain, session.collection, session.address)
                changes = await reconcile_listings(ledger, chain, *where)
        for line in _changes(drift, changes):
            click.echo(line)
        async for line in _accept(session, drift, given, write=accepts and not dry_run):
            click.echo(line)
        async for line in _ask_opensea(session, write=not dry_run):
            click.echo(line)
        sent = TransactionState.SENT
        waiting = await ledger.transactions(chain.chain_id, session.address, sent)
    click.echo(
        f"tokens: {len(drift.found)} found, {len(drift.lost)} lost, {len(drift.moved)} moved; "
        f"orders: {len(changes)} changed; transactions under way: {len(waiting)}"
    )
    if dry_run:
        click.echo("Dry run: nothing was written.")


async def _accept(
    session: Session, drift: Drift, given: Mapping[bytes, bytes], *, write: bool
) -> AsyncIterator[str]:
    """A line for each token whose metadata was changed on the chain; takes it over if `write`."""
    if not write:
        for token, there in drift.changed.items():
            yield (
                f"token {token}: its metadata on the chain is {cid_of_digest(there.digest)}, not "
                "the ledger's; `reconcile --accept` takes it over"
            )
        return
    node, pinner = session.ipfs_node, session.pinner()
    async with session.ledger.held():
        where = (session.ledger, session.collection, drift.changed)
        async for changed, hindered in accept(*where, node, pinner, given):
            yield f"token {changed.token}: {hindered or 'the metadata of the chain is taken over'}"


async def _ask_opensea(session: Session, *, write: bool) -> AsyncIterator[str]:
    """A line for each order that OpenSea has otherwise than the ledger."""
    if session.settings.opensea_api_key is None:
        return
    opensea, where = session.opensea(patience=60.0, outage=10.0), session.collection
    try:
        terms = await session.terms(opensea)
        place = (terms, where, session.seaport, session.selling.address)
        if write:
            async with session.ledger.held():
                drift = await market_drift(session.ledger, opensea, *place)
                await reconcile_market(session.ledger, drift)
        else:
            drift = await market_drift(session.ledger, opensea, *place)
    except (OpenSeaAway, SettingsError) as error:
        yield f"OpenSea was not asked: {error}"
        return
    for each in drift.arrived:
        yield f"order {each.hash} of token {each.token}: OpenSea has it"
    for each in drift.unknown:
        yield f"order {each.hash} of token {each.token}: {each.state}, and OpenSea does not show it"
    for each in drift.hidden:
        yield f"order {each.hash} of token {each.token}: valid, though OpenSea does not offer it"
    for name in drift.foreign:
        yield f"order {name}: yours at OpenSea, and not the ledger's; see to it there"


def _changes(drift: Drift, changes: Sequence[tuple[Listing, ListingState]]) -> list[str]:
    """A line for each thing that is not as the ledger has it."""
    lines = [f"token {token}: minted, of {owner}" for token, owner in drift.found.items()]
    lines += [f"token {token}: not minted, to be minted again" for token in drift.lost]
    lines += [f"token {token}: belongs to {owner} now" for token, owner in drift.moved.items()]
    lines += [f"order {each.hash} of token {each.token}: {state}" for each, state in changes]
    return lines


async def _tell_deployments(session: Session) -> None:
    """Name the contracts that the key made, if none is set yet."""
    chain_id, address = session.settings.chain_id, session.address
    for each in await find_deployments(session.ledger, chain_id, address):
        click.echo(f"{each.state}: ADMIN_COLLECTION={made_address(address, each.nonce)}")


async def _counted(session: Session) -> dict[str, object]:
    collection, ledger = session.collection, session.ledger
    sent, spent = list[Transaction](), dict[str, str]()
    if session.settings.keystore is not None:  # with one's own Chrome profile there is none
        accounts = {"": session.address, "seller ": session.selling.address}
        if accounts["seller "] == accounts[""]:
            del accounts["seller "]
        for name, address in accounts.items():
            sent += await ledger.transactions(collection.chain_id, address)
            for when, seconds in (("today", DAY), ("in 30 days", MONTH)):
                cost = await ledger.spent(collection.chain_id, address, seconds)
                spent[f"{name}spent {when}"] = COIN.show(cost)
    newest = await ledger.history(1)
    waits = newest[0].data.get("reason") if newest and newest[0].kind == "needs_human" else None
    return {
        "collection": collection.address,
        "tokens": dict(Counter(str(each.state) for each in await ledger.tokens(collection))),
        "orders": dict(Counter(str(each.state) for each in await ledger.listings(collection))),
        "transactions": dict(Counter(str(each.state) for each in sent)),
        "under way": sum(each.state is TransactionState.SENT for each in sent),
        **spent,
    } | ({} if waits is None else {"needs_human": waits})
