"""`verify`: repaints a painting from its manifest and compares the two."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.commands.compute_options import compute_options
from engine.imaging.atomic_write import check_writable
from ganshare.errors import ImageError, ParameterError, quoted
from ganshare.extras import check_extra
from ganshare.progress import reporting

if TYPE_CHECKING:
    from engine.synthesis.pipeline import LoadPainter
    from engine.verification import Difference, Verification

__all__ = ["EXIT_DIFFERENT", "run", "verify"]

FILE = click.Path(path_type=Path)
EXIT_DIFFERENT = 1


@click.command()
@click.argument("picture", type=FILE)
@click.option("--init-image", type=FILE, metavar="F", help="The picture that it started from.")
@click.option(
    "--target-image", type=FILE, metavar="F", multiple=True, help="A picture it should become like."
)
@click.option("--out", type=FILE, metavar="F.png", help="Save the new painting.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@compute_options("painted")
def verify(
    picture: Path,
    init_image: Path | None,
    target_image: tuple[Path, ...],
    out: Path | None,
    as_json: bool,
    quiet: bool,
    device: str,
    dtype: str,
    threads: int | None,
) -> int:
    """Paint PICTURE again from its manifest, and compare the two pictures.

    The manifest is in the PNG or beside it, as PICTURE.json. The result is equal (the same pixels),
    equal to the eye (a PSNR of 40 dB or more) or different, with a list of what has changed since
    then, such as device, threads or versions. The exit code is 0 for equal and equal to the eye, 1
    for different, and 2 if something needed is missing.
    """
    return run(
        picture, init_image, target_image, out, device, dtype, threads,
        as_json=as_json, quiet=quiet,
    )  # fmt: skip


def run(
    picture: Path,
    init_image: Path | None = None,
    target_images: tuple[Path, ...] = (),
    out: Path | None = None,
    device: str = "auto",
    dtype: str = "auto",
    threads: int | None = None,
    *,
    as_json: bool = False,
    quiet: bool = False,
    load_painter: "LoadPainter | None" = None,
) -> int:
    """Paint again, compare, print; the exit code."""
    check_extra("engine")
    if out is not None:
        if out.suffix.lower() != ".png":
            message = f"The picture {quoted(out.name)} must end in .png."
            raise ParameterError(message, given=out.suffix, allowed=(".png",))
        check_writable(out)
    with reporting(quiet=quiet) as reporter, tempfile.TemporaryDirectory() as folder:
        reporter.stage("loading the models", 1)
        reporter.advance(0)  # importing torch is a part of it

        from functools import partial

        from engine import verification as verifying
        from engine.synthesis.loop import load_painter as load_real_painter
        from engine.synthesis.manifest import find_manifest
        from engine.synthesis.pipeline import Models, Outputs, draft_manifest, paint

        manifest = find_manifest(picture)
        init, targets = verifying.matching_images(manifest, init_image, target_images)
        try:
            request = verifying.request_of(manifest, init, targets)
            settings = verifying.settings_of(manifest)
        except (AttributeError, TypeError, ValueError) as error:
            message = f"The manifest of {quoted(str(picture))} is damaged."
            raise ImageError(message, given=str(picture)) from error
        models = Models(
            verifying.model_of(manifest.model, "vqgan"),
            verifying.model_of(manifest.perceptor, "perceptor"),
            None if (grown := manifest.upscaler) is None else verifying.model_of(grown, "upscaler"),
            verifying.compute_of(manifest, device, dtype, threads),
        )

        def on_loaded() -> None:
            reporter.advance(1)
            reporter.stage("painting again", request.steps)

        def on_tile(done: int, total: int) -> None:
            if done == 1:
                reporter.stage("upscaling", total)
            reporter.advance(done)

        repainted = out or Path(folder) / "repainted.png"
        again = paint(
            request,
            draft_manifest(
                request,
                manifest.prompt,
                models,
                init_image_sha256=manifest.init_image_sha256,
                target_images_sha256=manifest.target_images_sha256,
                settings=settings,
            ),
            models,
            Outputs(repainted),
            load_painter=load_painter or partial(load_real_painter, settings=settings),
            on_loaded=on_loaded,
            on_frame=lambda frame: reporter.advance(frame.step, f"loss {frame.loss:.3f}"),
            on_tile=on_tile,
        )
        found = verifying.compare(picture, repainted)
        differ = verifying.differences(manifest, again)
    _print(found, differ, as_json=as_json, is_old=manifest.compute is None)
    return EXIT_DIFFERENT if found.verdict == "different" else 0


def _print(
    found: "Verification", differ: "Sequence[Difference]", *, as_json: bool, is_old: bool
) -> None:
    if as_json:
        told = {**asdict(found), "differences": [asdict(each) for each in differ]}
        click.echo(json.dumps({**told, "compute_known": not is_old}))
        return
    decibels = "" if found.psnr is None else f" (PSNR {found.psnr:.1f} dB)"
    click.echo(
        {
            "equal": "equal: every pixel is the same",
            "equal to the eye": f"equal to the eye{decibels}",
            "different": f"different{decibels or ': another size'}",
        }[found.verdict]
    )
    if is_old:
        click.echo(
            "The manifest is an old one, which doesn't say what was computed on: this machine "
            "chose for itself."
        )
    for each in differ:
        click.echo(f"  {each.what}: {each.then or 'unknown'} then, {each.now or 'unknown'} now")
