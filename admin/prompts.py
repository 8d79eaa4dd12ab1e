"""Shared by all spending commands: options, confirmation, progress bar, report."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from admin.ledger import Transaction, TransactionState
from admin.minting.report import write_report
from admin.session import COIN, Session
from admin.wallet.budget import Budget
from admin.wallet.fees import GWEI, Fees
from admin.wallet.sender import Sender
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain

__all__ = [
    "RunOptions",
    "agree",
    "agree_to_spend",
    "dry_run_option",
    "keystore_option",
    "password_option",
    "progress",
    "report",
    "run_options",
    "spend",
    "spend_options",
]

_REPORT = Path("admin-report")

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would happen; sign, send and write nothing."
)
password_option = click.option(
    "--password-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the keystore's password from this file descriptor instead of asking.",
)
_report_option = click.option(
    "--report",
    "report_to",
    type=click.Path(file_okay=False, path_type=Path),
    default=_REPORT,
    show_default=True,
    help="The folder for report.html and report.csv.",
)
keystore_option = click.option(
    "--keystore",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Whose key signs; the minter's if left out.",
)
_yes_option = click.option("--yes", is_flag=True, help="Don't ask before spending.")


@dataclass(frozen=True)
class RunOptions:
    """How a command that may sign or spend is run.

    Args:
        dry_run: only show what would happen.
        yes: don't ask.
        password_fd: to read the keystore's password from; None asks.
        report_to: the folder for the report, of commands that write one.
    """

    dry_run: bool
    yes: bool
    password_fd: int | None
    report_to: Path


def spend_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --dry-run, --yes and --password-fd; the command gets them as `run`."""

    @functools.wraps(command)
    def chosen(
        *,
        dry_run: bool,
        yes: bool,
        password_fd: int | None,
        report_to: Path = _REPORT,
        **others: Any,
    ) -> Any:
        return command(run=RunOptions(dry_run, yes, password_fd, report_to), **others)

    for option in (password_option, _yes_option, dry_run_option):
        chosen = option(chosen)
    return chosen


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --report to `spend_options`; both are in `run`."""
    return spend_options(_report_option(command))


def agree(lines: Sequence[tuple[str, str]], *, dry_run: bool, yes: bool) -> bool:
    """Show what would happen; tell whether it shall."""
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        click.echo(f"  {name:<{width}}  {text}")
    if dry_run:
        click.echo("Dry run: nothing was signed, sent or written.")
        return False
    return yes or click.confirm("Go ahead?", default=False)


async def agree_to_spend(
    session: Session,
    chain: Chain,
    lines: Sequence[tuple[str, str]],
    gas: int,
    run: RunOptions,
    *,
    instead: Sequence[Transaction] = (),
) -> Budget | None:
    """Show what would happen and what it costs at most; gives what the run may cost, if agreed.

    Args:
        gas: units that the new transactions need, at most.
        instead: of which they may be sent; only higher fees than theirs are taken then.
    """
    ledger = session.ledger
    price = session.fees.choose(await chain.base_fee(), await chain.tip()).max_fee
    for each in instead:
        last = (await ledger.attempts(each))[-1]
        price = max(price, Fees(last.max_fee, last.priority).eighth_more.max_fee)
    sent = await ledger.transactions(chain.chain_id, session.address, TransactionState.SENT)
    replaced = {each.nonce for each in instead}
    waiting = [each for each in sent if each.nonce not in replaced]
    budget = Budget(gas, price, waiting, None if run.yes else _ask_for_more)
    shown = list(lines)
    if gas:
        shown.append(("gas", f"about {gas:,} at up to {price / GWEI:.4g} gwei"))
    if waiting:
        shown.append(("under way from before", f"{len(waiting)} transactions"))
    if budget.agreed:
        shown.append(("costs at most", COIN.show(budget.agreed)))
    return budget if agree(shown, dry_run=run.dry_run, yes=run.yes) else None


async def _ask_for_more(why: str, wanted: int) -> bool:
    text = f"{why}: it would cost at most a total of {COIN.show(wanted)}. Continue?"
    return await asyncio.to_thread(click.confirm, text, default=False)


@asynccontextmanager
async def spend(
    session: Session,
    chain: Chain,
    signer: Signer,
    budget: Budget,
    what: str,
    *,
    is_brake: bool = False,
) -> AsyncIterator[Sender]:
    """Hold the ledger and give what sends; says at the end what was agreed to and paid.

    Args:
        is_brake: another command that is at work on the ledger stops, instead of being waited for.
    """
    async with session.ledger.held(take_over=is_brake):
        await session.ledger.note("agree", [what], {"most": str(budget.agreed)})
        try:
            yield session.sender(chain, signer, budget)
        finally:
            if budget.agreed:
                most, paid = COIN.show(budget.agreed), COIN.show(budget.paid)
                click.echo(f"agreed to: {most} at most; paid: {paid}")
        done = {"most": str(budget.agreed), "paid": str(budget.paid)}
        await session.ledger.note("paid", [what], done)


@contextmanager
def progress(what: str, total: int) -> Iterator[Any]:
    """A bar on stderr; gives a function that is called with how much was done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count=1: bar.advance(task, count)


async def report(session: Session, folder: Path, budget: Budget | None = None) -> None:
    """Write the report and say where it is."""
    collection = session.collection
    tokens = await session.ledger.tokens(collection)
    listings = await session.ledger.listings(collection)
    title = f"Collection {collection.address} on chain {collection.chain_id}"
    sums = {}
    if budget is not None and budget.agreed:
        sums = {"agreed to, at most": budget.agreed, "paid for gas": budget.paid}
    figures = [(name, COIN.show(value)) for name, value in sums.items()]
    page, table = write_report(folder, title, tokens, listings, figures)
    click.echo(f"Report: {page} and {table}")
