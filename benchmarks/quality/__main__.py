"""Paints the protocol, judges it, and compares it with another folder, prompt by prompt."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.pictures.judge import cannot_judge
from benchmarks.pictures.painting import Options, Work, paint_missing, painting_options
from benchmarks.pictures.sheet import contact_sheet, save_sheet
from benchmarks.quality.figures import MEASURES, change, summarise
from benchmarks.quality.measures import Judge, Measures
from benchmarks.quality.protocol import GROUPS, Asked, protocol, screened, works
from engine.imaging.atomic_write import write_bytes
from engine.imaging.codecs import open_rgb
from engine.model_folder import default_model
from engine.perceptor.embedded import load_embedded

SEEDS = 2
JUDGEMENT = 1  # counted up whenever the judge or a measure changes: what was measured is void then
CACHE = "measures.json"
LABELS = {
    "own": "first among the protocol's subjects",
    "own_grey": "the same, in grey blur",
    "named": "first among 163 names",
    "named_grey": "the same, in grey blur",
    "margin": "margin, deviations",
    "colour_error": "colour error, Oklab",
    "style": "right style",
    "detail": "detail, of real paintings'",
    "lattice": "highest peak of the lattice",
    "seed_distance": "distance between seeds",
}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--screen", is_flag=True, help="Twenty of the eighty prompts.")
@click.option("--seeds", type=click.IntRange(1), default=SEEDS, show_default=True)
@click.option(
    "--before",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Compare with this folder's pictures of the same prompts and seeds.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Holds paintings/ and objects/ for the judge; left out, it only paints.",
)
@click.option(
    "--large",
    type=click.Path(path_type=Path, exists=True),
    help="Real paintings of some 800 px, a tar or folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@painting_options
def main(
    *,
    folder: Path,
    screen: bool,
    seeds: int,
    before: Path | None,
    data: Path | None,
    large: Path | None,
    as_json: bool,
    threads: int | None,
    **fields: Any,
) -> None:
    """Paint what FOLDER lacks of the protocol, make its contact sheet and judge it."""
    if threads is not None:
        torch.set_num_threads(threads)
    asked = screened() if screen else protocol()
    planned = works(folder, asked, seeds)
    folder.mkdir(parents=True, exist_ok=True)
    paint_missing(planned, Options(**fields))
    captions = [f"seed {work.seed}: {work.prompt}" for work in planned]
    save_sheet(contact_sheet(read(planned), captions), folder / "contact-sheet.jpg")
    if data is None or large is None:
        click.echo("Judging needs --data FOLDER and --large FOLDER.", err=True)
        return
    if (reason := cannot_judge(data)) is not None:
        raise click.UsageError(reason)
    judging = Judging(data, large)
    after = judging.of(planned, asked)
    earlier = judging.of(works(before, asked, seeds), asked) if before else None
    report = {group: _report(asked, group, after, earlier) for group in (*GROUPS, "all")}
    if as_json:
        click.echo(json.dumps(report, indent=2))
    else:
        for group, lines in report.items():
            Console().print(as_table(group, lines))


def read(planned: list[Work]) -> list[Image.Image]:
    """All pictures; raises click.UsageError where one is missing."""
    pictures = []
    for work in planned:
        if not work.path.exists():
            raise click.UsageError(f"{work.path.parent} lacks {work.path.name}; paint it first.")
        with work.path.open("rb") as file:
            pictures.append(open_rgb(file, work.path.name))
    return pictures


class Judging:
    """Measures pictures once: what was measured of the same files is kept beside them."""

    def __init__(self, data: Path, large: Path) -> None:
        """`data` and `large` are those of `Judge`, which is loaded when first needed."""
        self.data, self.large = data, large
        self._judge: Judge | None = None

    def of(self, planned: list[Work], asked: tuple[Asked, ...]) -> list[list[Measures]]:
        """Measures of each seed, of each prompt."""
        files = [hashlib.sha256(work.path.read_bytes()).hexdigest() for work in planned]
        cache, key = planned[0].path.parent / CACHE, {"judgement": JUDGEMENT, "files": files}
        kept = json.loads(cache.read_text("utf-8")) if cache.exists() else {}
        if kept.get("key") == key:
            measured = [Measures(**each) for each in kept["measures"]]
        else:
            everything = asked * (len(planned) // len(asked))
            measured = self._load().measure(read(planned), everything)
            content = {"key": key, "measures": [asdict(each) for each in measured]}
            write_bytes(cache, json.dumps(content).encode())
        count = len(asked)
        return [measured[start : start + count] for start in range(0, len(measured), count)]

    def _load(self) -> Judge:
        if self._judge is None:
            self._judge = Judge(load_embedded(default_model("perceptor")), self.data, self.large)
        return self._judge


def _report(
    asked: tuple[Asked, ...],
    group: str,
    after: list[list[Measures]],
    before: list[list[Measures]] | None,
) -> dict[str, Any]:
    """Figures of one group of prompts, and how they moved."""

    def chosen(measured: list[list[Measures]]) -> list[list[Measures]]:
        rows = [index for index, each in enumerate(asked) if group in (each.group, "all")]
        return [[of_seed[index] for index in rows] for of_seed in measured]

    report = {}
    for name in MEASURES:
        figure = summarise(chosen(after), name)
        if figure is None:
            continue
        report[name] = asdict(figure)
        move = change(chosen(before), chosen(after), name) if before else None
        if move is not None:
            report[name] |= {"change": asdict(move), "better": move.better(name)}
    return report


def as_table(group: str, report: dict[str, Any]) -> Table:
    """Figures with their standard errors, each seed's alone, and the change."""
    table = Table("measure", title=group)
    for heading in ("mean", "error", "seeds", "change"):
        table.add_column(heading, justify="right")
    for name, figure in report.items():
        move = figure.get("change")
        table.add_row(
            LABELS[name],
            f"{figure['mean']:.3f}",
            f"{figure['error']:.3f}",
            " ".join(f"{each:.2f}" for each in figure["seeds"]),
            "" if move is None else f"{move['mean']:+.3f} ± {move['error']:.3f}",
        )
    return table


if __name__ == "__main__":
    main()
