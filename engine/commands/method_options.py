"""The options of `paint`: their values, and those for stories, films and other ways to paint."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from engine.commands.compute_options import add_options
from engine.synthesis.method import AUGMENTATIONS, CUT_METHODS, OPTIMISERS, changes_of
from engine.synthesis.motion import Motion
from ganshare.domain.limits import DEFAULT_INIT_FIT
from ganshare.errors import ImageError, ParameterError, quoted

__all__ = ["Options", "changes_from", "check_film", "method_options", "motion_from", "split_weight"]

MOVE_EVERY = 10  # steps


@dataclass(frozen=True)
class Options:
    """The command line, unchecked."""

    prompt: str | None = None
    seed: int | None = None
    preset: str | None = None
    steps: int | None = None
    size: str | None = None
    model: str | None = None
    perceptor: str | None = None
    upscaler: str | None = None
    num_cutouts: int | None = None
    init_image: Path | None = None
    init_fit: str = DEFAULT_INIT_FIT
    target_image: tuple[Path, ...] = ()
    noise_prompt: tuple[str, ...] = ()
    frames_dir: Path | None = None
    save_every: int | None = None
    video: Path | None = None
    out: Path | None = None
    no_upscale: bool = False
    as_json: bool = False
    quiet: bool = False
    story: tuple[str, ...] = ()
    init_weight: float | None = None
    optimiser: str | None = None
    step_size: float | None = None
    starts: int | None = None
    cut_method: str | None = None
    cut_power: float | None = None
    augment: tuple[str, ...] = ()
    zoom: float | None = None
    pan: str | None = None
    init_video: Path | None = None
    device: str = "auto"
    dtype: str = "auto"
    threads: int | None = None


method_options = add_options(
    click.option(
        "--story",
        metavar="PROMPT",
        multiple=True,
        help="Switch to this prompt on the way; repeatable, with equal shares of the steps.",
    ),
    click.option(
        "--init-weight", type=float, metavar="W", help="Stay close to the init image, such as 0.5."
    ),
    click.option("--optimiser", type=click.Choice(OPTIMISERS), help="adam by default."),
    click.option("--step-size", type=float, metavar="S", help="Of the optimiser; 0.1 by default."),
    click.option(
        "--starts",
        type=int,
        metavar="N",
        help="Start N times and keep the start that shows the subject best.",
    ),
    click.option(
        "--cut-method",
        type=click.Choice(tuple(CUT_METHODS)),
        help="What each cutout sees: whole and part by turns (views), a part as in the notebooks "
        "(crops), or nearly everything (whole).",
    ),
    click.option(
        "--cut-power", type=float, metavar="P", help="Above 1, more of the cutouts are small."
    ),
    click.option(
        "--augment",
        metavar="NAME=VALUE",
        multiple=True,
        help=f"How cutouts differ: {', '.join(AUGMENTATIONS)}; such as grey=0, or none of them.",
    ),
    click.option(
        "--zoom", type=float, metavar="Z", help="Film: zoom per frame, such as 1.02."
    ),
    click.option(
        "--pan", metavar="X,Y", help="Film: move right and down by these pixels per frame."
    ),
    click.option(
        "--init-video",
        type=click.Path(path_type=Path),
        metavar="F",
        help="Repaint each frame of this film; --video names the result.",
    ),
)  # fmt: skip


def changes_from(options: Options) -> dict[str, Any]:
    """What differs from the default settings; raises ParameterError."""
    if options.init_weight is not None and not (options.init_image or options.init_video):
        message = "--init-weight is a distance from an init image; give one with --init-image."
        raise ParameterError(message, given=options.init_weight)
    return changes_of(
        optimiser=options.optimiser,
        step_size=options.step_size,
        init_weight=options.init_weight,
        starts=options.starts,
        cut_method=options.cut_method,
        cut_power=options.cut_power,
        augment=options.augment,
    )


def motion_from(options: Options) -> Motion | None:
    """How the canvas moves, or None; raises ParameterError."""
    if options.zoom is None and options.pan is None:
        return None
    pan = (0.0, 0.0)
    if options.pan is not None:
        try:
            across, down = map(float, options.pan.split(","))
        except ValueError:
            message = f"The pan {quoted(options.pan)} is not X,Y in pixels, such as 4,0."
            raise ParameterError(message, given=options.pan) from None
        pan = (across, down)
    return Motion(options.zoom or 1.0, pan, options.save_every or MOVE_EVERY)


def check_film(options: Options) -> None:
    """Raise AskerError for options that don't make a film together, or a film without a file."""
    moves = options.zoom is not None or options.pan is not None
    video = options.init_video
    if (moves or video) and options.video is None and options.frames_dir is None:
        message = (
            "--zoom, --pan and --init-video make a film; name it with --video or --frames-dir."
        )
        raise ParameterError(message, given=None)
    if video is None:
        return
    if options.init_image is not None or moves or options.save_every is not None:
        message = "--init-video goes without --init-image, --zoom, --pan and --save-every."
        raise ParameterError(message, given=str(video))
    if not video.is_file():
        raise ImageError(f"There is no video {quoted(str(video))}.", given=str(video))


def split_weight(given: Path) -> tuple[Path, float]:
    """Read "FILE" or "FILE:WEIGHT"; a file whose name ends so is that file."""
    name, _, weight = str(given).rpartition(":")
    if not name or given.exists():
        return given, 1.0
    try:
        return Path(name), float(weight)
    except ValueError:
        return given, 1.0
