"""An engine of a chaos run: the real worker, which sleeps instead of painting.

Two cores so have time for hundreds of jobs; all else is what `ganshare engine` does.
"""

import asyncio
import json
import os
import random
import signal
import sys
import threading
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import torch

from benchmarks.chaos.dying import begin, die_in_writes
from benchmarks.chaos.journal import Event, Journal
from benchmarks.chaos.plan import ATTEMPT_KEY, Fate, Scene, enter_store
from engine.imaging.codecs import encode_jpeg, encode_png
from engine.model_cache import ModelCache
from engine.model_folder import find_model
from engine.synthesis.canvas import Frame
from engine.synthesis.manifest import Manifest
from engine.synthesis.pipeline import Models, draft_manifest, finished_manifest
from engine.synthesis.request import PaintingRequest
from engine.worker import capacity
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
from engine.worker.job_runner import Materials
from engine.worker.options import WorkerOptions
from engine.worker.step_pool import Work
from engine.worker.uploads import PREVIEW_BYTES
from engine.worker.worker import Worker
from ganshare.blobs import open_blobs
from ganshare.cli import EXIT_WORLD
from ganshare.errors import ParameterError
from ganshare.monitoring.metrics import Metrics

__all__ = ["serve"]

STEP_SECONDS = 0.025
FALL_STEP = 2
HANG_SECONDS = 2.0  # that every step may take
RECOVERY_SECONDS = 3.0  # after memory ran out
OUT_OF_MEMORY_CHANCE = 0.01  # of any step, which works when it is taken again
PREVIEW_STEPS, SAVE_STEPS = 2, 3  # between two of them
SIDE = 8  # of the picture
MAX_AREA = 512 * 512
WATCH_SECONDS = 0.05


def serve(scene: Scene, index: int, start: int) -> None:
    """Run one engine in this process, for the `start`-th time, until it must drain."""
    name = f"engine-{index}"
    begin(scene, name)
    asyncio.run(_serve(scene, name, start))


async def _serve(scene: Scene, name: str, start: int) -> None:
    journal, metrics = Journal(scene.journal(name)), Metrics("engine")
    async with AsyncExitStack() as stack:
        store = await enter_store(stack, scene)
        die_in_writes(scene.chance(f"{name} {start}"), journal)
        capacity.RECOVERY_SECONDS = RECOVERY_SECONDS
        options = WorkerOptions(
            batch=4, max_area=MAX_AREA, drain_seconds=2.0, step_seconds=HANG_SECONDS
        )
        worker = SleepingWorker(
            store,
            open_blobs(scene.blobs_url),
            ModelCache(),
            options,
            metrics=metrics,
            name=f"{name}-{start}",
        )
        worker.journal = journal
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        watch = asyncio.create_task(_note_losses(metrics, journal))
        await worker.run()
        watch.cancel()
    if worker.hung or worker.offered.is_starved:
        journal.note(Event.ENDED, state="hung" if worker.hung else "out of memory")
        sys.stderr.flush()
        os._exit(EXIT_WORLD)


async def _note_losses(metrics: Metrics, journal: Journal) -> None:
    """Note each job that turned out to be another engine's."""
    noted = 0.0
    while True:
        losses = metrics.registry.get_sample_value("ganshare_lease_losses_total") or 0.0
        for _ in range(int(losses - noted)):
            journal.note(Event.FENCED)
        noted = losses
        await asyncio.sleep(WATCH_SECONDS)


class SleepingWorker(Worker):
    """The engine's worker that sleeps instead of painting."""

    journal: Journal

    def make_runner(self, active_job: ActiveJob, materials: Materials) -> Work:
        """Set up what sleeps instead of painting."""
        draft = _draft(active_job, self.models)
        return SleepingRunner(active_job, materials, draft, self.journal)


class SleepingRunner:
    """Takes a job's steps in its sleep; the picture is a few grey pixels that say whose it is."""

    def __init__(
        self, active_job: ActiveJob, materials: Materials, draft: Manifest, journal: Journal
    ) -> None:
        self._active_job, self._draft, self._journal = active_job, draft, journal
        self._job = active_job.job
        self._step = self._resumed(materials.saved_state)

    def step(self) -> bool:
        """Sleep through one step; False once the job has its outcome."""
        if self._active_job.signal is not Signal.CONTINUE:
            self._stop()
            return False
        time.sleep(STEP_SECONDS)
        self._fall(self._step + 1)
        self._step += 1
        self._show()
        if self._step < self._job.steps:
            return True
        self._finish()
        return False

    def fail(self, error: Exception) -> None:
        """Conclude with an error."""
        self._active_job.conclude(Failed(error))

    def _resumed(self, state: bytes | None) -> int:
        if state is None:
            return 0
        saved = json.loads(state)
        if saved["job"] != self._job.id:
            raise ValueError(f"the saved state of {saved['job']} was given to {self._job.id}")
        self._active_job.resumed_step = step = int(saved["step"])
        return step

    def _stop(self) -> None:
        if self._active_job.signal is Signal.DROP:
            self._active_job.conclude(Dropped())
        else:
            self._active_job.conclude(Suspended(self._saved() if self._step else None))

    def _fall(self, step: int) -> None:
        fate = Fate(self._job.request.prompt)
        if fate is Fate.REFUSED:
            raise ParameterError(fate.reason)
        if fate is Fate.PAINTED and random.random() < OUT_OF_MEMORY_CHANCE:
            self._journal.note(Event.OUT_OF_MEMORY, job=self._job.id)
            raise MemoryError
        if fate is Fate.PAINTED or step < FALL_STEP:
            return
        self._journal.note(Event.POISON, job=self._job.id, state=fate.name.lower())
        match fate:
            case Fate.KILLS:
                os.kill(os.getpid(), signal.SIGKILL)
            case Fate.HANGS:
                threading.Event().wait()
            case Fate.TOO_LARGE:
                raise MemoryError
            case _:
                raise RuntimeError("it fell down")

    def _show(self) -> None:
        self._active_job.progress = Progress(self._step, self._job.steps, 1.0, STEP_SECONDS)
        if self._step % PREVIEW_STEPS == 0:
            self._active_job.frames.put(self._frame())
        if self._step % SAVE_STEPS == 0:
            self._active_job.states.put(self._saved())

    def _frame(self) -> Frame:
        picture = torch.full((3, SIDE, SIDE), 0.5)
        return Frame(self._step, self._job.steps, picture, 1.0, {})

    def _saved(self) -> SavedState:
        text = json.dumps({"job": self._job.id, "step": self._step})
        return SavedState(self._step, text.encode())

    def _finish(self) -> None:
        frame = self._frame()
        manifest = finished_manifest(self._draft, frame, frame.image)
        text = {**manifest.to_png_text(), ATTEMPT_KEY: f"{self._job.id} {self._job.attempt}"}
        manifest = replace(manifest, seconds={"upscale": 0.0, "write": 0.0})
        png, small = encode_png(frame.image, text), encode_jpeg(frame.image, PREVIEW_BYTES)
        self._active_job.conclude(FinishedPainting(png, small, manifest))


def _draft(active_job: ActiveJob, models: ModelCache) -> Manifest:
    asked = active_job.job.request
    request = PaintingRequest(
        asked.prompts, None, asked.seed, asked.width, asked.height, asked.steps
    )
    used = Models(find_model(asked.model, "vqgan"), models.perceptor, None, models.compute)
    return draft_manifest(request, asked.prompt, used)
