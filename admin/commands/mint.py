"""`ganshare admin mint`: pins planned tokens to IPFS and mints them."""

from collections.abc import Container

import click

from admin.browser.setup import Choices
from admin.commands.routes import drop
from admin.commands.routes.browser import DROP, browser_options, create
from admin.context import run_async
from admin.estimate import estimate_mint
from admin.ledger import TokenState
from admin.minting.mint import BATCH, mint_all
from admin.minting.pin import pin_all
from admin.prompts import RunOptions, agree_to_spend, progress, report, run_options, spend
from admin.session import Session, open_session, read_address
from ganshare.errors import SettingsError

__all__ = ["mint"]


@click.command()
@click.option("--batch", type=click.IntRange(1, 200), default=BATCH, show_default=True)
@click.option("--description", help="Describes the collection in each token's metadata.")
@click.option(
    "--to",
    metavar="ADDRESS",
    help="Who receives the tokens: the seller (default), the minter, or one of ADMIN_TREASURY.",
)
@click.option("--site", metavar="URL", help="The web page, for links from tokens to paintings.")
@browser_options
@run_options
@run_async
async def mint(
    choices: Choices | None,
    batch: int,
    description: str | None,
    site: str | None,
    to: str | None,
    run: RunOptions,
) -> int | None:
    """Pin pictures and metadata, then mint, batch by batch.

    With --route browser, it creates an item on the marketplace's pages for each painting instead.
    With --route drop, it mints items of a SelfMint drop at OpenSea, one transaction each.

    You can interrupt it at any moment; the next run continues where this one stopped.
    """
    if choices is not None:
        if to is not None:
            raise SettingsError("--to is for tokens of one's own contract, not for other routes.")
        if choices is DROP:
            return await drop.create(run, site=site, description=description)
        return await create(choices, run, site=site, description=description)
    await _mint(batch, description, site, to, run)
    return None


async def _mint(
    batch: int, description: str | None, site: str | None, to: str | None, run: RunOptions
) -> None:
    async with open_session() as session, session.chain() as chain:
        receiver = session.selling.address if to is None else read_address("--to", to)
        if receiver not in session.payees:
            raise SettingsError(
                f"{receiver} is neither minter nor seller; ADMIN_TREASURY names who else may get "
                "tokens.",
                given=receiver,
                allowed=sorted(session.payees),
            )
        skip = await session.withdrawn()
        every = await session.ledger.tokens(session.collection)
        tokens = [each for each in every if each.token not in skip]
        fees = session.fees.choose(await chain.base_fee(), await chain.tip())
        found = estimate_mint(tokens, batch, fees)
        lines = [("collection", session.collection.address), ("minter", session.address)]
        lines += [("tokens go to", receiver), *found.lines()[:1]]
        budget = await agree_to_spend(session, chain, lines, found.gas, run)
        if budget is None:
            return
        signer = session.unlock(run.password_fd)
        async with spend(session, chain, signer, budget, "mint") as sender:
            await _pin(session, site, description, skip)
            left = await session.ledger.tokens(
                session.collection, TokenState.PINNED, TokenState.SENT
            )
            with progress("minting", len(left)) as advance:
                async for transaction, count in mint_all(
                    session.ledger, sender, chain, session.collection, receiver, batch, skip
                ):
                    advance(count)
                    click.echo(f"minted {count} with nonce {transaction.nonce}")
        pinned = await session.ledger.tokens(session.collection, TokenState.PINNED)
        if passed := [each for each in pinned if each.token not in skip]:
            click.echo(
                f"{len(passed)} tokens are on the chain with other metadata, and passed over; "
                "`ganshare admin reconcile --accept` takes it over.",
                err=True,
            )
        await report(session, run.report_to, budget)


async def _pin(
    session: Session, site: str | None, description: str | None, skip: Container[int]
) -> None:
    planned = await session.ledger.tokens(session.collection, TokenState.PLANNED)
    with progress("pinning", len(planned)) as advance:
        async for _ in pin_all(
            session.ledger,
            session.pinner(),
            session.read_picture,
            session.collection,
            site=site,
            description=description,
            skip=skip,
        ):
            advance()
