"""`ganshare admin plan`: enters curated paintings into the ledger and estimates the costs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from admin.commands.routes.browser import estimate_items, route_option
from admin.commands.routes.drop import estimate_drop
from admin.context import run_async
from admin.curation.manifest import read_manifest
from admin.curation.named import Named, divide, left_out
from admin.curation.painted import read_painted
from admin.curation.withdrawn import find_withdrawn, lacks_consent
from admin.estimate import estimate_mint, estimate_sale
from admin.ledger import Token, TokenState
from admin.marketplace.currency import allowed_currencies
from admin.marketplace.opensea import NotYetAtOpenSea
from admin.marketplace.seaport.amounts import Currency
from admin.minting.metadata import token_id
from admin.minting.mint import BATCH
from admin.minting.prices import Prices, read_prices
from admin.prompts import agree, dry_run_option
from admin.session import Session, open_session
from ganshare.chain.chain import Chain
from ganshare.domain.votes import CuratedItem
from ganshare.errors import ParameterError, quoted

__all__ = ["plan"]


@click.command()
@click.option("--round", "round_id", metavar="ID", help="Only winners of this round.")
@click.option(
    "--manifest",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A set written by `curate export` (.json or .csv), instead of the store's.",
)
@click.option(
    "--picture",
    "pictures",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A PNG from `ganshare paint`, instead of the store's paintings; repeatable.",
)
@click.option(
    "--prices",
    "prices_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The price table, to estimate proceeds as well.",
)
@click.option("--days", type=float, default=30.0, show_default=True, help="How long listings last.")
@route_option
@dry_run_option
@run_async
async def plan(
    round_id: str | None,
    manifest: Path | None,
    pictures: tuple[Path, ...],
    prices_file: Path | None,
    days: float,
    route: str,
    dry_run: bool,
) -> None:
    """Add curated paintings to the ledger, and show what minting and listing would do.

    Spends nothing. It leaves out, by name, paintings of models that forbid a sale and paintings
    whose members have not agreed to one.
    """
    if pictures and (manifest or round_id):
        raise click.UsageError("--picture goes with neither --manifest nor --round.")
    prices = None if prices_file is None else read_prices(prices_file)
    items = None if manifest is None else read_manifest(manifest)
    if items is not None and round_id is not None:
        items = [each for each in items if each.round == round_id]
    async with open_session() as session:
        if pictures:
            chosen = await _painted_tokens(session, pictures, dry_run=dry_run)
        else:
            chosen = await plan_tokens(session, items, round_id)
        tokens, refused = sellable(chosen)
        for token in refused:
            name = quoted(token.item["prompt"])
            model = token.item["model"]
            click.echo(f"left out: {token.artwork} {name}: the model {model} may not be sold")
        known = {each.token for each in await session.ledger.tokens(session.collection)}
        new = [each for each in tokens if each.token not in known]
        lines = [("curated", f"{len(chosen)} paintings"), *_sources(tokens), *_promised(tokens)]
        lines.append(("new in the ledger", str(len(new))))
        every = await session.ledger.tokens(session.collection) + new
        if route == "browser":
            lines += estimate_items(session, every, prices)
        elif route == "drop":
            lines += await estimate_drop(session, every, prices)
        else:
            lines += await _estimate(session, every, prices, days)
        if not dry_run:
            async with session.ledger.held():
                await session.ledger.plan(new)
        agree(lines, dry_run=dry_run, yes=True)


async def _painted_tokens(
    session: Session, pictures: Sequence[Path], *, dry_run: bool
) -> list[Token]:
    """Make tokens of pictures that whoever types painted, and keep copies for `mint`."""
    async with session.open_store() as store:
        painted = await read_painted(pictures, store)
    for each in painted:
        if each.item.may_sell and not dry_run:
            await session.blobs.put(each.item.blob, each.data)
    found = [_token(session, each.token_item()) for each in painted]
    _check_distinct(found)
    return found


async def _estimate(
    session: Session, every: list[Token], prices: Prices | None, days: float
) -> list[tuple[str, str]]:
    async with session.chain() as chain:
        fees = session.fees.choose(await chain.base_fee(), await chain.tip())
        lines = estimate_mint(every, BATCH, fees).lines()
        if prices is not None:
            lines += await _estimate_sale(session, chain, every, prices, days)
    return lines


async def _estimate_sale(
    session: Session, chain: Chain, every: list[Token], prices: Prices, days: float
) -> list[tuple[str, str]]:
    """Count proceeds; before OpenSea has the collection, the table is checked all the same."""
    items = [each.item for each in every]
    try:
        shop = await session.shop(chain, days)
    except NotYetAtOpenSea as error:
        allowed = allowed_currencies(chain.chain_id, session.currency)
        same = [each for each in allowed if each.symbol == prices.currency]
        currency = (same or allowed or (Currency(prices.currency, "", 18),))[0]
        remarks = prices.check(currency, items)
        remarks.append(f"proceeds are not counted. {error}")
        sale = None
    else:
        remarks = prices.check(shop.market.currency, items)
        sale = estimate_sale(every, prices, shop)
    return [*(sale.lines() if sale else []), *(("note", each) for each in remarks)]


async def plan_tokens(
    session: Session, items: list[CuratedItem] | None, round_id: str | None = None
) -> list[Token]:
    """Make tokens of the items of a manifest, or else of what curators approved in the store.

    What the store knows besides goes with them: the painting's own manifest, its round's title. A
    painting whose model may not be sold stays so, whatever a file says, and one that was deleted
    or withheld is left out, as is one that nobody approved whom the owner named.
    """
    async with session.open_store() as store:
        chosen = await store.rounds.curation.approved(round_id) if items is None else items
        chosen, others = await divide(store, chosen, Named.from_settings())
        for item in others:
            click.echo(left_out(item))
        consents = await store.consents.of_artworks(item.id for item in chosen)
        withdrawn = await find_withdrawn(store, [item.id for item in chosen])
        rounds = {each: await store.rounds.get(each) for each in {item.round for item in chosen}}
        artworks = await store.gallery.several(item.id for item in chosen)
    found = []
    for item in chosen:
        held, artwork = rounds[item.round], artworks.get(item.id)
        consent = consents.get(item.id)
        hindered = withdrawn.get(item.id)
        if hindered is None and artwork is not None:
            hindered = lacks_consent(artwork, consent)
        if hindered:
            click.echo(f"left out: {item.id} {quoted(item.prompt)}: {hindered}")
            continue
        values = asdict(item) | {"round_title": held.title if held else ""}
        values["share"] = consent.share if consent else ""
        values["manifest"] = dict(artwork.manifest) if artwork else None
        values["may_sell"] = item.may_sell and (artwork is None or artwork.may_sell)
        found.append(_token(session, values))
    _check_distinct(found)
    return found


def _promised(tokens: list[Token]) -> list[tuple[str, str]]:
    """Tell which share of the proceeds is promised, and for how many paintings."""
    counted = Counter(each.item.get("share") or "0" for each in tokens)
    return [
        ("promised to requesters", f"{share} % of the proceeds of {count} paintings")
        for share, count in sorted(counted.items(), key=lambda each: float(each[0]))
        if float(share)
    ]


def _sources(tokens: list[Token]) -> list[tuple[str, str]]:
    """Tell where the paintings won and who approved them, a line for each."""
    counted = Counter(_source(each.item) for each in tokens)
    return [("from", f"{source}: {count}") for source, count in sorted(counted.items())]


def _source(item: Mapping[str, Any]) -> str:
    if item["votes"] is None:
        return f"pictures of {item['requester']}"
    round_ = quoted(item["round_title"] or item["round"])
    return f"{item['place'] or 'a file'}, round {round_}, approved by {item['approved_by']}"


def sellable(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Divide by the licence gate: what may be sold, and what may not."""
    yes = [each for each in tokens if each.item["may_sell"] is True]
    return yes, [each for each in tokens if each.item["may_sell"] is not True]


def _token(session: Session, values: dict[str, Any]) -> Token:
    token = token_id(values)
    return Token(
        session.collection,
        token,
        values["id"],
        TokenState.PLANNED,
        item=values,
        page=session.page_of(token),
    )


def _check_distinct(tokens: list[Token]) -> None:
    seen: dict[int, str] = {}
    for each in tokens:
        if each.token in seen:
            raise ParameterError(
                f"The paintings {seen[each.token]} and {each.artwork} are the same picture; only "
                "one of them can become a token. Veto the other.",
                given=each.artwork,
            )
        seen[each.token] = each.artwork
