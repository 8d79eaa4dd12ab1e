"""`ganshare admin plan`: take the curated paintings into the ledger, and count what they cost."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from admin.asking import agree, dry_run_option
from admin.estimate import estimate_mint, estimate_sale
from admin.ledger import Token, TokenState
from admin.metadata import token_id
from admin.minting import BATCH
from admin.prices import read_prices
from admin.session import Session, opened_session
from ganshare.errors import ParameterError, quoted
from ganshare.store import open_store

__all__ = ["plan"]


@click.command()
@click.option("--round", "round_id", metavar="ID", help="Only what won this round.")
@click.option(
    "--prices",
    "prices_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A price table, to count proceeds, too.",
)
@click.option("--days", type=float, default=30.0, show_default=True, help="Of a listing.")
@dry_run_option
def plan(round_id: str | None, prices_file: Path | None, days: float, dry_run: bool) -> None:
    """Take the curated paintings into the ledger, and show what minting and listing would mean.

    Spends nothing. Paintings of models that may not be sold are left out, by name.
    """
    asyncio.run(_plan(round_id, prices_file, days, dry_run=dry_run))


async def _plan(
    round_id: str | None, prices_file: Path | None, days: float, *, dry_run: bool
) -> None:
    async with opened_session() as session:
        chosen = await curated(session, round_id)
        tokens, refused = sellable(chosen)
        for token in refused:
            name = quoted(token.item["prompt"])
            model = token.item["model"]
            click.echo(f"left out: {token.artwork} {name}: the model {model} may not be sold")
        known = {each.token for each in await session.ledger.tokens(session.collection)}
        new = [each for each in tokens if each.token not in known]
        lines = [("curated", f"{len(chosen)} paintings"), ("new in the ledger", str(len(new)))]
        if not dry_run:
            async with session.ledger.held():
                await session.ledger.plan(new)
        every = await session.ledger.tokens(session.collection)
        every += new if dry_run else []
        async with session.chain() as chain:
            fees = session.fees.choose(await chain.base_fee(), await chain.tip())
        lines += estimate_mint(every, BATCH, fees).lines()
        if prices_file is not None:
            shop = await session.shop(days)
            sale = estimate_sale(every, read_prices(prices_file), shop)
            lines += sale.lines() if sale else []
        agree(lines, dry_run=dry_run, yes=True)


async def curated(session: Session, round_id: str | None) -> list[Token]:
    """Read what curators approved, with each painting's manifest and its round's title."""
    url = session.core.database_url.get_secret_value()
    async with open_store(url, session.core.limits) as store:
        found = []
        titles: dict[str, str] = {}
        for item in await store.curated_set(round_id):
            if item.round not in titles:
                held = await store.round(item.round)
                titles[item.round] = held.title if held else ""
            artwork = await store.artwork(item.id)
            values = asdict(item) | {"round_title": titles[item.round]}
            values["manifest"] = dict(artwork.manifest) if artwork else None
            token = token_id(values)
            found.append(Token(session.collection, token, item.id, TokenState.PLANNED, item=values))
    _check_distinct(found)
    return found


def sellable(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Divide by the licence gate: what may be sold, and what may not."""
    yes = [each for each in tokens if each.item["may_sell"] is True]
    return yes, [each for each in tokens if each.item["may_sell"] is not True]


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
