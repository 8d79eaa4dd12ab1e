"""`ganshare admin list`: sign, post, change prices."""

import asyncio
from pathlib import Path

import click

from admin.browser.setup import Choices
from admin.chain.chain import Chain
from admin.commands.browser_route import browser_options, offer
from admin.estimate import estimate_sale
from admin.ledger import Listing, ListingState
from admin.minting.list import LIVE, Shop, for_sale, post_all, sign_all
from admin.minting.mint import reconcile_tokens
from admin.minting.prices import Prices, read_prices
from admin.minting.unlist import cancel_listings, reconcile_listings
from admin.prompts import (
    agree,
    dry_run_option,
    password_option,
    progress,
    report,
    report_option,
    yes_option,
)
from admin.session import Session, open_session
from admin.wallet.signer import Signer

__all__ = ["list_"]


@click.command("list")
@click.option(
    "--prices",
    "prices_file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The price table.",
)
@click.option("--days", type=float, default=30.0, show_default=True, help="How long they hold.")
@click.option("--reprice", is_flag=True, help="Cancel orders whose price the table changed.")
@browser_options
@dry_run_option
@yes_option
@password_option
@report_option
def list_(
    choices: Choices | None,
    prices_file: Path,
    days: float,
    reprice: bool,
    dry_run: bool,
    yes: bool,
    password_fd: int | None,
    report_to: Path,
) -> int | None:
    """Offer what is minted: one signature for all orders, then each is posted once.

    With --route browser: offer what was created on the marketplace's pages, there.

    May be interrupted at any moment: the next run goes on where this one ended.
    """
    if choices is not None:
        return asyncio.run(
            offer(
                choices,
                read_prices(prices_file),
                dry_run=dry_run,
                yes=yes,
                password_fd=password_fd,
                report_to=report_to,
            )
        )
    asyncio.run(_list(prices_file, days, reprice, dry_run, yes, password_fd, report_to))
    return None


async def _list(
    prices_file: Path,
    days: float,
    reprice: bool,
    dry_run: bool,
    yes: bool,
    password_fd: int | None,
    report_to: Path,
) -> None:
    prices = read_prices(prices_file)
    async with open_session() as session, session.chain() as chain:
        shop = await session.shop(days)
        dear = await _reprice(session, shop, prices) if reprice else []
        lines = [("seller", session.address), *await _plan(session, shop, prices)]
        if dear:
            lines.append(("orders to cancel", f"{len(dear)}, in one transaction"))
        if not agree(lines, dry_run=dry_run, yes=yes):
            return
        signer = session.unlock(password_fd)
        async with session.ledger.held():
            await _sell(session, chain, signer, shop, prices, dear)
        await report(session, report_to)


async def _plan(session: Session, shop: Shop, prices: Prices) -> list[tuple[str, str]]:
    sale = estimate_sale(await for_sale(session.ledger, shop, session.address), prices, shop)
    waiting = await session.ledger.listings(
        shop.collection, ListingState.SIGNED, ListingState.POSTING
    )
    return [
        *(sale.lines() if sale else [("to list", "nothing new")]),
        ("signed before, to post", str(len(waiting))),
    ]


async def _sell(
    session: Session,
    chain: Chain,
    signer: Signer,
    shop: Shop,
    prices: Prices,
    dear: list[Listing],
) -> None:
    sender = session.sender(chain, signer)
    await sender.resume()
    await reconcile_tokens(session.ledger, chain, shop.collection, signer.address)
    await reconcile_listings(session.ledger, chain, shop.collection, shop.seaport)
    live = {each.hash for each in await session.ledger.listings(shop.collection, *LIVE)}
    waiting = await session.ledger.listings(shop.collection, ListingState.CANCELLING)
    if dear or waiting:
        stale = [each for each in dear if each.hash in live]
        await cancel_listings(session.ledger, sender, chain, shop.collection, shop.seaport, stale)
    await sign_all(
        session.ledger, signer, chain, shop, lambda item: prices.of(item, shop.market.currency)
    )
    states = (ListingState.SIGNED, ListingState.POSTING)
    left = await session.ledger.listings(shop.collection, *states)
    with progress("posting", len(left)) as advance:
        async for each in post_all(session.ledger, session.opensea(), shop):
            advance()
            if each.state is ListingState.REFUSED:
                click.echo(f"refused: token {each.token}: {each.reason}", err=True)


async def _reprice(session: Session, shop: Shop, prices: Prices) -> list[Listing]:
    """Live orders whose price or currency is not what the table says now."""
    items = {each.token: each.item for each in await session.ledger.tokens(shop.collection)}
    market = shop.market.currency
    return [
        each
        for each in await session.ledger.listings(shop.collection, *LIVE)
        if each.price != prices.of(items[each.token], market) or each.currency != market.symbol
    ]
