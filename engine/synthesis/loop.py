"""The loop: advance canvases step by step and yield frames. Loads the models, too."""

from collections.abc import Iterator, Sequence

from engine.model_folder import ModelFolder
from engine.perceptor import load_perceptor
from engine.runtime.compute import Compute, choose_compute
from engine.synthesis.canvas import Canvas, Frame
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from engine.synthesis.settings import SynthesisSettings
from engine.vqgan import load_vqgan

__all__ = ["load_painter", "paint"]


def paint(
    painter: Painter, requests: Sequence[PaintingRequest], every: int | None = None
) -> Iterator[tuple[Frame, ...]]:
    """Yield the frames of all requests after the first step, every `every` steps and the last.

    The canvases take turns, step by step, and share nothing, so that no painting depends on the
    others.
    """
    canvases = [Canvas(painter, request) for request in requests]
    while True:
        going = [canvas for canvas in canvases if not canvas.finished]
        for canvas in going:
            canvas.begin_step()
        for canvas in going:
            canvas.end_step()
        latest = max(canvas.step for canvas in canvases)
        over = all(canvas.finished for canvas in canvases)
        if over or latest == 1 or (every is not None and latest % every == 0):
            yield tuple(canvas.frame() for canvas in canvases)
        if over:
            return


def load_painter(
    vqgan: ModelFolder,
    perceptor: ModelFolder,
    compute: Compute | str = "cpu",
    settings: SynthesisSettings | None = None,
    streams: int = 1,
) -> Painter:
    """Load both models, frozen; `compute` may be a device's name, such as "cuda:0"."""
    if isinstance(compute, str):
        compute = choose_compute(compute)
    device = compute.device
    return Painter(
        load_vqgan(vqgan).to(device),
        load_perceptor(perceptor).to(device),
        device,
        settings,
        compute.torch_dtype,
        streams,
    )
