"""`ganshare admin critic`: trains, applies and evaluates a critic learned from the votes."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from admin.context import open_store_session
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import Standing
from ganshare.settings import CoreSettings, load

if TYPE_CHECKING:
    from admin.curation.critic import Example, Lift, Report
    from admin.curation.embeddings import Embeddings, Floats
    from ganshare.domain.critics import Critic

__all__ = ["critic"]

PHRASE = "a beautiful painting"
HEAD = "critic.npz"
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def critic() -> None:
    """Train the critic on the community's votes, or measure it.

    Its scores appear beside the votes, never instead of them.
    """


@critic.command()
@click.option(
    "--to", type=_FILE, metavar="F", help="File for the head (.npz); among the models if left out."
)
def train(to: Path | None) -> int:
    """Fit the head on all ended rounds; exit code 1 if there are too few paintings."""
    from admin.curation.critic import LEAST_PAINTINGS, report
    from admin.curation.critic import train as fit
    from admin.curation.scoring import save_head

    examples, _, perceptor = _examples([])
    if len(examples) < LEAST_PAINTINGS:
        click.echo(f"Only {len(examples)} paintings with a quorum; {LEAST_PAINTINGS} are needed.")
        return 1
    file, worth = to or _folder() / HEAD, report(examples)
    save_head(file, fit(examples), perceptor, time.time(), worth)
    click.echo(f"{file}: learned from {len(examples)} paintings. {worth.sentence}")
    return 0


@critic.command()
@click.option(
    "--phrase", default=PHRASE, show_default=True, help="The phrase to compare paintings with."
)
@click.option("--head", type=_FILE, metavar="F", help="The head that `train` wrote (.npz).")
@click.option(
    "--every",
    type=click.FloatRange(min=1.0),
    metavar="SECONDS",
    help="Repeat at this interval until stopped.",
)
def score(phrase: str, head: Path | None, every: float | None) -> None:
    """Score new paintings for the curators' desk.

    In rounds where the critic chooses, waiting paintings enter after this.
    """
    from admin.curation.scoring import load_head

    trained = load_head(head or _folder() / HEAD)
    while True:
        click.echo(asyncio.run(_score(phrase, trained)))
        if every is None:
            return
        time.sleep(every)


@critic.command("report")
@click.option(
    "--phrase", default=PHRASE, show_default=True, help="The phrase to compare paintings with."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def report_command(phrase: str, as_json: bool) -> None:
    """Measure how well a head predicts winners among paintings it never saw."""
    from admin.curation.critic import report

    examples, texts, _ = _examples([phrase])
    found = report(examples, texts.get(phrase))
    if as_json:
        told = asdict(found) | {"helps": found.helps, "sentence": found.sentence}
        click.echo(json.dumps(told))
        return
    click.echo(_told(found, phrase))


def _examples(texts: list[str]) -> "tuple[list[Example], Mapping[str, Floats], str]":
    """Paintings with a quorum and their embeddings, those of phrases, and the perceptor."""
    import numpy as np

    from admin.curation.critic import LEAST_PAINTINGS
    from admin.curation.embeddings import Embeddings, embed

    judged, people = asyncio.run(_load_judged())
    if len(judged) < LEAST_PAINTINGS:  # nothing will be claimed: the engine need not look
        found = Embeddings("", {artwork.id: np.zeros(1) for artwork, _ in judged}, {})
        return _join(judged, people, found)
    previews = {artwork.id: artwork.preview for artwork, _ in judged}
    found = embed(previews, texts, _folder() / "critic-embeddings.npz")
    return _join(judged, people, found)


def _join(
    judged: list[tuple[Artwork, Standing]], people: dict[str, str], found: "Embeddings"
) -> "tuple[list[Example], Mapping[str, Floats], str]":
    from admin.curation.critic import Example

    examples = [
        Example(
            artwork.id,
            standing.round,
            people[artwork.person],
            standing.bound,
            found.pictures[artwork.id],
        )
        for artwork, standing in judged
        if artwork.id in found.pictures
    ]
    return examples, found.texts, found.perceptor


async def _load_judged() -> tuple[list[tuple[Artwork, Standing]], dict[str, str]]:
    """Paintings with a quorum, and who is behind each requester's account."""
    async with open_store_session() as store:
        judged = [each for each in await store.rounds.results.judged() if each[1].has_quorum]
        accounts = sorted({artwork.person for artwork, _ in judged})
        return judged, {account: await store.accounts.main(account) for account in accounts}


async def _score(phrase: str, head: "tuple[Critic, Floats] | None") -> str:
    from admin.curation.scoring import score_new

    async with open_store_session() as store:
        found = await score_new(store, phrase, head)
    said = f"{found.paintings} paintings scored"
    if found.unreadable:
        said += f", {found.unreadable} no longer have a picture"
    if found.entered:
        said += f"; {found.entered} entered their rounds, chosen by {found.chooser}"
    return f"{said}."


def _folder() -> Path:
    return load(CoreSettings).models_dir.expanduser()


def _told(found: "Report", phrase: str) -> str:
    lines = [
        f"{found.paintings} paintings with a quorum, by {found.requesters} people, in "
        f"{found.rounds} rounds."
    ]
    named: list[tuple[str, Lift | None]] = [
        ("trained head", found.head),
        (f'likeness to "{phrase}"', found.phrase),
    ]
    for name, lift in named:
        if lift is not None:
            lines.append(
                f"{name}: {lift.precision:.0%} of its choice came in the first quarter, of all "
                f"{lift.base_rate:.0%}; lift {lift.lift:.2f} ({lift.low:.2f} to {lift.high:.2f}); "
                f"{lift.ordered:.0%} of pairs in order"
            )
    return "\n".join([*lines, found.sentence])
