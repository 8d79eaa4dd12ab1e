"""Runs one job in the painting threads, a step at a time: canvas, upscaling, PNG."""

import hashlib
import time
from collections.abc import Hashable
from dataclasses import dataclass, replace

from torch import Tensor

from engine.imaging.codecs import decode_image, encode_jpeg, encode_png
from engine.model_cache import ModelCache
from engine.model_folder import find_model
from engine.synthesis.canvas import Canvas, Frame
from engine.synthesis.checkpoint import Origin, StateError, resume, write_state
from engine.synthesis.manifest import Manifest, ModelUse
from engine.synthesis.pipeline import LONG_SIDE, Models, draft_manifest, finished_manifest
from engine.synthesis.request import PaintingRequest, attributes_of
from engine.upscale.upscaler import upscale_to
from engine.worker.active_job import (
    ActiveJob,
    Dropped,
    Failed,
    FinishedPainting,
    Progress,
    SavedState,
    Signal,
    Suspended,
)
from engine.worker.uploads import PREVIEW_BYTES
from ganshare.errors import ModelError
from ganshare.monitoring.log import get_logger, pseudonym
from ganshare.monitoring.metrics import Metrics
from ganshare.safety import SafetyCheck, UnsafeImageError, objection
from ganshare.sentences import sentence

__all__ = ["JobRunner", "Materials", "Pace"]

# A strength of 30 is the --init-weight of 60 that docs/stories-and-films.md shows.
WEIGHT_OF_A_PERCENT = 2.0

_log = get_logger(__name__)


@dataclass(frozen=True)
class Pace:
    """Seconds between previews and between saved states."""

    preview: float = 2.0  # a step on one core of a busy machine takes half a second
    save: float = 10.0


@dataclass(frozen=True)
class Materials:
    """What a job needs, fetched before it starts."""

    init_image: bytes | None = None
    saved_state: bytes | None = None


class JobRunner:
    """Paints one job, a step at a time, for a thread of `engine.worker.step_pool`."""

    def __init__(
        self,
        active_job: ActiveJob,
        materials: Materials,
        models: ModelCache,
        pace: Pace,
        metrics: Metrics,
        safety: SafetyCheck | None = None,
    ) -> None:
        self._active_job, self._materials = active_job, materials
        self._safety = safety
        self._models, self._pace, self._metrics = models, pace, metrics
        self._log = _log.bind(
            job=active_job.job.id,
            attempt=active_job.job.attempt,
            person=pseudonym(active_job.job.person),
        )
        self._canvas: Canvas | None = None
        self._frame: Frame | None = None  # the last one
        self._seconds: dict[str, float] = {}
        self._last_step: float | None = None
        self._last_preview, self._last_save = float("-inf"), time.monotonic()

    @property
    def kind(self) -> Hashable:
        """What the next step is, of which model and size: such steps take equally long."""
        request = self._active_job.job.request
        if self._canvas is None:
            return "begin", request.model
        if self._canvas.finished:
            return "finish", request.area, request.upscale
        return "advance", request.model, request.area, request.num_cutouts

    def step(self) -> bool:
        """Do the next step; False once the job has its outcome."""
        began = time.monotonic()
        if self._active_job.signal is not Signal.CONTINUE:
            self._stop()
            return False
        if self._canvas is None:
            self._canvas = self._begin()
            self._add_seconds("load", began)
        elif not self._canvas.finished:
            self._advance(self._canvas)
            self._add_seconds("synthesise", began)
        else:
            self._finish(self._frame or self._canvas.frame())
            return False
        return True

    def fail(self, error: Exception) -> None:
        """Conclude with an error."""
        unwanted = isinstance(error, _UnwantedError)
        self._active_job.conclude(Dropped() if unwanted else Failed(error))

    def _add_seconds(self, stage: str, began: float) -> None:
        self._seconds[stage] = self._seconds.get(stage, 0.0) + time.monotonic() - began

    def _stop(self) -> None:
        canvas = self._canvas
        if self._active_job.signal is Signal.DROP:
            self._active_job.conclude(Dropped())
        else:
            self._active_job.conclude(Suspended(None if canvas is None else self._saved(canvas)))

    # --- beginning ----------------------------------------------------------------------------

    def _begin(self) -> Canvas:
        name = self._active_job.job.request.model
        try:
            self._painter = self._models.painter(name)
            self._folder = find_model(name, "vqgan")
        except ModelError as error:
            raise self._models.withdraw(name, error) from error
        request = self._request()
        self._origin = Origin(
            self._active_job.job.request,
            ModelUse.of(self._folder),
            ModelUse.of(self._models.perceptor),
            self._painter.settings,
            self._models.compute,
        )
        canvas = self._restore(request) or Canvas(self._painter, request)
        self._manifest = self._draft(request)
        self._last_save = time.monotonic()
        self._report(canvas, None)
        return canvas

    def _request(self) -> PaintingRequest:
        request = self._active_job.job.request
        return PaintingRequest(
            request.prompts,
            attributes_of(request.prompts),
            request.seed,
            request.width,
            request.height,
            request.steps,
            request.num_cutouts,
            init_image=self._init_image(),
            init_fit=request.init_fit,
            preset=request.preset,
            init_weight=request.init_strength * WEIGHT_OF_A_PERCENT or None,
        )

    def _init_image(self) -> Tensor | None:
        data = self._materials.init_image
        if data is None:
            return None
        image = decode_image(data, sentence("init-image"))
        if self._safety is not None:
            verdict = self._safety(data)
            if verdict.reason is not None:
                raise UnsafeImageError(verdict)
        return image

    def _restore(self, request: PaintingRequest) -> Canvas | None:
        data = self._materials.saved_state
        if data is None:
            return None
        canvas = Canvas(self._painter, request)
        try:
            resume(canvas, data, self._origin)
        except StateError as error:
            self._log.warning("the painting begins anew", reason=str(error))
            return None
        self._active_job.resumed_step = canvas.step
        self._log.info("the painting goes on from its saved state", step=canvas.step)
        return canvas

    def _draft(self, request: PaintingRequest) -> Manifest:
        asked, init = self._active_job.job.request, self._materials.init_image
        upscaler = self._models.upscaler if asked.upscale else None
        models = Models(self._folder, self._models.perceptor, upscaler, self._models.compute)
        settings = self._painter.settings
        if request.init_weight is not None:
            settings = replace(settings, init_weight=request.init_weight)
        return draft_manifest(
            request,
            asked.prompt,
            models,
            reading=asked.reading,
            init_image_sha256=None if init is None else hashlib.sha256(init).hexdigest(),
            settings=settings,
        )

    # --- on the way ---------------------------------------------------------------------------

    def _advance(self, canvas: Canvas) -> None:
        began = time.monotonic()
        canvas.advance()
        now = time.monotonic()
        self._metrics.steps.inc()
        self._metrics.step_seconds.observe(now - began)
        # the first step is slower than the others
        self._report(canvas, None if self._last_step is None else now - self._last_step)
        self._last_step = now
        if canvas.finished:
            self._frame = canvas.frame()
            self._active_job.frames.put(self._frame)
        elif now - self._last_preview >= self._pace.preview:
            self._last_preview = now
            self._active_job.frames.put(canvas.frame(exact=False))
        if now - self._last_save >= self._pace.save:
            self._last_save = now
            self._active_job.states.put(self._saved(canvas))

    def _saved(self, canvas: Canvas) -> SavedState:
        return SavedState(canvas.step, write_state(canvas.state(), self._origin))

    def _report(self, canvas: Canvas, seconds: float | None) -> None:
        """Report the step and the mean time of a step."""
        before = self._active_job.progress.step_seconds
        if seconds is not None and before is not None:
            seconds = before + 0.2 * (seconds - before)
        self._active_job.progress = Progress(
            canvas.step,
            canvas.steps,
            sum(canvas.losses.values()) if canvas.losses else None,
            seconds,
            upscaling=canvas.finished,
        )

    # --- the end ------------------------------------------------------------------------------

    def _finish(self, frame: Frame) -> None:
        picture, began = frame.image, time.monotonic()
        if self._active_job.job.request.upscale:
            picture = upscale_to(picture, [self._models.load_upscaler()], LONG_SIDE, self._on_tile)
            self._metrics.upscaling_seconds.observe(time.monotonic() - began)
        self._add_seconds("upscale", began)
        began = time.monotonic()
        manifest = finished_manifest(self._manifest, frame, picture)
        png = encode_png(picture, manifest.to_png_text())
        thumbnail = encode_jpeg(picture, PREVIEW_BYTES)
        hidden = objection(self._safety, thumbnail)
        self._add_seconds("write", began)
        seconds = {stage: round(spent, 3) for stage, spent in self._seconds.items()}
        manifest = replace(manifest, seconds=seconds)
        self._active_job.conclude(FinishedPainting(png, thumbnail, manifest, hidden))

    def _on_tile(self, done: int, total: int) -> None:
        if self._active_job.signal is Signal.DROP:
            raise _UnwantedError


class _UnwantedError(Exception):
    """Nobody wants the picture that is being upscaled."""
