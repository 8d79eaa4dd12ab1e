"""`ganshare admin list`: signs and posts orders, changes prices."""

from pathlib import Path

import click

from admin.browser.setup import Choices
from admin.commands.routes import drop
from admin.commands.routes.browser import DROP, EXIT_FAILED, browser_options, offer
from admin.context import run_async
from admin.estimate import estimate_sale
from admin.ledger import ListingState
from admin.minting.list import LIVE, sign_all
from admin.minting.mint import reconcile_tokens
from admin.minting.post import IN_A_ROW, post_all, to_post
from admin.minting.prices import read_prices
from admin.minting.sale_plan import SalePlan, plan_sale
from admin.minting.unlist import cancel_listings, plan_batches, reconcile_listings
from admin.prompts import RunOptions, agree_to_spend, progress, report, run_options, spend
from admin.session import Session, open_session
from admin.wallet.sender import Sender
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain

__all__ = ["list_"]

_FAILED = {ListingState.REFUSED: "refused", ListingState.POSTING: "not known whether it arrived"}


@click.command("list")
@click.option(
    "--prices",
    "prices_file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The price table.",
)
@click.option(
    "--days", type=float, default=30.0, show_default=True, help="How long orders are valid."
)
@click.option("--reprice", is_flag=True, help="Cancel orders whose price in the table has changed.")
@browser_options
@run_options
@run_async
async def list_(
    choices: Choices | None, prices_file: Path, days: float, reprice: bool, run: RunOptions
) -> int:
    """List minted tokens for sale: one signature for all orders, each posted once.

    With --route browser: offer what was created on the marketplace's pages, there.

    You can interrupt it at any moment; the next run continues where this one stopped. Exits with
    code 3 if an order is not posted.
    """
    if choices is DROP:
        drop.refuse_listing()
    prices = read_prices(prices_file)
    if choices is not None:
        return await offer(choices, prices, run)
    async with open_session() as opened, opened.chain() as chain:
        session, minter = opened.selling, opened.address
        shop, ledger = await session.shop(chain, days), session.ledger
        currency = shop.market.currency
        every = await ledger.tokens(shop.collection)
        remarks = prices.check(currency, [each.item for each in every])
        sale = await plan_sale(
            ledger, chain, shop, session.address, prices, reprice=reprice, minter=minter
        )
        estimate = estimate_sale(sale.new, prices, shop)
        lines = [
            ("seller", session.address),
            *(estimate.lines() if estimate else [("to list", "nothing new")]),
            *sale.lines(),
            *(("note", each) for each in remarks),
        ]
        batches, _ = await plan_batches(chain, session.address, session.seaport, sale.stale)
        gas = sum(each.gas for each in batches)
        budget = await agree_to_spend(session, chain, lines, gas, run)
        if budget is None:
            return 0
        signer = session.unlock(run.password_fd, currency=currency, floor=prices.floor_in(currency))
        async with spend(session, chain, signer, budget, "list") as sender:
            code = await _sell(session, chain, signer, sender, sale, minter)
        await report(session, run.report_to, budget)
        return code


async def _sell(
    session: Session, chain: Chain, signer: Signer, sender: Sender, sale: SalePlan, minter: str
) -> int:
    """Do what was agreed to, as far as it still can be done; gives the exit code."""
    ledger, shop = session.ledger, sale.shop
    where = (shop.collection, shop.seaport)
    await sender.resume()
    await reconcile_tokens(ledger, chain, shop.collection, minter)
    await reconcile_listings(ledger, chain, *where)
    failed = 0
    if sale.stale:
        agreed = {each.hash for each in sale.stale}
        live = await ledger.listings(shop.collection, *LIVE)
        stale = [each for each in live if each.hash in agreed]
        for each in await cancel_listings(ledger, sender, chain, *where, stale):
            failed += 1
            click.echo(f"still live: token {each.token}: the order {each.hash}", err=True)
    await sign_all(ledger, signer, chain, shop, sale.prices)
    left = to_post(await ledger.listings(shop.collection, *LIVE), shop, sale.prices)
    done = 0
    with progress("posting", len(left)) as advance:
        async for each in post_all(ledger, session.opensea(), shop, sale.prices):
            advance()
            done += each.state is ListingState.POSTED
            if each.state is not ListingState.POSTED:
                click.echo(f"{_FAILED[each.state]}: token {each.token}: {each.reason}", err=True)
    if done == len(left):
        return EXIT_FAILED if failed else 0
    click.echo(
        f"{done} of {len(left)} orders are posted. After {IN_A_ROW} in a row that failed the rest "
        "is left; the next run continues.",
        err=True,
    )
    return EXIT_FAILED
