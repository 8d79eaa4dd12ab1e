"""`--route browser` of `mint`, `list`, `reconcile` and `doctor`: the same on web pages."""

import functools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import click

from admin.browser.check_locators import check_create, check_everything
from admin.browser.errors import NeedsHuman
from admin.browser.policy import origin_of
from admin.browser.route import Outcome, Route
from admin.browser.setup import Choices, open_route, policy_of
from admin.ledger import Token, TokenState
from admin.marketplace.currency import read_currency
from admin.minting.item_form import check_marks, mark_of
from admin.minting.prices import Prices
from admin.prompts import RunOptions, agree, progress, report
from admin.session import Session, open_session
from admin.wallet.signer import Signer

__all__ = [
    "DROP",
    "EXIT_NEEDS_HUMAN",
    "browser_options",
    "create",
    "estimate_items",
    "inspect",
    "match",
    "offer",
    "route_option",
]

EXIT_NEEDS_HUMAN = 4
DROP = Choices(human=-1.0)  # stands for --route drop, which has no browser
EXIT_FAILED = 3
_MOST_LOOKED_AT = 5
_TO_CREATE = (TokenState.PLANNED, TokenState.CREATING)
_TO_LIST = (TokenState.CREATED, TokenState.OFFERING)


route_option = click.option(
    "--route",
    type=click.Choice(["contract", "browser", "drop"]),
    default="contract",
    show_default=True,
    help="Our own contract, the marketplace's web pages, or a SelfMint drop at OpenSea.",
)
_OPTIONS = (
    route_option,
    click.option(
        "--profile",
        type=click.Path(file_okay=False, path_type=Path),
        help="Browser: your own Chrome profile, with your own wallet; no keystore is used.",
    ),
    click.option("--window", is_flag=True, help="Browser: show its window."),
    click.option(
        "--human-wait",
        type=click.FloatRange(min=0),
        default=0.0,
        metavar="SECONDS",
        help="Browser: how long to wait for a person at a CAPTCHA or an unknown dialog.",
    ),
)


def browser_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--route` and what goes with it, as `choices`: None for a contract, DROP for a drop."""

    @functools.wraps(command)
    def chosen(
        *, route: str, profile: Path | None, window: bool, human_wait: float, **others: Any
    ) -> Any:
        choices = Choices(profile, window, human_wait)
        if route == "browser":
            return command(choices=choices, **others)
        if choices != Choices():
            raise click.UsageError("--profile, --window and --human-wait go with --route browser.")
        return command(choices=DROP if route == "drop" else None, **others)

    for option in reversed(_OPTIONS):
        chosen = option(chosen)
    return chosen


def estimate_items(
    session: Session, tokens: Sequence[Token], prices: Prices | None
) -> list[tuple[str, str]]:
    """Count what would be created and listed; creating costs nothing."""
    new = [each for each in tokens if each.state in _TO_CREATE]
    lines = [("to create", f"{len(new)} items")]
    if prices is not None:
        left = [each for each in tokens if each.state in (*_TO_CREATE, *_TO_LIST)]
        currency = read_currency(session.settings.browser_currency)
        remarks = prices.check(currency, [each.item for each in tokens])
        total = sum(prices.of(each.item, currency) for each in left)
        lines += [("to list", f"{len(left)} items")]
        lines += [("note", each) for each in remarks]
        lines += [("sold out, buyers pay", currency.show(total))]
    return lines


async def create(
    choices: Choices, run: RunOptions, *, site: str | None, description: str | None
) -> int:
    """Create an item for each planned token."""
    async with open_session() as opened:
        session = opened.selling
        every = await session.ledger.tokens(session.collection)
        check_marks(every)
        skip = await session.withdrawn()
        wanted = [each for each in every if each.state in _TO_CREATE]
        tokens = [each for each in wanted if each.token not in skip]
        lines = [*_where(session, choices), *estimate_items(session, tokens, None)]
        if not agree(lines, dry_run=run.dry_run, yes=run.yes) or not tokens:
            return 0
        signer = _signer(session, choices, run.password_fd)
        opening = open_route(session, choices, signer, site=site, description=description)

        def create(route: Route) -> AsyncIterator[Outcome]:
            route.skip = skip
            return _create(route)

        async with session.ledger.held():
            code = await _through(opening, create, "creating", len(tokens))
        await report(session, run.report_to)
        return code


async def offer(choices: Choices, prices: Prices, run: RunOptions) -> int:
    """List each created item."""
    async with open_session() as opened:
        session = opened.selling
        currency = read_currency(session.settings.browser_currency)
        tokens = await session.ledger.tokens(session.collection, *_TO_LIST)
        lines = [*_where(session, choices), *estimate_items(session, tokens, prices)]
        if not agree(lines, dry_run=run.dry_run, yes=run.yes):
            return 0
        signer = _signer(session, choices, run.password_fd)

        def listed(route: Route) -> AsyncIterator[Outcome]:
            return route.offer_all(lambda item: prices.of(item, currency))

        opening = open_route(session, choices, signer)
        async with session.ledger.held():
            code = await _through(opening, listed, "listing", len(tokens))
        await report(session, run.report_to)
        return code


async def match(choices: Choices, *, dry_run: bool, password_fd: int | None) -> int:
    """Make the ledger what the pages show; presses nothing."""
    async with open_session() as opened:
        session = opened.selling
        if dry_run:
            click.echo("Dry run: no page was opened.")
            return 0
        signer = _signer(session, choices, password_fd)
        try:
            async with session.ledger.held(), open_route(session, choices, signer) as route:
                click.echo(f"items: {await route.reconcile()} changed")
        except NeedsHuman as error:
            return _needs_human(error)
    return 0


async def inspect(choices: Choices, *, password_fd: int | None) -> int:
    """Look for each locator on the live pages, and say which are missing."""
    async with open_session() as opened:
        session = opened.selling
        signer = _signer(session, choices, password_fd)
        states = (TokenState.CREATED, TokenState.OFFERED)
        items = await session.ledger.tokens(session.collection, *states)
        missing = 0
        try:
            # The profile can be open once only; so can the ledger.
            async with session.ledger.held(), open_route(session, choices, signer) as route:
                async for finding in check_everything(route.page_session, items[:_MOST_LOOKED_AT]):
                    click.echo(str(finding))
                    missing += finding.way is None
        except NeedsHuman as error:
            return _needs_human(error)
        if not items:
            click.echo("  --  item and sell: there is no item yet to look at")
    return EXIT_FAILED if missing else 0


async def _through(
    opening: AbstractAsyncContextManager[Route],
    work: Callable[[Route], AsyncIterator[Outcome]],
    what: str,
    count: int,
) -> int:
    """Do the work item by item; gives the exit code."""
    failed = 0
    try:
        async with opening as route:
            with progress(what, count) as advance:
                async for outcome in work(route):
                    advance()
                    if outcome.reason:
                        failed += 1
                        click.echo(f"failed: {mark_of(outcome.token)}: {outcome.reason}", err=True)
    except NeedsHuman as error:
        return _needs_human(error)
    return EXIT_FAILED if failed else 0


async def _create(route: Route) -> AsyncIterator[Outcome]:
    await check_create(route.page_session)
    async for outcome in route.create_all():
        yield outcome


def _needs_human(error: NeedsHuman) -> int:
    click.echo(f"error: {error}", err=True)
    return EXIT_NEEDS_HUMAN


def _where(session: Session, choices: Choices) -> list[tuple[str, str]]:
    who = ("profile", str(choices.profile)) if choices.profile else ("seller", session.address)
    pages = origin_of(session.settings.opensea_web_base)
    return [("pages", pages), ("collection", session.collection.address), who]


def _signer(session: Session, choices: Choices, password_fd: int | None) -> Signer | None:
    """Our wallet's key; none with the owner's own profile."""
    if choices.profile is not None:
        return None
    return session.unlock(password_fd, site=policy_of(session).host)
