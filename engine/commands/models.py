"""`models`: lists, pulls, adds, verifies and evaluates models."""

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from engine.commands.compute_options import compute_options
from engine.model_folder import ModelFolder, find_model, list_models, load_model_folder, model_paths
from ganshare.errors import ModelError
from ganshare.progress import reporting

if TYPE_CHECKING:
    from engine.runtime.compute import Compute

__all__ = ["models"]

PATH = click.Path(path_type=Path)


@click.group()
def models() -> None:
    """List, pull, add, verify and measure models."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_command(as_json: bool) -> None:
    """List the models, one's own first."""
    found = list_models()
    if as_json:
        click.echo(json.dumps([_as_json(model) for model in found]))
        return
    table = Table("Name", "Kind", "Licence", "May sell", "Size", "Source")
    for model in found:
        size = model.weights.stat().st_size if model.weights.is_file() else 0
        table.add_row(
            model.name,
            model.kind,
            model.licence,
            "yes" if model.may_sell else "no",
            f"{size / 1e6:.1f} MB" if size else "missing",
            model.source,
        )
    Console().print(table)


@models.command()
@click.argument("source", type=PATH)
@click.option("--name", help="What to call it; by default as its card or file is called.")
@click.option("--config", type=PATH, metavar="F", help="Its model.json or taming's yaml.")
@click.option("--vocabulary", type=PATH, metavar="F", help="Of a CLIP; beside it by default.")
@click.option("--licence", help='SPDX name; "unknown" by default.')
@click.option(
    "--may-sell/--may-not-sell",
    default=None,
    help="Whether its pictures may be sold; not by default.",
)
def add(
    source: Path,
    name: str | None,
    config: Path | None,
    vocabulary: Path | None,
    licence: str | None,
    may_sell: bool | None,
) -> None:
    """Add a model: a folder, a .safetensors with its .json, a taming .ckpt with its .yaml, a CLIP.

    A CLIP is OpenAI's .pt, or .safetensors with OpenAI's or Hugging Face's names.
    """
    from engine.model_import.add import add_model

    model = add_model(
        source, name, config=config, vocabulary=vocabulary, licence=licence, may_sell=may_sell
    )
    click.echo(f"{model.name}: {model.path}")


@models.command()
@click.argument("wanted", metavar="NAME|URL")
@click.option("--sha256", metavar="H", help="Of the file; a URL needs it.")
@click.option("--name", help="What to call it; by default as its file is called.")
@click.option("--config", type=PATH, metavar="F", help="Its model.json or taming's yaml.")
@click.option("--vocabulary", metavar="F|URL#sha256=H", help="Of a CLIP; OpenAI's for a NAME.")
@click.option("--licence", help='SPDX name; "unknown" by default, and MIT for a NAME.')
@click.option(
    "--may-sell/--may-not-sell",
    default=None,
    help="Whether its pictures may be sold; not by default.",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def pull(wanted: str, quiet: bool, **options: Any) -> None:
    """Download a model and add it: ViT-B/32, ViT-B/16 or ViT-L/14 (OpenAI's CLIPs), or any URL.

    A download that broke off goes on where it was.
    """
    from engine.model_import.pull import pull_model

    with reporting(quiet=quiet) as reporter:
        told = ("", 0)

        def progress(file: str, done: int, total: int) -> None:
            nonlocal told
            if file != told[0]:
                reporter.stage(f"downloading {file}, MB", math.ceil(total / 1e6))
            if (file, now := math.ceil(done / 1e6)) != told:
                told = (file, now)
                reporter.advance(now)

        model = pull_model(wanted, progress, **options)
    click.echo(f"{model.name}: {model.path}")


@models.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> int:
    """Compare every model's files, or those of NAMES, with their sha256."""
    paths = [find_model(name).path for name in names] if names else list(model_paths())
    broken = 0
    for path in paths:
        try:
            model = load_model_folder(path)
            model.verify()
        except ModelError as error:
            click.echo(f"error: {error}", err=True)
            broken += 1
        else:
            click.echo(f"{model.name}: whole")
    return 2 if broken else 0


@models.command()
@click.argument("name")
@click.option("--data", type=PATH, required=True, metavar="F", help="A folder or tar of images.")
@click.option("--labels", type=PATH, metavar="F.csv", help="file, and label, style or title.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as the last line.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@compute_options("exact")
def evaluate(
    name: str, data: Path, labels: Path | None, as_json: bool, quiet: bool, **options: Any
) -> None:
    """Measure a VQGAN or a perceptor on images that it never saw."""
    model = find_model(name)
    if model.kind == "upscaler":
        raise ModelError(
            f"The model {model.name} is an upscaler; a VQGAN or perceptor is measured."
        )

    from engine.runtime.compute import choose_compute

    compute = choose_compute(**options)
    measured = _measure(model, data, labels, compute, quiet)
    figures = {"name": model.name, "kind": model.kind, **measured}
    if as_json:
        click.echo(json.dumps({**figures, "compute": compute.to_json()}))
        return
    for figure, value in figures.items():
        click.echo(f"{figure}: {value:.4g}" if isinstance(value, float) else f"{figure}: {value}")


def _measure(
    model: ModelFolder, data: Path, labels: Path | None, compute: "Compute", quiet: bool
) -> Mapping[str, float | int]:
    from engine.imaging.dataset import ImageSet, read_rows

    rows = {} if labels is None else read_rows(labels)
    images = ImageSet.read(data)
    with reporting(quiet=quiet or (not sys.stderr.isatty() and len(images) < 100)) as reporter:
        reporter.stage("measuring", len(images))

        def progress(done: int, _: int) -> None:
            reporter.advance(done)

        if model.kind == "vqgan":
            from engine.evaluation.vqgan import evaluate_vqgan
            from engine.vqgan import load_vqgan

            found: dict[str, Any] = asdict(
                evaluate_vqgan(
                    load_vqgan(model).to(compute.device), images, progress, compute.torch_dtype
                )
            )
        else:
            from engine.evaluation.perceptor import evaluate_perceptor, match_rows
            from engine.perceptor import load_perceptor

            matched = match_rows(images, rows)
            perceptor = load_perceptor(model).to(compute.device)
            found = asdict(
                evaluate_perceptor(
                    perceptor,
                    images,
                    matched,
                    progress=progress,
                    device=compute.torch_device,
                    dtype=compute.torch_dtype,
                )
            )
    return {figure: value for figure, value in found.items() if value is not None}


def _as_json(model: ModelFolder) -> dict[str, Any]:
    return {
        "name": model.name,
        "kind": model.kind,
        "licence": model.licence,
        "may_sell": model.may_sell,
        "source": model.source,
        "sha256": model.sha256,
        "identity": model.identity,
        "path": str(model.path),
        "figures": dict(model.figures),
    }
