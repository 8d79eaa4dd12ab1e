"""`ganshare admin curate`: approves or vetoes winners, and exports the curated set."""

import asyncio
from pathlib import Path

import click

from admin.context import open_store_session, print_lines, run_async, whoever_types
from admin.curation.manifest import as_csv, as_json
from admin.curation.named import Named, divide, left_out
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import CuratedItem, Standing
from ganshare.errors import ParameterError, quoted
from ganshare.settings import CoreSettings, load

__all__ = ["curate"]


@click.group()
def curate() -> None:
    """Approve or veto winners, and export the curated set."""


@curate.command("list")
@click.option("--approved", is_flag=True, help="List the curated set instead.")
@run_async
async def list_command(approved: bool) -> None:
    """List winners that are waiting for a decision."""
    if approved:
        print_lines(map(_curated_line, await _load_curated(None)), "Nothing is approved yet.")
    else:
        lines = (_winner_line(*each) for each in await _to_decide())
        print_lines(lines, "No winner waits for a decision.")


def _curated_line(item: CuratedItem) -> str:
    sold = "" if item.may_sell else "  may not be sold"
    return (
        f"{item.id}  {item.place}  round {item.round}  by {item.approved_by}  "
        f"{item.votes:>5} votes  {item.bound:.3f}  {item.prompt}{sold}"
    )


def _winner_line(standing: Standing, artwork: Artwork) -> str:
    sold = "" if artwork.may_sell else "  may not be sold"
    return (
        f"{standing.artwork}  round {standing.round}  place {standing.rank:>3}  "
        f"{standing.votes:>5} votes  {standing.bound:.3f}  {artwork.prompt}{sold}"
    )


@curate.command()
@click.argument("artworks", nargs=-1, required=True)
@click.option("--reason", default="", help="The reason, kept in the log.")
@run_async
async def approve(artworks: tuple[str, ...], reason: str) -> None:
    """Add winners to the curated set."""
    async with open_store_session() as store:
        for artwork in artworks:
            await store.rounds.curation.approve(artwork, whoever_types(), reason, named=True)
            click.echo(f"approved {artwork}")


@curate.command()
@click.argument("artwork")
@click.option("--reason", required=True, help="The reason, kept in the log.")
@run_async
async def veto(artwork: str, reason: str) -> None:
    """Exclude a painting from winning, or from the curated set."""
    async with open_store_session() as store:
        await store.rounds.curation.veto(artwork, whoever_types(), reason, named=True)
    click.echo(f"vetoed {artwork}")


@curate.command()
@click.argument("artwork")
@run_async
async def undo(artwork: str) -> None:
    """Undo an approval or veto, until the painting is planned for minting."""
    async with open_store_session() as store:
        await store.rounds.curation.undo(artwork, whoever_types(), named=True)
    click.echo(f"undone {artwork}")


@curate.command()
@click.argument("artworks", nargs=-1, required=True)
@click.option("--no", "refused", is_flag=True, help="Record that they may not be sold.")
@click.option("--share", type=click.FloatRange(0, 100), help="Promised percentage of the proceeds.")
@run_async
async def consent(artworks: tuple[str, ...], refused: bool, share: float | None) -> None:
    """Record consent to a sale that members gave you elsewhere."""
    promised = load(CoreSettings).requester_share if share is None else share
    async with open_store_session() as store:
        for each in artworks:
            found = await store.gallery.get(each)
            if found is None:
                raise ParameterError(f"There is no painting {quoted(each)}.", given=each)
            who = whoever_types()
            await store.consents.record(found.job, who, f"{promised:g}", agreed=not refused)
            click.echo(f"{'not for sale' if refused else 'may be sold'}: {each}")


@curate.command()
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="F",
    help="F.csv or F.json; by default JSON is printed.",
)
@click.option("--round", "round_id", metavar="ID", help="Only winners of this round.")
def export(to: Path | None, round_id: str | None) -> None:
    """Write the manifest of the curated set."""
    items = asyncio.run(_load_curated(round_id))
    if to is None:
        click.echo(as_json(items))
        return
    text = as_csv(items) if to.suffix.lower() == ".csv" else as_json(items) + "\n"
    to.write_text(text, encoding="utf-8")
    click.echo(f"{len(items)} paintings: {to}")


async def _to_decide() -> list[tuple[Standing, Artwork]]:
    async with open_store_session() as store:
        waiting = await store.rounds.curation.to_decide(1_000)
        found = await store.gallery.several(each.artwork for each in waiting)
        return [(each, found[each.artwork]) for each in waiting]


async def _load_curated(round_id: str | None) -> list[CuratedItem]:
    async with open_store_session() as store:
        approved = await store.rounds.curation.approved(round_id)
        chosen, others = await divide(store, approved, Named.from_settings())
    for item in others:
        click.echo(left_out(item), err=True)
    return chosen
