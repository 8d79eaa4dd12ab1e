"""Paints twenty fixed prompts with fixed seeds, shows them on a contact sheet, judges them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.pictures.painting import Options, Work, paint_missing, painting_options
from benchmarks.pictures.sheet import contact_sheet, save_sheet
from engine.commands.paint_outputs import slug
from engine.imaging.atomic_write import check_writable
from engine.imaging.codecs import open_rgb
from engine.model_folder import default_model
from engine.synthesis.request import attributes_of
from ganshare.errors import AskerError
from ganshare.prompts import parse_prompts
from ganshare.prompts.attributes import Attributes

if TYPE_CHECKING:
    from benchmarks.pictures.judge import Verdict

# Chosen by hand from the word lists before any of them was painted: 4 shapes, 6 places, 10 things;
# all nine styles, colours from all around the wheel. The seed of each is its place in the list.
PROMPTS: tuple[str, ...] = (
    "Abstract Painting with Diagonals in Beige Pink",
    "Geometric Painting with Spirals in Cobalt Blue",
    "Geometric Painting with Checkerboards in Emerald",
    "Abstract Painting with Triangles in Cadmium Orange",
    "Fauvist Painting of a Canyon in Maximum Purple",
    "Futurist Painting of a City in Vivid Burgundy Brown",
    "Impressionist Painting of a Forest in Viridian",
    "Expressionist Painting of a Volcano in Vermilion",
    "Impressionist Painting of a Harbour in Sky Blue",
    "Surrealist Painting of a Waterfall in Turquoise",
    "Cubist Painting of a Violin in Raw Sienna",
    "Expressionist Painting of an Owl in Prussian Blue",
    "Impressionist Painting of a Sunflower in Sunglow",
    "Surrealist Painting of an Elephant in Lilac",
    "Postmodern Painting of a Butterfly in Hot Magenta",
    "Futurist Painting of a Bicycle in Scarlet",
    "Postmodern Painting of a Teapot in Mint Green",
    "Cubist Painting of a Castle in Slate Grey",
    "Cubist Painting of a Clock in Old Gold",
    "Fauvist Painting of a Boat in Ultramarine",
)


def read_prompts(path: Path) -> tuple[str, ...]:
    """One prompt a line; raises AskerError where there is none, or one lacks a subject."""
    prompts = tuple(filter(None, map(str.strip, path.read_text("utf-8").splitlines())))
    if not prompts:
        raise AskerError(f"{path.name} contains no prompts; it needs one per line.")
    for prompt, named in zip(prompts, attributes(prompts), strict=True):
        if not named.subject:
            raise AskerError(f"{prompt!r} must name a subject, such as {PROMPTS[4]!r}.")
    return prompts


def picture_path(folder: Path, seed: int, prompts: Sequence[str] = PROMPTS) -> Path:
    """`04-fauvist-painting-of-a-canyon-in-maximum-purple.png`."""
    return folder / f"{seed:02d}-{slug(prompts[seed])}.png"


def attributes(prompts: Sequence[str] = PROMPTS) -> list[Attributes]:
    """Style, subject and colour of each prompt."""
    return [attributes_of(parse_prompts(prompt)) for prompt in prompts]


def works(folder: Path, prompts: Sequence[str] = PROMPTS) -> list[Work]:
    """Each prompt with its place in the list as the seed."""
    return [
        Work(picture_path(folder, seed, prompts), prompt, seed)
        for seed, prompt in enumerate(prompts)
    ]


def read_pictures(folder: Path, prompts: Sequence[str] = PROMPTS) -> list[Image.Image]:
    """All pictures in the order of the prompts; raises AskerError where one is missing."""
    pictures = []
    for seed in range(len(prompts)):
        path = picture_path(folder, seed, prompts)
        if not path.exists():
            raise AskerError(
                f"{folder} lacks {path.name}; --paint {folder} paints what is missing."
            )
        with path.open("rb") as file:
            pictures.append(open_rgb(file, path.name))
    return pictures


def side_by_side(
    before: Sequence[Image.Image], after: Sequence[Image.Image], captions: Sequence[str]
) -> Image.Image:
    """Each picture of two folders beside the other one of its prompt, two prompts in a row."""
    pictures = [picture for pair in zip(before, after, strict=True) for picture in pair]
    told = [f"{when}: {text}" for text in captions for when in ("before", "after")]
    return contact_sheet(pictures, told, columns=4)


def as_table(verdict: "Verdict") -> Table:
    """The verdict, line by line."""
    table = Table("measure", "figure", title=f"{verdict.pictures} pictures, judged")
    shares = (
        ("right prompt, by subject and palette", verdict.right_prompt),
        ("right prompt, by subject", verdict.right_subject),
        ("right prompt, by subject on grey, blurred copies", verdict.right_subject_grey),
        ("right prompt, by palette", verdict.right_colour),
    )
    for what, value in shares:
        if value is not None:
            table.add_row(what, f"{value:.0%}")
    table.add_row("margin of the own subject, in deviations", f"{verdict.margin:.2f}")
    table.add_row("subjects mistaken", ", ".join(verdict.mistaken) or "none")
    table.add_row("subjects mistaken on grey", ", ".join(verdict.mistaken_grey) or "none")
    style = verdict.style
    if style is None:
        return table
    table.add_section()
    table.add_row(
        f"right style among {len(style.known)}, of {style.judged} pictures", f"{style.top1:.0%}"
    )
    table.add_row("the same, as a ratio to chance", f"{style.lift:.2f}")
    table.add_row("the style judge on artists it never saw", f"{style.held_out_balanced:.0%}")
    for name, recall in style.held_out_recall.items():
        table.add_row(f"  {name}, of {style.known[name]} paintings", f"{recall:.0%}")
    unknown = ", ".join(f"{name} ({count})" for name, count in style.unknown.items())
    table.add_row("styles not judged: too few paintings", unknown or "none")
    return table


FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--paint", "paint_into", type=FOLDER, help="Paint what this folder lacks.")
@click.option("--pictures", "painted", type=FOLDER, help="Take this folder as it is.")
@click.option(
    "--prompts",
    "listed",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Other prompts than the twenty, one a line.",
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The contact sheet (.png, .jpg, .webp); by default contact-sheet.png in the folder.",
)
@click.option("--before", type=FOLDER, help="Show the same prompts' pictures of this folder, too.")
@click.option("--judge", "wants_verdict", is_flag=True, help="Judge them (needs --data).")
@click.option("--data", type=FOLDER, help="Holds paintings/ and objects/, each a tar and a CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
@painting_options
def main(
    *,
    paint_into: Path | None,
    painted: Path | None,
    listed: Path | None,
    sheet: Path | None,
    before: Path | None,
    wants_verdict: bool,
    data: Path | None,
    as_json: bool,
    threads: int | None,
    **fields: Any,
) -> None:
    """Paint the twenty prompts or take them from a folder; show and judge them."""
    folder = paint_into or painted
    if folder is None or (paint_into and painted):
        raise click.UsageError("One of --paint FOLDER and --pictures FOLDER is needed.")
    sheet = sheet or folder / "contact-sheet.png"
    if sheet.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise click.UsageError(f"The sheet {sheet.name} must end in .png, .jpg or .webp.")
    options = Options(**fields)
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        prompts = PROMPTS if listed is None else read_prompts(listed)
        check_writable(sheet)
        if paint_into is not None:
            paint_missing(works(paint_into, prompts), options)
        pictures = read_pictures(folder, prompts)
        earlier = None if before is None else read_pictures(before, prompts)
    except AskerError as error:
        raise click.UsageError(error.message) from error
    captions = [f"seed {seed}: {prompt}" for seed, prompt in enumerate(prompts)]
    shown = (
        contact_sheet(pictures, captions)
        if earlier is None
        else side_by_side(earlier, pictures, captions)
    )
    save_sheet(shown, sheet)
    verdict = _verdict(pictures, prompts, data) if wants_verdict else None
    if as_json:
        answer = {
            "sheet": str(sheet),
            "prompts": [{"seed": seed, "prompt": text} for seed, text in enumerate(prompts)],
            "verdict": None if verdict is None else asdict(verdict),
        }
        click.echo(json.dumps(answer, indent=2))
    else:
        if verdict is not None:
            Console().print(as_table(verdict))
        click.echo(sheet)


def _verdict(
    pictures: list[Image.Image], prompts: Sequence[str], data: Path | None
) -> "Verdict | None":
    from benchmarks.pictures.judge import cannot_judge, judge
    from engine.perceptor.embedded import load_embedded

    reason = cannot_judge(data)
    if reason is not None or data is None:
        click.echo(reason, err=True)
        return None
    reader = load_embedded(
        default_model("perceptor")
    )  # of sentences, for any perceptor that painted
    return judge(pictures, attributes(prompts), reader, data)


if __name__ == "__main__":
    main()
