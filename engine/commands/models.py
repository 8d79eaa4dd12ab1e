"""`models`: lists, pulls, adds, joins, verifies and evaluates models."""

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.commands.compute_options import add_options, compute_options
from engine.model_folder import ModelFolder, find_model, list_models, load_model_folder, model_paths
from ganshare.errors import ModelError
from ganshare.progress import reporting

if TYPE_CHECKING:
    from engine.runtime.compute import Compute

__all__ = ["models"]

PATH = click.Path(path_type=Path)


@click.group()
def models() -> None:
    """List, pull, add, join, verify and measure models."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_command(as_json: bool) -> None:
    """List the models, your own first."""
    found = list_models()
    if as_json:
        click.echo(json.dumps([_as_json(model) for model in found]))
        return
    width = max(40, min(100, shutil.get_terminal_size().columns))
    for model in found:
        sold = "may be sold" if model.may_sell else "not for sale"
        told = f"{model.kind}, {_size(model)}, {model.licence}, {sold}, from {model.source}"
        click.echo(model.name)
        click.echo(textwrap.fill(told, width, initial_indent="  ", subsequent_indent="  "))


def _size(model: ModelFolder) -> str:
    """Of all its files, or that one is missing."""
    paths = [model.weights, *(extra.path for extra in model.extras.values())]
    if missing := next((path.name for path in paths if not path.is_file()), None):
        return f"{missing} is missing"
    return f"{sum(path.stat().st_size for path in paths) / 1e6:.1f} MB"


_shared_options = add_options(
    click.option("--name", help="Its name here; by default that of its card or file."),
    click.option(
        "--config", type=PATH, metavar="F",
        help="Its model.json, taming's yaml, or a CLIP's configuration.",
    ),
    click.option("--licence", help='SPDX name; by default "unknown", or a NAME\'s own.'),
    click.option(
        "--may-sell/--may-not-sell", default=None,
        help="Whether its pictures may be sold; by default they may not.",
    ),
    click.option("--sha256", metavar="H", help="SHA-256 of the file to download."),
    click.option("--quiet", is_flag=True, help="Show no progress."),
)  # fmt: skip


@models.command()
@click.argument("source", metavar="FILE|FOLDER|URL")
@click.option(
    "--vocabulary", metavar="F", help="Vocabulary of a CLIP; by default the file beside it."
)
@_shared_options
def add(source: str, sha256: str | None, quiet: bool, **options: Any) -> None:
    """Add a model from a folder, a file or an address.

    \b
    .safetensors  of a VQGAN or upscaler (with its .json), or a CLIP
    .ckpt         of taming-transformers, with its .yaml: a VQGAN, or a transformer with one within
    .pt .pth .bin a CLIP as OpenAI, open_clip or Hugging Face save it, or a VQGAN
    .hdf5 .h5     ISR's weights
    .zip          a bundle of `models bundle`, with the models of a share

    Code inside a file is never run.
    """
    if "://" in source:
        return _pull(source, quiet=quiet, sha256=sha256, **options)
    from engine.model_import.add import add_model
    from engine.model_import.bundle import add_bundle, is_bundle

    if source.endswith(".zip") or (Path(source).is_file() and is_bundle(Path(source))):
        if any(each is not None for each in (sha256, *options.values())):
            raise ModelError("A bundle describes its own contents, so it takes no options.")
        for each in add_bundle(Path(source)):
            click.echo(f"{each.name}: {each.path}")
        return None

    if sha256 is not None:
        raise ModelError("--sha256 is only for downloads.", given=sha256)
    words = options.pop("vocabulary")
    model = add_model(Path(source), vocabulary=words and Path(words), **options)
    click.echo(f"{model.name}: {model.path}")
    if model.kind == "vqgan":
        from engine.model_import.net2net import add_transformer

        try:
            if transformer := add_transformer(Path(source), model, options["config"]):
                click.echo(f"{transformer.name}: {transformer.path}")
        except ModelError as error:  # the VQGAN is there, and can paint
            click.echo(str(error), err=True)
    return None


@models.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--to", type=PATH, required=True, metavar="F.zip", help="The archive.")
@click.option(
    "--community",
    default="this community",
    show_default=True,
    help="Community whose share it is for.",
)
@click.option("--licence-file", type=PATH, metavar="F", help="Text that says what a holder may do.")
@click.option(
    "--may-sell/--may-not-sell",
    default=True,
    show_default=True,
    help="Whether holders may sell what they paint.",
)
def bundle(
    names: tuple[str, ...], to: Path, community: str, licence_file: Path | None, may_sell: bool
) -> None:
    """Pack models into an archive for share holders, who add it with `models add`.

    A model that is not for sale stays so, whatever you choose here.
    """
    from engine.model_import.bundle import write_bundle

    licence = None if licence_file is None else licence_file.read_text("utf-8")
    found = [find_model(name) for name in names]
    digest = write_bundle(found, to, name=community, licence=licence, may_sell=may_sell)
    click.echo(f"{to}: {to.stat().st_size / 1e6:.1f} MB, sha256 {digest}")


@models.command()
@click.argument("wanted", metavar="NAME|URL")
@click.option(
    "--vocabulary", metavar="F|URL#sha256=H", help="Vocabulary of a CLIP; OpenAI's for a NAME."
)
@_shared_options
def pull(wanted: str, quiet: bool, **options: Any) -> None:
    """Download a published model and add it, by its name or from any address.

    docs/models.md lists the names. An interrupted download resumes.
    """
    _pull(wanted, quiet=quiet, **options)


def _pull(wanted: str, *, quiet: bool, **options: Any) -> None:
    from engine.model_import.pull import pull_model

    sentences: list[str] = []
    with reporting(quiet=quiet) as reporter:
        told = ("", 0)

        def progress(file: str, done: int, total: int) -> None:
            nonlocal told
            if file != told[0]:
                reporter.stage(f"downloading {file}, MB", math.ceil(total / 1e6))
            if (file, now := math.ceil(done / 1e6)) != told:
                told = (file, now)
                reporter.advance(now)

        model = pull_model(wanted, progress, tell=sentences.append, **options)
    for sentence in sentences:
        click.echo(sentence, err=True)
    click.echo(f"{model.name}: {model.path}")


@models.command()
@click.argument("name")
@click.argument("members", nargs=-1, required=True, metavar="PERCEPTOR[:WEIGHT]...")
def join(name: str, members: tuple[str, ...]) -> None:
    """Combine perceptors into a model NAME, such as lite-minilm ViT-B-32:2."""
    from engine.model_import.join import join_perceptors

    model = join_perceptors(name, members)
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
@click.option(
    "--labels", type=PATH, metavar="F.csv", help="Columns file, and label, style or title."
)
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
