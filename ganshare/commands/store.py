"""`ganshare store`: migrates, inspects, backs up, restores and prunes the database."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ganshare.store import Pruned
    from ganshare.store.db.database import Database
    from ganshare.store.maintenance.status import Status

__all__ = ["store"]


@click.group()
def store() -> None:
    """Make, inspect and back up the job store (GANSHARE_DATABASE_URL)."""


@store.command()
def migrate() -> None:
    """Create the tables, or migrate those of an older GANshare."""
    asyncio.run(_migrate())


@store.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> int:
    """Print the schema's version, the size, jobs by state and the live engines.

    Exits with code 3 if this GANshare cannot work with the tables.
    """
    found = asyncio.run(_status())
    click.echo(json.dumps(found.to_json()) if as_json else _as_text(found))
    return 0 if found.is_usable else 3


@store.command()
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="F",
    help="The file; by default named for the time, in the current folder.",
)
def backup(to: Path | None) -> None:
    """Copy the store to a file while it is in use.

    For SQLite this is a database file, for PostgreSQL pg_dump's custom format for pg_restore. Blobs
    are not included.
    """
    from ganshare.store.maintenance.backup import SUFFIXES
    from ganshare.store.maintenance.backup import backup as write

    database = _database()
    file = to or Path(asyncio.run(_name(database)) + SUFFIXES[database.dialect])
    write(database, file)
    click.echo(str(file))


@store.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def restore(file: Path, dry_run: bool, yes: bool) -> None:
    """Replace the store with a backup, after showing what that will do.

    Stop engines, bots and pages first. The current store is backed up beside FILE. Newer blobs are
    fine: they are not overwritten.
    """
    asyncio.run(_restore(file, dry_run=dry_run, yes=yes))


@store.command()
@click.option(
    "--days",
    type=click.FloatRange(0),
    metavar="N",
    help="How many days to keep, instead of GANSHARE_KEEP_DAYS.",
)
def prune(days: float | None) -> None:
    """Remove rows of old previews, and old jobs that were cancelled or failed.

    Engines do this automatically. Paintings, their jobs and votes stay.
    """
    pruned = asyncio.run(_prune(days))
    click.echo(f"Removed {pruned.frames} frames and {pruned.jobs} jobs.")


def _database() -> "Database":
    from ganshare.settings import CoreSettings, load
    from ganshare.store.db.database import Database

    return Database(load(CoreSettings).database_url.get_secret_value())


async def _migrate() -> None:
    from ganshare.store.maintenance.migrate import NEWEST
    from ganshare.store.maintenance.migrate import migrate as apply

    database = _database()
    try:
        applied = await apply(database)
    finally:
        await database.close()
    for name in applied:
        click.echo(f"applied {name}")
    click.echo(f"The tables have version {NEWEST}, the newest.")


async def _restore(file: Path, *, dry_run: bool, yes: bool) -> None:
    from ganshare.blobs import open_blobs
    from ganshare.settings import CoreSettings, load
    from ganshare.store.db.database import Database
    from ganshare.store.maintenance.backup import backup as write
    from ganshare.store.maintenance.restore import make_plan
    from ganshare.store.maintenance.restore import restore as put_back

    core = load(CoreSettings)
    url, blobs = core.database_url.get_secret_value(), open_blobs(core.blobs_url.get_secret_value())
    database = Database(url)
    try:
        plan = await make_plan(file, database, blobs, core.limits)
        for line in plan.lines():
            click.echo(line)
        if dry_run:
            return
        if not yes:
            click.confirm(f"Restore {database} from {file}?", abort=True)
        if plan.present.schema:
            name = await _name(Database(url))
            names = (f"{name}-replaced{more}{file.suffix}" for more in ("", *range(-2, -100, -1)))
            kept = next(path for each in names if not (path := file.with_name(each)).exists())
            write(database, kept)
            click.echo(f"What was there is in {kept}.")
        await put_back(file, database)
    finally:
        await database.close()
    click.echo("Restored.")


async def _prune(days: float | None) -> "Pruned":
    from ganshare.settings import CoreSettings, load
    from ganshare.store import open_store

    core = load(CoreSettings)
    async with open_store(core.database_url.get_secret_value()) as opened:
        return await opened.queue.prune(86_400 * (core.keep_days if days is None else days))


async def _status() -> "Status":
    from ganshare.settings import CoreSettings, load
    from ganshare.store.maintenance.status import read_status

    database = _database()
    try:
        return await read_status(database, load(CoreSettings).limits)
    finally:
        await database.close()


async def _name(database: "Database") -> str:
    """Name a backup by the database's clock."""
    from datetime import UTC, datetime

    from ganshare.domain.queue_limits import QueueLimits
    from ganshare.store import Store

    try:
        now = datetime.fromtimestamp(await Store(database, QueueLimits()).now(), UTC)
    finally:
        await database.close()
    return f"ganshare-{now:%Y%m%d-%H%M%S}"


def _as_text(found: "Status") -> str:
    lines = [f"database  {found.database}, {found.size / 1e6:.1f} MB"]
    if found.is_usable:
        lines += [f"tables    version {found.schema}, the newest"]
    else:
        what = f"version {found.schema}" if found.schema else "missing"
        advice = (
            "update GANshare" if found.schema > found.newest_schema else "ganshare store migrate"
        )
        lines += [f"tables    {what}; this GANshare needs version {found.newest_schema}: {advice}"]
    counts = [f"{number} {state}" for state, number in found.jobs.items()]
    lines += [f"jobs      {', '.join(counts)}"] if counts else []
    for engine in found.engines:
        rate = "not measured" if engine.rate is None else f"{engine.rate:.3f} work units/s"
        ago = max(0.0, found.now - engine.reported)
        lines += [
            f"engine    {engine.id} on {engine.host}: {', '.join(engine.models)}; {rate}; "
            f"{len(engine.running)} running; heard from {ago:.0f} s ago"
        ]
    if found.is_usable and not found.engines:
        lines += ["engine    none is alive"]
    return "\n".join(lines)
