"""`--route drop`: items of a SelfMint drop at OpenSea, in place of tokens of one's own contract."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import click

from admin.ledger import Token
from admin.marketplace.currency import allowed_currencies
from admin.marketplace.drops import Drop
from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.order import NATIVE
from admin.minting.drop_items import DropItems
from admin.minting.item_form import check_marks, make_item, mark_of
from admin.minting.prices import Prices
from admin.prompts import RunOptions, agree_to_spend, progress, report, spend
from admin.session import COIN, Session, open_session, read_address
from admin.wallet.gas import estimate_gas
from ganshare.errors import GanshareError, SettingsError

__all__ = ["check", "create", "estimate_drop", "match", "refuse_listing"]

_EXIT_FAILED = 3
Lines = list[tuple[str, str]]


@asynccontextmanager
async def _open(
    session: Session, site: str | None = None, description: str | None = None
) -> AsyncIterator[DropItems]:
    """Read the drop, and give what makes its items."""
    settings, collection = session.settings, session.collection
    api, slug = session.drop_api(), str(settings.opensea_collection)
    drop = await api.drop(slug, collection.address, settings.chain_id)
    named = settings.drop_target
    yield DropItems(
        session.ledger,
        collection,
        api,
        drop,
        partial(make_item, site=site, description=description),
        session.read_picture,
        collection.address if named is None else read_address("ADMIN_DROP_TARGET", named),
    )


async def create(run: RunOptions, *, site: str | None, description: str | None) -> int:
    """Create an item for each planned painting."""
    async with (
        open_session() as session,
        session.chain() as chain,
        _open(session, site, description) as items,
    ):
        check_marks(await session.ledger.tokens(items.collection))
        items.skip = await session.withdrawn()
        tokens, lines = await items.to_create(), _describe(session, items.drop)
        lines.append(("to create", f"{len(tokens)} items, a transaction each"))
        gas, calls = 0, list[bytes]()
        if tokens and not run.dry_run:
            # OpenSea builds the calls: only the first one tells what it is, and how much gas.
            first = await items.build(tokens[0])
            needed = await estimate_gas(chain, session.address, first.to, first.data)
            gas, calls = len(tokens) * needed * 5 // 4, [first.selector]
            lines.append(("calls", f"0x{first.selector.hex()} of {first.to}"))
        budget = await agree_to_spend(session, chain, lines, gas, run)
        if budget is None or not tokens:
            return 0
        signer = session.unlock(run.password_fd, calls=calls, recipients=[items.target])
        failed = done = 0
        async with spend(session, chain, signer, budget, "drop") as sender:
            with progress("creating", len(tokens)) as advance:
                async for outcome in items.create_all(sender, calls[0]):
                    advance()
                    done += not outcome.reason
                    if outcome.reason:
                        failed += 1
                        what = mark_of(outcome.token)
                        click.echo(f"failed: {what}: {outcome.reason}", err=True)
            left = await items.to_create()
        await report(session, run.report_to, budget)
    click.echo(f"{done} items created; {len(left)} are left for the next run.")
    return _EXIT_FAILED if failed else 0


async def match(*, dry_run: bool) -> int:
    """Make the ledger equal to its transactions; asks OpenSea for nothing but the drop."""
    async with open_session() as session, _open(session) as items:
        if dry_run:
            changed = await items.reconcile(session.address, write=False)
        else:
            async with session.ledger.held():
                changed = await items.reconcile(session.address)
    click.echo(f"items: {len(changed)} changed")
    return 0


async def check() -> int:
    """Say whether OpenSea has the drop and takes key and token, and what it is sold for."""
    async with open_session() as session:
        try:
            async with _open(session) as items:
                for name, text in _describe(session, items.drop):
                    click.echo(f"  ok  {name}: {text}")
                left = await items.to_create()
        except GanshareError as error:
            click.echo(f"  no  drop: {error}")
            return _EXIT_FAILED
    next_ = f"`ganshare admin mint --route drop` creates {len(left)} items." if left else "nothing."
    click.echo(f"next: {next_}")
    return 0


async def estimate_drop(session: Session, tokens: Sequence[Token], prices: Prices | None) -> Lines:
    """Count what would be created, and hold the drop's prices against the table."""
    async with _open(session) as items:
        known = {each.token for each in await session.ledger.tokens(items.collection)}
        new = [each for each in tokens if each.token not in known]
        count = len(new) + len(await items.to_create())
        lines = [*_describe(session, items.drop), ("to create", f"{count} items")]
        if prices is None:
            return lines
        allowed = allowed_currencies(session.settings.chain_id, session.currency)
        same = [each for each in allowed if each.symbol == prices.currency]
        currency = (same or allowed or (Currency(prices.currency, NATIVE, 18),))[0]
        lines += [("note", each) for each in prices.check(currency, [e.item for e in tokens])]
        wanted = [prices.of(each.item, currency) for each in tokens]
        for stage in items.drop.stages:
            cheap = sum(stage.price is None or stage.price < each for each in wanted)
            if stage.price_currency_address.lower() != currency.address.lower():
                remark = f"sells in another currency than {currency.symbol}"
            elif cheap:
                remark = f"sells {cheap} paintings for less than the table"
            else:
                continue
            lines.append(("note", f"the stage {stage.stage_type} {remark}"))
        return lines


def refuse_listing() -> None:
    """Say where a drop's items are sold.

    Raises:
        SettingsError: always.
    """
    raise SettingsError(
        "A drop sells its items itself, at the price of its stages: set them at OpenSea, in the "
        "drop's settings. `ganshare admin plan --route drop --prices FILE` holds them against the "
        "table, and `list --route contract` is for what you bought back."
    )


def _describe(session: Session, drop: Drop) -> Lines:
    lines = [("drop", f"{drop.collection_slug} ({drop.drop_type}) on {drop.chain}")]
    lines += [("contract", drop.contract_address), ("owner", session.address)]
    for stage in drop.stages:
        coin = stage.price_currency_address == NATIVE
        price = "an unknown price" if stage.price is None else COIN.show(stage.price)
        what = price if coin else f"{stage.price} units of {stage.price_currency_address}"
        lines.append((stage.stage_type, f"{what}, {stage.start_time} to {stage.end_time}"))
    return lines
