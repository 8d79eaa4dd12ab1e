"""Painting from Python: `ganshare.paint(...)`, which does what `ganshare paint` does."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from engine.commands.compute_options import setting
from engine.commands.paint import Options, prepare, with_images
from engine.imaging.codecs import to_pil, to_png
from engine.runtime.compute import choose_compute
from engine.synthesis.canvas import Frame as CanvasFrame
from engine.synthesis.manifest import Manifest
from engine.synthesis.pipeline import FinishedPainting, Models, Stopwatch, advance, manifest_path
from ganshare.domain.limits import DEFAULT_INIT_FIT

__all__ = ["Frame", "Painting", "paint"]


@dataclass(frozen=True)
class Frame:
    """The canvas after a step; a notebook shows it as a picture.

    Args:
        image: as it is then, of the canvas's size.
        step: steps taken; `steps` in all.
        steps: fewer than were asked for, if there was no more progress.
        loss: the lower, the nearer to the prompt.
    """

    image: Image.Image
    step: int
    steps: int
    loss: float

    def _repr_png_(self) -> bytes:
        return _png_of(self.image)


@dataclass
class Painting:
    """A painting that comes about while it is iterated over, or when its picture is asked for.

    Args:
        prompt: as it is painted.
        seed: the same one paints the same picture again.
    """

    prompt: str
    seed: int
    _stages: Any = field(repr=False)
    _finished: FinishedPainting | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames that are still to come; there are none twice."""
        while self._finished is None:
            try:
                frame: CanvasFrame = next(self._stages)
            except StopIteration as end:
                self._finished = end.value
                return
            yield Frame(to_pil(frame.image), frame.step, frame.steps, frame.loss)

    def _finish(self) -> FinishedPainting:
        for _ in self:
            pass
        if self._finished is None:
            raise RuntimeError("This painting was given up by an error or Ctrl-C.")
        return self._finished

    @property
    def image(self) -> Image.Image:
        """The finished picture, upscaled; paints what is still to be painted."""
        return to_pil(self._finish().picture)

    @property
    def manifest(self) -> dict[str, Any]:
        """All that made it, as `ganshare paint --json` prints it; paints first, as `image`."""
        manifest: Manifest = self._finish().manifest
        return manifest.to_json()

    def save(self, path: str | Path) -> Path:
        """Write the PNG, and its manifest beside it, which `ganshare verify` reads."""
        path, finished = Path(path), self._finish()
        to_png(finished.picture, path, finished.manifest.to_png_text())
        text = json.dumps({**self.manifest, "path": str(path)}, indent=2, ensure_ascii=False)
        manifest_path(path).write_text(f"{text}\n", encoding="utf-8")
        return path

    def _repr_png_(self) -> bytes:
        return _png_of(self.image)


def paint(
    prompt: str | None = None,
    *,
    seed: int | None = None,
    preset: str | None = None,
    steps: int | None = None,
    size: str | None = None,
    num_cutouts: int | None = None,
    model: str | None = None,
    perceptor: str | None = None,
    upscaler: str | None = None,
    upscale: bool = True,
    init_image: str | Path | None = None,
    init_fit: str = DEFAULT_INIT_FIT,
    target_images: tuple[str | Path, ...] = (),
    noise_prompts: tuple[str, ...] = (),
    story: tuple[str, ...] = (),
    init_weight: float | None = None,
    optimiser: str | None = None,
    step_size: float | None = None,
    starts: int | None = None,
    cut_method: str | None = None,
    cut_power: float | None = None,
    augment: tuple[str, ...] = (),
    device: str | None = None,
    dtype: str | None = None,
    threads: int | None = None,
) -> Painting:
    """Prepare a painting; it is painted while it is iterated over, or when its image is asked for.

    Args:
        prompt: as on the command line, weights and options within included; random by default.
        seed: random by default.
        preset: "draft", "standard", ...: steps, size and cutouts, where they are not given.
        steps: of the optimiser.
        size: of the canvas, "256x256".
        num_cutouts: crops that the perceptor sees in each step.
        model: the VQGAN, by the name that `ganshare models list` gives; so with `perceptor` and
            `upscaler`. By default as ganshare.toml and the environment say.
        perceptor: that judges.
        upscaler: of the finished canvas.
        upscale: whether the picture becomes 1024 pixels wide.
        init_image: a file to start from; `init_fit` is how it fills the canvas.
        init_fit: "cover", "contain" or "stretch".
        target_images: files to become like, each with a weight after a colon or without.
        noise_prompts: "SEED:WEIGHT" each.
        story: prompts to change to on the way; they share the steps equally.
        init_weight: how much it stays near the init image.
        optimiser: "adam", "adamax", "adamw", "adagrad", "nadam", "radam" or "rmsprop".
        step_size: of the optimiser.
        starts: how often the canvas begins; the start that shows the subject best is kept.
        cut_method: "views", "crops" or "whole"; what each cutout sees.
        cut_power: above 1, more cutouts are small.
        augment: "NAME=VALUE" each, of flip, grey, noise and jitter; or "none".
        device: "auto", "cpu", "cuda:1", ...; by default as the settings say; so the others.
        dtype: "auto", "float32", "bfloat16" or "float16".
        threads: of a CPU.

    Raises:
        ganshare.errors.AskerError: with a sentence that says what is allowed.
    """
    init = None if init_image is None else Path(init_image)
    options = Options(
        prompt=prompt, seed=seed, preset=preset, steps=steps, size=size, model=model,
        perceptor=perceptor or setting("perceptor")(), upscaler=upscaler or setting("upscaler")(),
        num_cutouts=num_cutouts, init_image=init, init_fit=init_fit,
        target_image=tuple(map(Path, target_images)), noise_prompt=noise_prompts,
        no_upscale=not upscale, story=story, init_weight=init_weight, optimiser=optimiser,
        step_size=step_size, starts=starts, cut_method=cut_method, cut_power=cut_power,
        augment=augment,
    )  # fmt: skip
    prepared = prepare(options)
    compute = choose_compute(
        device or setting("device")(), dtype or setting("dtype")(), threads or setting("threads")()
    )
    models = Models(prepared.vqgan, prepared.perceptor, prepared.upscaler, compute)
    request, draft = with_images(prepared, models, options)
    stages = advance(request, draft, models, Stopwatch(), settings=prepared.settings)
    return Painting(prepared.painted or prepared.text, request.seed, stages)


def _png_of(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "png")
    return file.getvalue()
