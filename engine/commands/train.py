"""`train`: trains a model on images and writes a model folder."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from engine.commands.collect import collect
from engine.commands.compute_options import compute_options
from engine.imaging.atomic_write import check_writable, write_bytes
from engine.model_folder import find_model
from engine.runtime.compute import choose_compute
from ganshare.errors import ModelError, ParameterError, quoted
from ganshare.extras import check_extra

__all__ = ["train"]

PATH = click.Path(path_type=Path)
LEAST_HELD_OUT = 8  # the reconstruction grid shows so many
HELD_OUT = 0.06


@click.group()
def train() -> None:
    """Train a model on your images, or collect images."""


train.add_command(collect)


@train.command()
@click.option("--data", type=PATH, required=True, metavar="F", help="A folder or tar of images.")
@click.option(
    "--config",
    type=PATH,
    required=True,
    metavar="F.json|F.yaml",
    help="Training configuration: GANshare's, or taming-transformers'.",
)
@click.option(
    "--out", type=PATH, required=True, metavar="D", help="Folder for checkpoints, logs and model."
)
@click.option(
    "--labels", type=PATH, metavar="F.csv", help="Table with columns file and --group-by."
)
@click.option(
    "--group-by",
    default="artist",
    show_default=True,
    help="With --labels: keep the images of a group on the same side of the split.",
)
@click.option("--resume", is_flag=True, help="Continue from the last checkpoint in --out.")
@click.option(
    "--from",
    "start",
    metavar="NAME",
    help="Start from this model's encoder and decoder, such as paintings-f8.",
)
@click.option("--minutes", type=float, help="How long to train; by default as configured.")
@click.option("--steps", type=int, help="How many steps to train instead; reproducible.")
@click.option(
    "--name", default="vqgan", show_default=True, help="Name of the model folder in --out."
)
@click.option(
    "--licence", default="unknown", show_default=True, help="Licence of the trained weights."
)
@compute_options()
def vqgan(
    data: Path,
    config: Path,
    out: Path,
    labels: Path | None,
    group_by: str,
    resume: bool,
    start: str | None,
    minutes: float | None,
    steps: int | None,
    name: str,
    licence: str,
    **options: Any,
) -> None:
    """Train a VQGAN and measure it on images that were held out.

    Several processes started by torchrun share each batch.
    """
    architecture, settings = read_vqgan_configuration(config, steps)
    if minutes is not None:
        settings |= {"minutes": minutes, "steps": 0}
    if steps is not None:
        settings["steps"] = steps
    if not settings.get("minutes", 0) > 0 and not settings.get("steps", 0) > 0:
        message = "Training needs more than 0 minutes or steps; say how long: --minutes or --steps."
        raise ParameterError(message, given=steps if minutes is None else minutes)
    check_extra("train")

    from engine.evaluation.vqgan import evaluate_vqgan
    from engine.imaging.dataset import ImageSet, read_labels, split_held_out
    from engine.perceptor import default_perceptor
    from engine.training.export import export_model
    from engine.training.vqgan import VQGANTraining
    from engine.training.vqgan_run import train_vqgan
    from engine.vqgan import VQGANConfig, load_vqgan

    compute = choose_compute(**options)
    try:
        model_config = VQGANConfig.from_json(architecture)
        training = VQGANTraining(**settings)
    except (KeyError, TypeError, ValueError) as error:
        message = f"The configuration {quoted(config.name)} is not of a VQGAN: {error}."
        raise ParameterError(message, given=str(config)) from error
    first = None if start is None else load_vqgan(find_model(start, "vqgan"))
    # the codebook is new and may have another size
    if first is not None and first.config != replace(
        model_config, codebook_size=first.config.codebook_size
    ):
        message = (
            f"The model {quoted(start or '')} is built otherwise than {quoted(config.name)} says."
        )
        raise ModelError(message, given=start)
    images = ImageSet.read(data)
    groups = list(images.names)
    if labels is not None:
        known = read_labels(labels, group_by)
        groups = [known.get(image.rpartition("/")[2], image) or image for image in images.names]
    trained_on, held_out = split_held_out(groups, max(HELD_OUT, LEAST_HELD_OUT / len(groups)))
    if len(held_out) < LEAST_HELD_OUT or not trained_on:
        message = f"{len(images)} images are too few to hold {LEAST_HELD_OUT} out."
        raise ParameterError(message, given=len(images))
    whole = [index for index in held_out if images.is_whole(index)]
    if len(whole) < LEAST_HELD_OUT:
        message = f"Only {len(whole)} of {len(held_out)} held-out images can be read."
        raise ParameterError(message, given=len(whole), allowed=LEAST_HELD_OUT)
    unseen = images.subset(whole)
    model = train_vqgan(
        images.subset(trained_on),
        unseen,
        model_config,
        training,
        out,
        start=first,
        resume=resume,
        compute=compute,
    )
    if os.environ.get("RANK", "0") != "0":
        return  # the first process measures and exports
    figures = asdict(evaluate_vqgan(model.eval(), unseen, perceptor=default_perceptor()))
    figures = {name: value for name, value in figures.items() if value is not None}
    folder = export_model(
        model.state_dict(),
        architecture,
        out / name,
        kind="vqgan",
        licence=licence,
        source=f"trained on {data.name}",
        figures=figures,
    )
    click.echo(json.dumps(figures))
    click.echo(str(folder.path))


@train.command()
@click.option(
    "--data",
    type=PATH,
    required=True,
    metavar="D",
    help="Folder that the paths in --config are relative to.",
)
@click.option(
    "--config", type=PATH, required=True, metavar="F.json", help="Data and training settings."
)
@click.option(
    "--out", type=PATH, required=True, metavar="D", help="Folder for features and the model."
)
@click.option("--resume", is_flag=True, help="Reuse the features in --out.")
@click.option(
    "--name", default="perceptor", show_default=True, help="Name of the model folder in --out."
)
@click.option(
    "--licence", default="unknown", show_default=True, help="Licence of the trained weights."
)
@click.option("--may-sell", is_flag=True, help="Allow the sale of pictures made with it.")
@compute_options(only=("dtype", "threads"))
def perceptor(
    data: Path,
    config: Path,
    out: Path,
    resume: bool,
    name: str,
    licence: str,
    may_sell: bool,
    **options: Any,
) -> None:
    """Train the heads of a perceptor on pictures with captions."""
    _, settings = read_configuration(config)

    from engine.training.perceptor import (
        VOCABULARY,
        export_perceptor,
        load_language,
        train_perceptor,
    )
    from engine.training.perceptor_dataset import PerceptorTraining

    compute = choose_compute("cpu", **options)
    paths = {field: data / value for field, value in settings.items() if isinstance(value, str)}
    try:
        training = PerceptorTraining(**{**settings, **paths})
    except TypeError as error:
        message = f"The configuration {quoted(config.name)} is not of a perceptor: {error}."
        raise ParameterError(message, given=str(config)) from error
    for field, path in paths.items():
        if not path.exists():
            raise ParameterError(f"The {field} of {config.name} are missing: {path}.", given=field)
    heads = train_perceptor(training, out, resume=resume, dtype=compute.torch_dtype)
    folder = export_perceptor(
        heads,
        load_language(training, out),
        out / VOCABULARY,
        out / name,
        trunk=training.trunk,
        licence=licence,
        may_sell=may_sell,
        source=f"trained on {data.name}",
    )
    click.echo(str(folder.path))


@train.command()
@click.option(
    "--data",
    "sources",
    type=PATH,
    required=True,
    multiple=True,
    metavar="F",
    help="A folder or tar of images; repeatable.",
)
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="F.safetensors",
    help="Output file, saved every few minutes.",
)
@click.option(
    "--minutes", type=click.FloatRange(0, min_open=True), required=True, help="How long to train."
)
@click.option(
    "--epsilon",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Radius of the largest adversarial attack on a view.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(2),
    default=640,
    show_default=True,
    help="Views per step.",
)
@click.option("--from", "start", type=PATH, metavar="F", help="Continue from an earlier --out.")
@compute_options()
def trunk(
    sources: tuple[Path, ...],
    out: Path,
    minutes: float,
    epsilon: float,
    batch_size: int,
    start: Path | None,
    **options: Any,
) -> None:
    """Train a robust image encoder for `train perceptor`.

    Uses a GPU if there is one.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save

    from engine.imaging.dataset import ImageSet
    from engine.perceptor.efficientnet import EfficientNetLite
    from engine.training.efficientnet_teacher import load_lite0
    from engine.training.robust_trunk import TrunkTraining, Views, train_trunk

    def write(taught: EfficientNetLite) -> None:
        state = {name: value.half().cpu() for name, value in taught.state_dict().items()}
        write_bytes(out, save({name: value.contiguous() for name, value in state.items()}))

    check_writable(out)
    compute = choose_compute(**options)
    first = None
    if start is not None:
        try:
            first = load_lite0(start)
        except (OSError, SafetensorError, RuntimeError) as error:
            message = f"{quoted(str(start))} is not a trunk that --out wrote."
            raise ModelError(message, given=str(start)) from error
    training = TrunkTraining(minutes, epsilon, batch_size=batch_size)
    images = [ImageSet.read(source) for source in sources]
    views = Views(images, training.side, compute.torch_device)
    train_trunk(views, training, first, write, compute.torch_dtype)
    click.echo(str(out))


def read_vqgan_configuration(
    path: Path, steps: int | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ours, or taming-transformers' YAML; raises ModelError."""
    if path.suffix not in (".yaml", ".yml"):
        return read_configuration(path)
    from engine.model_import.taming import read_taming_training

    try:
        return read_taming_training(path.read_text(encoding="utf-8"), steps)
    except (OSError, UnicodeDecodeError) as error:
        message = f"The configuration {quoted(str(path))} cannot be read."
        raise ModelError(message, given=str(path)) from error


def read_configuration(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The "architecture" and the "training" of a JSON file; raises ModelError."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return dict(fields["architecture"]), dict(fields["training"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = (
            f"The configuration {quoted(str(path))} cannot be read; it must be a JSON object with "
            '"architecture" and "training".'
        )
        raise ModelError(message, given=str(path)) from error
