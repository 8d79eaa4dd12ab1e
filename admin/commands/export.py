"""`ganshare admin export`: writes the ledger's tokens, listings and metadata to files."""

import asyncio
import json
from pathlib import Path

import click

from admin.ledger import Collection, Listing, Token
from admin.minting.report import as_csv, report_rows
from admin.session import open_session

__all__ = ["export"]

FORMAT = "ganshare-ledger/1"


@click.command()
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="F",
    help="F.csv or F.json; by default JSON is printed.",
)
@click.option(
    "--metadata",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for each token's metadata, byte for byte as on IPFS.",
)
def export(to: Path | None, folder: Path | None) -> None:
    """Export each token and its newest listing from the ledger, offline."""
    collection, tokens, listings = asyncio.run(_read())
    rows = report_rows(tokens, listings)
    place = {"chain_id": collection.chain_id, "collection": collection.address}
    text = json.dumps({"format": FORMAT, **place, "tokens": rows}, ensure_ascii=False, indent=2)
    if to is None:
        click.echo(text)
    else:
        to.write_text(as_csv(rows) if to.suffix.lower() == ".csv" else text + "\n", "utf-8")
        click.echo(f"{len(rows)} tokens: {to}")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for each in tokens:
            if each.metadata is not None:
                (folder / f"{each.token}.json").write_bytes(each.metadata.encode())


async def _read() -> tuple[Collection, list[Token], list[Listing]]:
    async with open_session() as session:
        where = session.collection
        return where, await session.ledger.tokens(where), await session.ledger.listings(where)
