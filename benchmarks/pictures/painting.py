"""Paints lists of prompts into a folder, as `ganshare paint` does, and goes on where it stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from engine.model_folder import ModelKind, default_model, find_model
from engine.synthesis.pipeline import Models, Outputs, draft_manifest, paint
from engine.synthesis.request import (
    DEFAULT_CUTOUTS,
    DEFAULT_SIDE,
    DEFAULT_STEPS,
    PaintingRequest,
    attributes_of,
    parse_size,
)
from ganshare.prompts import parse_prompts

__all__ = ["Options", "Work", "paint_missing", "painting_options"]


@dataclass(frozen=True)
class Options:
    """How to paint."""

    size: str = f"{DEFAULT_SIDE}x{DEFAULT_SIDE}"
    steps: int = DEFAULT_STEPS
    num_cutouts: int = DEFAULT_CUTOUTS
    model: str | None = None
    perceptor: str | None = None
    upscaler: str | None = None
    no_upscale: bool = False


@dataclass(frozen=True)
class Work:
    """A prompt, its seed, and where its picture belongs."""

    path: Path
    prompt: str
    seed: int


def painting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the fields of `Options` and `--threads`."""
    options = (
        click.option("--size", default=Options.size, show_default=True, metavar="WxH"),
        click.option("--steps", type=click.IntRange(1), default=Options.steps, show_default=True),
        click.option(
            "--num-cutouts", type=click.IntRange(1), default=Options.num_cutouts, show_default=True
        ),
        click.option("--model", metavar="NAME", help="The VQGAN; by default the embedded one."),
        click.option("--perceptor", metavar="NAME", help="By default the embedded one."),
        click.option("--upscaler", metavar="NAME", help="By default the embedded one."),
        click.option("--no-upscale", is_flag=True, help="Don't upscale; keep the canvas size."),
        click.option("--threads", type=click.IntRange(1), help="Of torch; by default all cores."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def paint_missing(works: Sequence[Work], options: Options) -> None:
    """Paint the works whose pictures aren't there."""
    from engine.synthesis.loop import load_painter

    models = Models(
        _model(options.model, "vqgan"),
        _model(options.perceptor, "perceptor"),
        None if options.no_upscale else _model(options.upscaler, "upscaler"),
    )
    width, height = parse_size(options.size)
    missing = [work for work in works if not work.path.exists()]
    if not missing:
        return
    painter = load_painter(models.vqgan, models.perceptor)
    for work in track(missing, "painting", console=Console(stderr=True)):
        parts = parse_prompts(work.prompt)
        request = PaintingRequest(
            parts, attributes_of(parts), work.seed, width, height, options.steps,
            options.num_cutouts,
        )  # fmt: skip
        draft = draft_manifest(request, work.prompt, models)
        paint(request, draft, models, Outputs(work.path), load_painter=lambda *_: painter)


def _model(name: str | None, kind: ModelKind) -> Any:
    return default_model(kind) if name is None else find_model(name, kind)
