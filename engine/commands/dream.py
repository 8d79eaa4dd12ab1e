"""`dream`: generates a picture with a transformer of the VQGAN paper, without a prompt."""

import json
import secrets
from pathlib import Path
from typing import Any

import click

from engine.commands.compute_options import compute_options
from engine.imaging.atomic_write import check_writable, write_bytes
from engine.model_folder import find_model
from ganshare.domain.limits import check_range, parse_size
from ganshare.errors import ModelError, ParameterError, quoted
from ganshare.progress import reporting

__all__ = ["dream"]

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--model", required=True, metavar="NAME", help="A model of kind transformer.")
@click.option(
    "--class",
    "label",
    type=int,
    metavar="N",
    help="The class, if the transformer was trained with classes.",
)
@click.option("--seed", type=int, help="The same seed gives the same picture; random by default.")
@click.option("--size", default="256x256", show_default=True, metavar="WxH", help="Size in pixels.")
@click.option(
    "--temperature", type=float, default=1.0, show_default=True, help="Above 1, choices are bolder."
)
@click.option(
    "--top-k",
    type=int,
    default=100,
    show_default=True,
    help="Choose among this many likeliest codes.",
)
@click.option(
    "--init-image", type=PATH, metavar="F", help="Continue from the upper part of this picture."
)
@click.option(
    "--keep",
    type=float,
    default=0.5,
    show_default=True,
    help="How much of it to keep, from 0 to 1.",
)
@click.option(
    "--out", type=PATH, metavar="F.png", help="The picture; by default named for model and seed."
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@compute_options()
def dream(
    model: str,
    label: int | None,
    seed: int | None,
    size: str,
    temperature: float,
    top_k: int,
    init_image: Path | None,
    keep: float,
    out: Path | None,
    *,
    quiet: bool,
    **options: Any,
) -> None:
    """Generate a picture with a transformer, from nothing, a class or part of a picture.

    `ganshare models add` adds the transformer of a Net2Net checkpoint as NAME-transformer.
    """
    folder = find_model(model, "transformer")
    seed = secrets.randbelow(2**32) if seed is None else seed
    check_range("seed", seed, 0, 2**32 - 1)
    check_range("top_k", top_k, 1, 1_000_000)
    for name, value, most in (("temperature", temperature, 100.0), ("keep", keep, 1.0)):
        if not 0 < value <= most:
            message = f"The {name} {value} is out of range; allowed is above 0, up to {most:g}."
            raise ParameterError(message, given=value, allowed=most)
    width, height = parse_size(size)
    out = out or Path(f"{model}-{seed}.png")
    check_writable(out)

    import torch

    from engine.imaging.codecs import fit_cover, read_image, to_png
    from engine.runtime.compute import choose_compute
    from engine.vqgan import load_vqgan
    from engine.vqgan.transformer import first_stage_of, load_transformer, sample_codes

    compute = choose_compute(**options)
    name, identity = first_stage_of(folder.architecture)
    first_stage = find_model(name, "vqgan")
    if first_stage.identity != identity:
        message = f"The VQGAN {quoted(name)} is not the one that {quoted(model)} was trained with."
        raise ModelError(message, given=name)
    vqgan = load_vqgan(first_stage).to(compute.device)
    factor = vqgan.factor
    if width % factor or height % factor:
        message = f"The size {size} is not a multiple of {factor} pixels, the side of a cell."
        raise ParameterError(message, given=size, allowed=factor)
    transformer = load_transformer(folder).to(compute.device)
    start, known = torch.zeros(height // factor, width // factor, dtype=torch.long), 0
    if init_image is not None:
        fitted = fit_cover(read_image(init_image), width, height)[None].to(compute.device)
        with torch.inference_mode():
            start = vqgan.encode(fitted * 2 - 1).indices[0].cpu()
        known = int(keep * start.shape[0]) * start.shape[1]
    with reporting(quiet=quiet) as reporter:
        reporter.stage("drawing codes", start.numel())
        codes = sample_codes(
            transformer, start, known, label=label, factor=factor, temperature=temperature,
            top_k=top_k, codebook_size=vqgan.config.codebook_size,
            generator=torch.Generator().manual_seed(seed),
            progress=lambda done, _: reporter.advance(done),
        )  # fmt: skip
    with torch.inference_mode():
        picture = vqgan.decode_indices(codes[None].to(compute.device))[0].float() * 0.5 + 0.5
    to_png(picture.clamp(0, 1), out)
    told = {
        "model": model, "sha256": folder.identity, "first_stage": identity, "seed": seed,
        "class": label, "size": [width, height], "temperature": temperature, "top_k": top_k,
        "kept_cells": known,
    }  # fmt: skip
    write_bytes(Path(f"{out}.json"), (json.dumps(told, indent=2) + "\n").encode())
    click.echo(str(out))
