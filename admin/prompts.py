"""What all spending commands do: show what would happen, ask, show progress, write a report."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from admin.minting.report import write_report
from admin.session import Session

__all__ = [
    "agree",
    "dry_run_option",
    "password_option",
    "progress",
    "report",
    "report_option",
    "yes_option",
]

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would happen; sign, send and write nothing."
)
password_option = click.option(
    "--password-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the keystore's password from this file descriptor instead of asking.",
)
report_option = click.option(
    "--report",
    "report_to",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("admin-report"),
    show_default=True,
    help="The folder for report.html and report.csv.",
)
yes_option = click.option("--yes", is_flag=True, help="Don't ask before spending.")


def agree(lines: Sequence[tuple[str, str]], *, dry_run: bool, yes: bool) -> bool:
    """Show what would happen; tell whether it shall."""
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        click.echo(f"  {name:<{width}}  {text}")
    if dry_run:
        click.echo("Dry run: nothing was signed, sent or written.")
        return False
    return yes or click.confirm("Go ahead?", default=False)


@contextmanager
def progress(what: str, total: int) -> Iterator[Any]:
    """A bar on stderr; gives a function that is called with how much was done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count=1: bar.advance(task, count)


async def report(session: Session, folder: Path) -> None:
    """Write the report and say where it is."""
    collection = session.collection
    tokens = await session.ledger.tokens(collection)
    listings = await session.ledger.listings(collection)
    title = f"Collection {collection.address} on chain {collection.chain_id}"
    page, table = write_report(folder, title, tokens, listings)
    click.echo(f"Report: {page} and {table}")
