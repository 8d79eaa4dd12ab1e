"""Paints one request, from the models to the PNG and its manifest."""

import json
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from engine.imaging.atomic_write import write_bytes
from engine.imaging.codecs import to_png
from engine.imaging.video import write_video
from engine.model_folder import SECOND_EYE, ModelFolder
from engine.runtime.compute import Compute, choose_compute
from engine.synthesis import loop
from engine.synthesis.canvas import Frame
from engine.synthesis.manifest import Manifest, ModelUse, manifest_path
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from engine.synthesis.settings import SynthesisSettings
from engine.upscale.upscaler import Upscaler, load_upscaler, upscale_to
from ganshare import __version__
from ganshare.errors import InternalError
from ganshare.prompts.attributes import Attributes

__all__ = [
    "LONG_SIDE",
    "FinishedPainting",
    "Models",
    "Outputs",
    "Stopwatch",
    "advance",
    "draft_manifest",
    "finished_manifest",
    "manifest_path",
    "paint",
]

LONG_SIDE = 1024
FRAMES = 24  # of a painting with the default canvas; a larger one shows more, since it takes longer
CANVAS = 256 * 256


LoadPainter = Callable[[ModelFolder, ModelFolder, Compute], Painter]


@dataclass(frozen=True)
class Models:
    """Which models paint, and on what; without an upscaler the canvas is the picture."""

    vqgan: ModelFolder
    perceptor: ModelFolder
    upscaler: ModelFolder | None
    compute: Compute = field(default_factory=lambda: choose_compute("cpu"))


@dataclass(frozen=True)
class Outputs:
    """What to write; each file appears whole or not at all."""

    path: Path
    frames: Path | None = None  # a folder
    video: Path | None = None


@dataclass
class Stopwatch:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add what the block takes."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + spent, 3)


def frames_between(request: PaintingRequest) -> int:
    """Steps from one frame to the next: about `FRAMES` a painting, more if each step is larger."""
    share = max(1.0, request.width * request.height / CANVAS * request.num_cutouts / 16)
    return max(1, int(min(request.steps, 240) / FRAMES / share))


def paint(
    request: PaintingRequest,
    draft: Manifest,
    models: Models,
    outputs: Outputs,
    *,
    every: int | None = None,
    load_painter: LoadPainter | None = None,
    on_loaded: Callable[[], None] = lambda: None,
    on_frame: Callable[[Frame], None] = lambda _: None,
    on_tile: Callable[[int, int], None] | None = None,
    settings: SynthesisSettings | None = None,
    film: Iterable[Tensor] | None = None,
) -> Manifest:
    """Paint one request to `outputs.path` with its manifest beside it.

    Args:
        request: what to paint.
        draft: from `draft_manifest`; comes back with what was measured.
        models: which models.
        outputs: which files.
        every: steps from one frame to the next; by default `frames_between`.
        load_painter: builds the painter; by default engine.synthesis.loop.load_painter.
        on_loaded: called once the models are loaded, before the first step.
        on_frame: called with each frame.
        on_tile: called with (done, total) after each tile of the upscaling.
        settings: the loop's; by default the painter's own.
        film: frames to start from, each painted for itself; the last one becomes the picture.

    Raises:
        ModelError: a model's files are not what its card says.
        WorldError: a file cannot be written; the picture is then not left half-written.
    """
    watch = Stopwatch()
    written: list[Path] = []
    canvases: list[Tensor] = []
    if request.motion is not None:
        every = request.motion.every
    elif film is not None:
        every = request.steps
    stages = advance(
        request, draft, models, watch, every=every, load_painter=load_painter,
        on_loaded=on_loaded, on_tile=on_tile, settings=settings, film=film,
    )  # fmt: skip
    is_film = film is not None or request.motion is not None
    while True:
        try:
            frame = next(stages)
        except StopIteration as end:
            finished: FinishedPainting = end.value
            break
        if is_film and frame.step % (every or 1) and frame.step != frame.steps:
            continue  # the first step shows nothing yet
        if outputs.frames is not None:
            number = frame.step if film is None else len(written) + 1
            written.append(outputs.frames / f"frame-{number:04d}.png")
            to_png(frame.image, written[-1])
        if outputs.video is not None:
            canvases.append(frame.image.cpu())
        on_frame(frame)
    manifest = replace(
        finished.manifest,
        frames=tuple(str(path) for path in dict.fromkeys(written)),
        path=str(outputs.path),
    )
    with watch.time("write"):
        to_png(finished.picture, outputs.path, manifest.to_png_text())
        if outputs.video is not None:
            write_video(canvases, outputs.video)
            manifest = replace(manifest, video=str(outputs.video))
    manifest = replace(manifest, seconds=watch.seconds)
    text = json.dumps(manifest.to_json(), indent=2, ensure_ascii=False)
    write_bytes(manifest_path(outputs.path), (text + "\n").encode())
    return manifest


@dataclass(frozen=True, eq=False)
class FinishedPainting:
    """A picture, (3, height, width) in [0, 1], and what it was made from."""

    picture: Tensor
    manifest: Manifest


def advance(
    request: PaintingRequest,
    draft: Manifest,
    models: Models,
    watch: Stopwatch | None = None,
    *,
    every: int | None = None,
    load_painter: LoadPainter | None = None,
    on_loaded: Callable[[], None] = lambda: None,
    on_tile: Callable[[int, int], None] | None = None,
    settings: SynthesisSettings | None = None,
    film: Iterable[Tensor] | None = None,
) -> Generator[Frame, None, FinishedPainting]:
    """Yield the frames of one request, and return the upscaled picture; see `paint`."""
    watch = watch or Stopwatch()
    with watch.time("load"):
        painter = (load_painter or loop.load_painter)(
            models.vqgan, models.perceptor, models.compute
        )
        if settings is not None:
            painter = painter.with_settings(settings)
        upscaler = None if models.upscaler is None else _load(models.upscaler, models.compute)
    on_loaded()
    if film is not None:
        with watch.time("synthesise"):
            request, number = yield from _paint_film(painter, request, film)
        draft = replace(draft, init_frame=number)
    last: Frame | None = None
    frames = loop.paint(painter, [request], every or frames_between(request))
    while True:
        with watch.time("synthesise"):
            found = next(frames, None)
        if found is None:
            break
        (last,) = found
        yield last
    if last is None:
        raise InternalError("The painter gave no frame.")
    picture = last.image
    with watch.time("upscale"):
        if upscaler is not None:
            picture = upscale_to(picture, [upscaler], LONG_SIDE, on_tile)
    manifest = replace(finished_manifest(draft, last, picture), seconds=watch.seconds)
    return FinishedPainting(picture, manifest)


def _paint_film(
    painter: Painter, request: PaintingRequest, film: Iterable[Tensor]
) -> Generator[Frame, None, tuple[PaintingRequest, int]]:
    """Paint all frames but the last one; return what is asked for of that, and its number."""
    frames = iter(film)
    image, number = next(frames), 1
    for following in frames:
        number += 1
        *_, (frame,) = loop.paint(painter, [replace(request, init_image=image)])
        yield frame
        image = following
    return replace(request, init_image=image), number


def draft_manifest(
    request: PaintingRequest,
    prompt: str,
    models: Models,
    *,
    reading: str | None = None,
    init_image_sha256: str | None = None,
    target_images_sha256: tuple[str, ...] = (),
    settings: SynthesisSettings | None = None,
) -> Manifest:
    """All that is known before the first step; `settings` are the loop's, by default its own."""
    settings = settings or SynthesisSettings()
    eye = models.perceptor.extras.get(SECOND_EYE) if settings.second_weight else None
    return Manifest(
        prompt=prompt,
        reading=reading,
        prompts=request.prompts,
        attributes=request.attributes or Attributes(),
        seed=request.seed,
        model=ModelUse.of(models.vqgan),
        perceptor=ModelUse.of(models.perceptor),
        upscaler=None if models.upscaler is None else ModelUse.of(models.upscaler),
        preset=request.preset,
        steps=request.steps,
        size=(request.width, request.height),
        num_cutouts=request.num_cutouts,
        init_image_sha256=init_image_sha256,
        init_fit=None if init_image_sha256 is None else request.init_fit,
        target_images_sha256=target_images_sha256,
        noise_prompts=request.noise_prompts,
        losses={},
        width=request.width,
        height=request.height,
        ganshare_version=__version__,
        torch_version=str(torch.__version__),
        compute=models.compute,
        settings=settings.to_json(),
        second_eye=None if eye is None else eye.sha256,
        target_weights=request.target_weights,
        story=request.story,
        motion=request.motion,
    )


def finished_manifest(draft: Manifest, frame: Frame, picture: Tensor) -> Manifest:
    """With what the last frame and the picture (3, height, width) made of it show."""
    return replace(
        draft,
        steps_taken=frame.step,
        plateau_step=frame.plateau_step,
        start=frame.start,
        losses={**frame.losses, "loss": frame.loss},
        width=picture.shape[2],
        height=picture.shape[1],
    )


def _load(folder: ModelFolder, compute: Compute) -> Upscaler:
    return load_upscaler(
        folder.architecture,
        folder.tensors(),
        name=folder.name,
        device=compute.device,
        dtype=compute.torch_dtype,
    )
