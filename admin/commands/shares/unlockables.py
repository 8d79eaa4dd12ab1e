"""`ganshare admin shares unlockable`: content for holders, and the log of who opened it."""

import asyncio
import hashlib
import mimetypes
from datetime import UTC, datetime
from pathlib import Path

import click

from admin.context import open_store_session, run_async
from ganshare.blobs import open_blobs
from ganshare.domain.shares import Unlockable
from ganshare.errors import ParameterError, SettingsError, quoted
from ganshare.settings import AdminSettings, CoreSettings, load
from ganshare.shares.terms import load_gate

__all__ = ["unlockable"]

MOST_BYTES = 200 * 2**20


@click.group()
def unlockable() -> None:
    """Manage files and texts for share holders."""


@unlockable.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--edition",
    type=click.IntRange(min=0),
    help="Edition whose holders get it; the first if left out.",
)
def add(file: Path, edition: int | None) -> None:
    """Upload a file for the holders of an edition."""
    if (size := file.stat().st_size) > MOST_BYTES:
        allowed = f"at most {MOST_BYTES // 2**20} MiB are allowed"
        raise ParameterError(f"{file} has {size} bytes; {allowed}.", given=size)
    made = asyncio.run(_add(file.name, file.read_bytes(), edition))
    click.echo(f"{made.id}  {made.name}  {made.size} bytes  sha256 {made.sha256}")
    click.echo("`ganshare admin shares set-uri` writes the sum into the token's metadata.")


@unlockable.command("list")
@run_async
async def list_() -> None:
    """List what share holders may open."""
    async with open_store_session() as store:
        found = await store.shares.unlockables.all()
    for each in found:
        click.echo(f"{each.id}  {each.token}  {each.name}  {each.size} bytes  {each.sha256}")
    if not found:
        click.echo("There is nothing for share holders yet; `unlockable add FILE` uploads a file.")


@unlockable.command()
@click.argument("unlockable_id", metavar="ID")
@run_async
async def remove(unlockable_id: str) -> None:
    """Remove one; holders who opened it keep their copy."""
    async with open_store_session() as store:
        blob = await store.shares.unlockables.remove(unlockable_id)
        if blob is None:
            raise ParameterError(
                f"There is no unlockable {quoted(unlockable_id)}.", given=unlockable_id
            )
        if not any(each.blob == blob for each in await store.shares.unlockables.all()):
            await open_blobs(load(CoreSettings).blobs_url.get_secret_value()).delete([blob])
    click.echo(f"{unlockable_id} is removed.")


@unlockable.command()
@run_async
async def log() -> None:
    """Show who opened what, when, and with which wallet."""
    async with open_store_session() as store:
        names = {each.id: each.name for each in await store.shares.unlockables.all()}
        reads = await store.shares.unlockables.reads()
    for each in reads:
        click.echo(
            f"{datetime.fromtimestamp(each.created, UTC):%Y-%m-%d %H:%M:%S}  {each.person}  "
            f"{each.wallet}  {names.get(each.unlockable, each.unlockable)}"
        )
    if not reads:
        click.echo("Nobody has opened anything yet.")


async def _add(name: str, data: bytes, edition: int | None) -> Unlockable:
    gate = load_gate()
    if gate is None:
        raise SettingsError("ADMIN_GATE_CONTRACT is not set; without it nothing is unlocked.")
    ids = {number: name for name, number in gate.token.names.items()}
    if edition is not None and edition not in ids:
        known = ", ".join(str(each) for each in load(AdminSettings).gate_token_id)
        raise ParameterError(f"There is no edition {edition}; there are {known or 'none'}.")
    token = ids[edition] if edition is not None else next(iter(gate.token.names))
    digest = hashlib.sha256(data).hexdigest()
    blob = f"unlockables/{digest}"
    await open_blobs(load(CoreSettings).blobs_url.get_secret_value()).put(blob, data)
    async with open_store_session() as store:
        return await store.shares.unlockables.add(
            token=token,
            name=name,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            blob=blob,
            sha256=digest,
            size=len(data),
        )
