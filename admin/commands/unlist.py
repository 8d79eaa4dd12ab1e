"""`ganshare admin unlist`: disables orders on the chain."""

from collections.abc import Sequence

import click

from admin.context import run_async
from admin.ledger import Listing
from admin.marketplace.opensea import OpenSeaAway, OrderRefused
from admin.marketplace.seaport.contract import INCREMENT_COUNTER
from admin.marketplace.seaport.order import NATIVE, Domain
from admin.minting.list import LIVE
from admin.minting.unlist import cancel_listings, end_all_orders, plan_cancelling
from admin.prompts import RunOptions, agree, agree_to_spend, spend, spend_options
from admin.session import COIN, Session, open_session
from admin.wallet.gas import estimate_gas
from admin.wallet.nonces import find_overtaken
from ganshare.chain.chain import Chain
from ganshare.errors import SettingsError

__all__ = ["unlist"]

Lines = list[tuple[str, str]]


@click.command()
@click.argument("tokens", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All orders of the collection.")
@click.option(
    "--counter",
    is_flag=True,
    help="With --all: void every order the seller ever signed on Seaport, in one transaction.",
)
@click.option(
    "--off-chain",
    is_flag=True,
    help="Only ask OpenSea, free of charge, if its signed zone guards the orders.",
)
@spend_options
@run_async
async def unlist(
    tokens: tuple[str, ...], every: bool, counter: bool, off_chain: bool, run: RunOptions
) -> int:
    """Cancel orders on the chain, so that nobody can use them to buy; OpenSea isn't asked.

    With --off-chain, OpenSea removes the orders instead; that is free, but you rely on OpenSea.

    Cancelling goes ahead of waiting transactions, stops other commands that are using the ledger,
    and takes as many transactions as needed. --counter needs only one, at little cost, but also
    ends the seller's orders of other collections.

    You can interrupt it at any moment; the next run continues where this one stopped.
    """
    if bool(tokens) == every:
        raise SettingsError("Name tokens to take off sale, or say --all; one of the two.")
    if counter and not every:
        raise SettingsError("--counter ends all orders of the seller; it goes with --all only.")
    if off_chain and counter:
        raise SettingsError("--counter is a transaction; it does not go with --off-chain.")
    if off_chain:
        return await _take_off(set(tokens), run)
    return await _unlist(set(tokens), run, counter=counter)


async def _choose(session: Session, tokens: set[str]) -> list[Listing]:
    """The live orders of these tokens; of all, if none is named."""
    live = await session.ledger.listings(session.collection, *LIVE)
    chosen = [each for each in live if not tokens or str(each.token) in tokens]
    unknown = tokens - {str(each.token) for each in chosen}
    if unknown:
        raise SettingsError(f"These tokens are not on sale: {', '.join(sorted(unknown))}.")
    return chosen


async def _take_off(tokens: set[str], run: RunOptions) -> int:
    """Have OpenSea take orders off; for the chain and the ledger they stay live."""
    async with open_session() as opened:
        session = opened.selling
        chosen = await _choose(session, tokens)
        guarded = [each for each in chosen if each.order.zone != NATIVE]
        lines = [
            ("to take off at OpenSea", f"{len(guarded)} orders, for nothing"),
            (
                "",
                "anyone who has OpenSea's signature for one can still buy with it until it expires",
            ),
        ]
        if open_ := len(chosen) - len(guarded):
            lines.append(("without its zone", f"{open_} orders; `unlist` without --off-chain"))
        if not guarded:
            click.echo("No live order has a zone that OpenSea signs for.", err=True)
            return 3 if chosen else 0
        if not agree(lines, dry_run=run.dry_run, yes=run.yes):
            return 0
        signer, opensea = session.unlock(run.password_fd), session.opensea()
        terms = await session.terms(opensea)
        domain, failed = Domain(session.settings.chain_id, session.seaport), 0
        for each in guarded:
            try:
                signature = signer.sign_cancellation(each.order, domain)
                until = await opensea.cancel(terms, each.hash, signature, session.seaport)
            except (OrderRefused, OpenSeaAway) as error:
                failed += 1
                click.echo(f"still offered: token {each.token}: {error}", err=True)
                continue
            click.echo(f"taken off: token {each.token}, {_told(until)}")
    return 3 if failed or open_ else 0


def _told(until: str | None) -> str:
    return f"but may be bought until {until}" if until else "and nobody can use it to buy"


async def _unlist(tokens: set[str], run: RunOptions, *, counter: bool) -> int:
    async with open_session() as opened, opened.chain() as chain:
        session = opened.selling
        chosen = await _choose(session, tokens)
        if not chosen and not counter:
            click.echo("No order is live.")
            return 0
        if counter:
            lines, gas = await _plan_counter(session, chain, chosen)
        else:
            lines, gas = await _plan(session, chain, chosen, with_counter=not tokens)
        overtaken = await find_overtaken(session.ledger, chain.chain_id, session.address)
        budget = await agree_to_spend(session, chain, lines, gas, run, instead=overtaken)
        if budget is None:
            return 0
        signer = session.unlock(run.password_fd)
        where = (session.collection, session.seaport)
        async with spend(session, chain, signer, budget, "unlist", is_brake=True) as sender:
            # A command that was stopped may have got on meanwhile.
            live = await session.ledger.listings(session.collection, *LIVE)
            chosen = [each for each in live if not tokens or str(each.token) in tokens]
            if counter:
                await end_all_orders(session.ledger, sender, chain, *where)
            else:
                await cancel_listings(session.ledger, sender, chain, *where, chosen)
        left = await session.ledger.listings(session.collection, *LIVE)
    hashes = {each.hash for each in chosen}
    still = [each for each in left if each.hash in hashes]
    click.echo(f"{len(chosen) - len(still)} orders are cancelled.")
    for each in still:
        click.echo(
            f"still live: the order {each.hash} of token {each.token}; the chain does not let "
            f"{session.address} cancel it. Its seller is {each.order.offerer}.",
            err=True,
        )
    return 3 if still else 0


async def _plan(
    session: Session, chain: Chain, chosen: Sequence[Listing], *, with_counter: bool
) -> tuple[Lines, int]:
    """Say how orders are cancelled one by one, and what the other way would be."""
    where = (session.collection, session.seaport)
    batches, others = await plan_cancelling(session.ledger, chain, session.address, *where, chosen)
    lines = [("orders to cancel", f"{len(chosen)}, in {len(batches)} transactions")]
    if others:
        lines.append(("and with them", f"{len(others)} that an earlier run began with"))
    if with_counter:
        gas = await _estimate_counter(session, chain)
        price = session.fees.choose(await chain.base_fee(), await chain.tip()).max_fee
        what = (
            f"one transaction, at most {COIN.show(gas * price)}; also ends orders of the seller's"
        )
        lines.append(("or with --counter", f"{what} other collections"))
    return lines, sum(each.gas for each in batches)


async def _plan_counter(
    session: Session, chain: Chain, chosen: Sequence[Listing]
) -> tuple[Lines, int]:
    lines = [
        ("seller", session.address),
        (
            "orders that end",
            f"{len(chosen)} of this collection that the ledger has, and every other",
        ),
        ("", "that the seller signed for Seaport up to now, of any collection, on any marketplace"),
    ]
    return lines, await _estimate_counter(session, chain)


async def _estimate_counter(session: Session, chain: Chain) -> int:
    return await estimate_gas(
        chain, session.address, session.seaport, INCREMENT_COUNTER.call_data()
    )
