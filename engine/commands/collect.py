"""`train collect`: pictures to train on, from WikiArt or a folder, as shards with a manifest."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from engine.commands.compute_options import add_options
from ganshare.errors import ParameterError
from ganshare.progress import reporting

if TYPE_CHECKING:
    from engine.training.collecting.works import CollectedWorks

__all__ = ["collect"]

PATH = click.Path(path_type=Path)
_shared_options = add_options(
    click.option("--out", type=PATH, required=True, metavar="D", help="For shards and manifest."),
    click.option(
        "--short-side", type=click.IntRange(32, 4096), default=512, show_default=True,
        help="Shrink larger pictures to this.",
    ),
    click.option("--limit", type=click.IntRange(min=1), help="How many works to keep in total."),
    click.option(
        "--per-shard", type=click.IntRange(min=1), default=1000, show_default=True,
        help="Works in each tar.",
    ),
    click.option("--quiet", is_flag=True, help="Show no progress."),
)  # fmt: skip


@click.group()
def collect() -> None:
    """Collect pictures to train on.

    An interrupted command resumes where it stopped. --out then holds tars in WebDataset's format
    and manifest.csv: pass them to `ganshare train vqgan` as --data and --labels.
    """


@contextmanager
def _collecting(
    out: Path, per_shard: int, limit: int | None, *, quiet: bool
) -> "Iterator[tuple[CollectedWorks, Callable[[int, str], None]]]":
    from engine.training.collecting.works import CollectedWorks

    with reporting(quiet=quiet) as reporter, closing(CollectedWorks(out, per_shard)) as works:
        reporter.stage("collecting", limit or 1)

        def progress(kept: int, what: str) -> None:
            if limit is None:
                reporter.resize(kept)
            reporter.advance(kept, what)

        yield works, progress
        works.finish()
        counts = works.counts()
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    click.echo(f"{out}: {told or 'nothing'}")


@collect.command()
@_shared_options
@click.option(
    "--per-artist", type=click.IntRange(min=1), help="At most this many works of one artist."
)
@click.option(
    "--per-second",
    type=click.FloatRange(0.01, 1000),
    default=1.0,
    show_default=True,
    help="Requests per second; the site may ask for fewer.",
)
@click.option("--contact", default="", help="Your contact address, sent to the site's owners.")
@click.option("--site", default="https://www.wikiart.org", hidden=True)
def wikiart(
    out: Path,
    short_side: int,
    limit: int | None,
    per_shard: int,
    per_artist: int | None,
    per_second: float,
    contact: str,
    site: str,
    *,
    quiet: bool,
) -> None:
    """Collect public-domain works from WikiArt: of artists born after 1800, dead before 1950."""
    from engine.training.collecting.polite_client import PoliteClient
    from engine.training.collecting.wikiart import collect_wikiart

    host = urlsplit(site).netloc
    if not contact.isascii() or not contact.isprintable():
        raise ParameterError("A contact is an address in plain letters.", given=contact)
    with (
        closing(PoliteClient(host, per_second, contact)) as client,
        _collecting(out, per_shard, limit, quiet=quiet) as (works, progress),
    ):
        collect_wikiart(
            works,
            client,
            site=site,
            short_side=short_side,
            limit=limit,
            per_artist=per_artist,
            progress=progress,
        )


@collect.command()
@click.argument("source", type=PATH)
@_shared_options
@click.option("--licence", default="unknown", show_default=True, help="Licence of the pictures.")
def folder(
    source: Path,
    out: Path,
    short_side: int,
    limit: int | None,
    per_shard: int,
    licence: str,
    *,
    quiet: bool,
) -> None:
    """Collect the pictures of a folder or tar of your own."""
    from engine.training.collecting.folder import collect_folder

    with _collecting(out, per_shard, limit, quiet=quiet) as (works, progress):
        collect_folder(
            works, source, short_side=short_side, licence=licence, limit=limit, progress=progress
        )
