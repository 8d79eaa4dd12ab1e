"""`paint`: paints a prompt and writes a PNG with its manifest.

Everything that needs no torch is checked first, so that mistakes are reported at once.
"""

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.commands.compute_options import compute_options, setting
from engine.commands.method_options import (
    Options,
    changes_from,
    method_options,
    motion_from,
    split_weight,
)
from engine.commands.paint_outputs import check_outputs, slug
from engine.commands.several_paintings import LoadOnce, read_prompts
from engine.model_folder import ModelKind, default_model, find_model, sha256_of
from engine.synthesis.request import PaintingRequest, attributes_of, parse_noise_prompt
from ganshare.domain.asked_prompt import PaintOptions, read_prompt
from ganshare.domain.limits import DEFAULT_INIT_FIT, INIT_FITS
from ganshare.domain.presets import DEFAULT_PRESET, PRESETS
from ganshare.errors import ImageError, ParameterError, PromptError, quoted
from ganshare.extras import check_extra
from ganshare.progress import Reporter, reporting
from ganshare.prompts import WeightedPrompt, draw_prompt, format_prompts, parse_prompts
from ganshare.prompts.languages import (
    PromptReading,
    UnreadablePromptError,
    list_words,
    read_languages,
)

if TYPE_CHECKING:
    from engine.model_folder import ModelFolder
    from engine.synthesis.canvas import Frame
    from engine.synthesis.manifest import Manifest
    from engine.synthesis.pipeline import LoadPainter, Models, Outputs
    from engine.synthesis.settings import SynthesisSettings

__all__ = ["Options", "paint", "prepare", "run", "with_images"]

GRAMMAR_HELP = """\b
PROMPT may have parts, with weights, divided by |: a castle | sea:0.5 | fog:-0.3
A weight is a number that ends a part, after a colon that follows a letter.
Within PROMPT, too: --ar 16:9, --no fog, --preset, --seed, --size, --steps.
Text in quotes is painted as it is; so is a | or a : after a backslash.
"""

FILE = click.Path(path_type=Path)


def _told_presets() -> str:
    told = (
        f"{name}: {each.steps} steps at {each.side}x{each.side}, {each.num_cutouts} cutouts"
        for name, each in PRESETS.items()
    )
    return f"{'; '.join(told)}."


@click.command(epilog=GRAMMAR_HELP)
@click.argument("prompt", required=False)
@click.option("--seed", type=int, help="The same seed gives the same painting; random by default.")
@click.option(
    "--preset",
    type=click.Choice(tuple(PRESETS), case_sensitive=False),
    help=f"How much work to put in; {DEFAULT_PRESET} by default. {_told_presets()}",
)
@click.option("--steps", type=int, help="How many steps to take, instead of the preset's.")
@click.option(
    "--size",
    metavar="WxH",
    help="Canvas size, instead of the preset's; upscaled to 1024 px afterwards.",
)
@click.option("--model", metavar="NAME", help="The VQGAN to paint with.")
@click.option(
    "--perceptor",
    metavar="NAME",
    default=setting("perceptor"),
    help="The perceptor that guides the painting.",
)
@click.option(
    "--upscaler", metavar="NAME", default=setting("upscaler"), help="The super-resolution model."
)
@click.option(
    "--num-cutouts",
    type=int,
    help="How many cutouts the perceptor sees per step, instead of the preset's.",
)
@click.option("--init-image", type=FILE, metavar="F", help="Start from this picture.")
@click.option(
    "--init-fit",
    type=click.Choice(INIT_FITS),
    default=DEFAULT_INIT_FIT,
    show_default=True,
    help="How it fills the canvas: cropped, whole with mirrored borders, or stretched.",
)
@click.option(
    "--target-image",
    type=FILE,
    metavar="F[:WEIGHT]",
    multiple=True,
    help="Move towards this picture; a negative weight pushes away from it.",
)
@click.option(
    "--noise-prompt",
    metavar="SEED:WEIGHT",
    multiple=True,
    help="Move in a random direction for variety, such as 7:0.3.",
)
@method_options
@click.option("--frames-dir", type=FILE, metavar="D", help="Folder to save frames in.")
@click.option(
    "--save-every", type=int, metavar="N", help="Save a frame every N steps, for frames and video."
)
@click.option("--video", type=FILE, metavar="F", help="Save an animation: .mp4, .gif or .webp.")
@click.option(
    "--out", type=FILE, metavar="F.png", help="The picture; by default named for the prompt."
)
@click.option("--no-upscale", is_flag=True, help="Don't upscale; keep the canvas size.")
@click.option(
    "--prompts",
    type=FILE,
    metavar="F.txt",
    help="File with one prompt per line, instead of PROMPT.",
)
@click.option(
    "-n",
    "--count",
    type=click.IntRange(1, 10_000),
    default=1,
    help="How many paintings of each prompt.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as the last line.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@compute_options()
def paint(prompts: Path | None, count: int, **options: object) -> None:
    """Paint PROMPT, such as "a castle | stormy sea:0.5 | people:-0.3", or a random prompt.

    With several paintings, each has the next seed and a numbered file; the models are loaded once.
    """
    asked = Options(**options)  # type: ignore[arg-type]  # click gives the options declared above
    if prompts is None and count == 1:
        return run(asked)
    return _paint_many(asked, prompts, count)


def _paint_many(options: Options, file: Path | None, count: int) -> None:
    """Paint every prompt `count` times; `--out a.png` becomes a-0001.png, a-0002.png, ...

    Raises:
        ParameterError: an option that is for one painting alone.
        PromptError: both a prompt and a file of prompts, or a file that cannot be read.
    """
    if options.frames_dir is not None or options.video is not None:
        message = "--frames-dir and --video are for one painting; leave out -n and --prompts."
        raise ParameterError(message, given=count)
    if file is not None and options.prompt is not None:
        message = f"Give either a prompt or {quoted(str(file))}, not both."
        raise PromptError(message, given=options.prompt)
    prompts = [options.prompt] if file is None else read_prompts(file)
    first = secrets.randbelow(2**31) if options.seed is None else options.seed
    load, number = LoadOnce(), 0
    for prompt in prompts:
        for offset in range(count):
            number += 1
            out = options.out and options.out.with_stem(f"{options.out.stem}-{number:04}")
            one = replace(options, prompt=prompt, seed=first + offset, out=out)
            run(one, load)


@dataclass(frozen=True)
class Prepared:
    """A checked command line: what to paint, and with which models."""

    request: PaintingRequest
    text: str
    painted: str | None  # what the prompt was read as, if that is another text
    reading: PromptReading
    vqgan: "ModelFolder"
    perceptor: "ModelFolder"
    upscaler: "ModelFolder | None"
    changes: dict[str, Any]  # of the loop's settings

    @property
    def settings(self) -> "SynthesisSettings | None":
        """The loop's settings; None if they are its own."""
        from engine.synthesis.settings import SynthesisSettings

        return SynthesisSettings.from_json(self.changes) if self.changes else None


def prepare(options: Options) -> Prepared:
    """Check what needs no torch, and draw what was left open; images are read later."""
    given = PaintOptions(
        seed=options.seed, steps=options.steps, size=options.size,
        num_cutouts=options.num_cutouts, preset=options.preset, model=options.model,
    )  # fmt: skip
    text = options.prompt
    if text is None:  # a random prompt is drawn from the painting's own seed
        seed = secrets.randbelow(2**32) if given.seed is None else given.seed
        text, given = draw_prompt(seed).text, replace(given, seed=seed)
    asked = read_prompt(text, given)
    seed = secrets.randbelow(2**32) if asked.seed is None else asked.seed
    perceptor = _model(options.perceptor, "perceptor")
    reading = _read(asked.parts, perceptor)
    prompts = reading.prompts
    request = PaintingRequest(
        prompts, attributes_of(prompts), seed, asked.width, asked.height, asked.steps,
        asked.num_cutouts, noise_prompts=tuple(map(parse_noise_prompt, options.noise_prompt)),
        preset=asked.preset, motion=motion_from(options),
        story=tuple(_read(parse_prompts(each), perceptor).prompts for each in options.story),
    )  # fmt: skip
    changes = changes_from(options)
    vqgan = _model(asked.model or setting("model")(), "vqgan")
    upscaler = None if options.no_upscale else _model(options.upscaler, "upscaler")
    targets = (split_weight(each)[0] for each in options.target_image)
    for path in (*([options.init_image] if options.init_image else []), *targets):
        if not path.exists():
            raise ImageError(f"There is no image {quoted(str(path))}.", given=str(path))
    painted = format_prompts(prompts) if reading.is_changed else None
    return Prepared(request, asked.text, painted, reading, vqgan, perceptor, upscaler, changes)


def run(options: Options, load_painter: "LoadPainter | None" = None) -> None:
    """Check everything, paint, print; see `paint` for the errors' place."""
    prepared = prepare(options)
    text, painted, reading = prepared.text, prepared.painted, prepared.reading
    seed = prepared.request.seed
    out = options.out or Path(f"{slug(painted or text)}-{seed}.png")
    check_outputs(out, options)
    check_extra("engine")
    if not options.quiet and not options.as_json:
        told = "" if painted is None else f"\nread as: {painted}"
        click.echo(f"{text}{told}\nseed {seed}", err=True)
    if reading.unread:
        words = list_words(reading.unread)
        click.echo(
            f"Left out, because it cannot be read: {words}. {reading.hint}".rstrip(), err=True
        )

    with reporting(quiet=options.quiet) as reporter:
        reporter.stage("loading the models", 1)
        reporter.advance(0)  # importing torch is a part of it

        from engine.runtime.compute import choose_compute
        from engine.synthesis.pipeline import Models, Outputs, manifest_path

        compute = choose_compute(options.device, options.dtype, options.threads)
        models = Models(prepared.vqgan, prepared.perceptor, prepared.upscaler, compute)
        outputs = Outputs(out, options.frames_dir, options.video)
        manifest = _execute(prepared, models, outputs, options, load_painter, reporter)
    if options.as_json:
        click.echo(json.dumps(manifest.to_json()))
    else:
        if manifest.plateau_step is not None and not options.quiet:
            taken = f"{manifest.steps_taken} of {manifest.steps} steps"
            click.echo(f"finished after {taken}: no further progress", err=True)
        click.echo(f"{out}\n{manifest_path(out)}")


def _execute(
    prepared: Prepared,
    models: "Models",
    outputs: "Outputs",
    options: Options,
    load_painter: "LoadPainter | None",
    reporter: Reporter,
) -> "Manifest":
    from engine.synthesis.pipeline import LONG_SIDE
    from engine.synthesis.pipeline import paint as paint_request

    request, draft = with_images(prepared, models, options)
    film, frames, painted = None, 0, 0
    if options.init_video is not None:
        from engine.imaging.read_video import count_frames, read_video

        frames, film = count_frames(options.init_video), read_video(options.init_video)

    def on_loaded() -> None:
        reporter.advance(1)
        reporter.stage("painting", request.steps if film is None else frames)

    def on_frame(frame: "Frame") -> None:
        nonlocal painted
        painted += 1
        note = f"loss {frame.loss:.3f}"
        if frame.plateau_step is not None:
            reporter.resize(frame.steps)
            note += f", no further progress: {frame.steps} of {request.steps} steps"
        reporter.advance(frame.step if film is None else painted, note)

    def on_tile(done: int, total: int) -> None:
        if done == 1:
            reporter.stage(f"upscaling to {LONG_SIDE}", total)
        reporter.advance(done)

    return paint_request(
        request,
        draft,
        models,
        outputs,
        every=options.save_every,
        load_painter=load_painter,
        on_loaded=on_loaded,
        on_frame=on_frame,
        on_tile=on_tile,
        settings=prepared.settings,
        film=film,
    )


def with_images(
    prepared: Prepared, models: "Models", options: Options
) -> "tuple[PaintingRequest, Manifest]":
    """The request with its images, and the draft of its manifest, which names their sums."""
    from engine.imaging.codecs import read_image
    from engine.synthesis.pipeline import draft_manifest

    init = options.init_image
    weighted = [split_weight(each) for each in options.target_image]
    targets, weights = [path for path, _ in weighted], tuple(weight for _, weight in weighted)
    request = replace(
        prepared.request,
        init_image=read_image(init) if init else None,
        init_fit=options.init_fit,
        target_images=tuple(read_image(path) for path in targets),
        target_weights=weights if any(weight != 1.0 for weight in weights) else (),
    )
    begun = init or options.init_video
    draft = draft_manifest(
        request,
        prepared.text,
        models,
        reading=prepared.painted,
        init_image_sha256=sha256_of(begun) if begun else None,
        target_images_sha256=tuple(sha256_of(path) for path in targets),
        settings=prepared.settings,
    )
    return request, draft


def _read(prompts: tuple[WeightedPrompt, ...], perceptor: "ModelFolder") -> PromptReading:
    """Read a prompt's languages; an error says what to install on this machine."""
    try:
        return read_languages(prompts, perceptor.reads)
    except UnreadablePromptError as error:
        raise PromptError(f"{error.message} {error.hint}".rstrip(), given=error.given) from error


def _model(name: str | None, kind: ModelKind) -> "ModelFolder":
    return default_model(kind) if name is None else find_model(name, kind)
