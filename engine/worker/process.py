"""One engine process: wires store, blobs, models, health checks and the worker."""

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack

from engine.model_cache import ModelCache
from engine.runtime.compute import choose_compute
from engine.runtime.openmp import in_brief_thread
from engine.safety import safety_check
from engine.worker.job_runner import Pace
from engine.worker.options import Until, WorkerOptions
from engine.worker.worker import Worker
from ganshare.blobs import Blobs, open_blobs
from ganshare.errors import WorldError
from ganshare.monitoring.health import Check, HealthServer, Pulse
from ganshare.monitoring.metrics import Metrics
from ganshare.processes.pulse import beating
from ganshare.settings import CoreSettings, EngineSettings
from ganshare.store import Store, open_store

__all__ = ["EngineProcess"]

SAME_SECONDS = 0.05  # within which two signals are one, sent to this process and to its group


class EngineProcess:
    """Everything that an engine process runs; `serve` it once."""

    def __init__(
        self, core: CoreSettings, settings: EngineSettings, until: Until = Until.STOPPED
    ) -> None:
        self._core, self._settings, self._until = core, settings, until
        self._worker: Worker | None = None
        self._stopped, self._asked = False, float("-inf")
        # the registry and the networks' loaders read it there
        os.environ["GANSHARE_MODELS_DIR"] = str(core.models_dir)

    @property
    def failed(self) -> bool:
        """Whether a step hung or memory ran out, so that only another process can go on."""
        return self._worker is not None and (self._worker.hung or self._worker.offered.is_starved)

    async def serve(self, *, signals: bool = True) -> bool:
        """Work until `stop`; returns whether no thread is in the middle of a step.

        Args:
            signals: whether SIGTERM drains and SIGINT ends at once.

        Raises:
            StoreError, BlobError: store or blobs are away or not set up.
            ModelError: a model is missing or damaged.
            SettingsError: the device isn't there, or no installed package offers the safety check.
        """
        compute = choose_compute(
            self._settings.device, self._settings.dtype, self._settings.threads
        )
        if signals:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, self.stop)
            loop.add_signal_handler(signal.SIGINT, self.hurry)
        core, settings = self._core, self._settings
        blobs = open_blobs(core.blobs_url.get_secret_value())
        models = ModelCache(compute, settings.model, settings.perceptor, settings.upscaler)
        models.streams = settings.lanes or 1
        metrics, pulse = Metrics("engine"), Pulse(settings.health_seconds)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(beating())
            store = await stack.enter_async_context(
                open_store(
                    core.database_url.get_secret_value(),
                    core.limits,
                    connections=core.database_connections or 1,
                )
            )
            if settings.health_listen is not None:
                checks = self._checks(store, blobs, models)
                await stack.enter_async_context(
                    HealthServer(
                        settings.health_listen,
                        metrics,
                        pulse,
                        checks,
                        is_chosen="health_listen" in settings.model_fields_set,
                    )
                )
            await in_brief_thread(models.warm)
            safety = await in_brief_thread(safety_check, settings.safety_check, models)
            if self._stopped:
                return True
            self._worker = Worker(
                store,
                blobs,
                models,
                self._options(),
                metrics=metrics,
                pulse=pulse,
                safety=safety,
            )
            await self._worker.run()
            return self._worker.idle

    def stop(self) -> None:
        """Drain, then end; a second call ends at once, unless it is the same signal again."""
        now = time.monotonic()
        if self._worker is not None and now - self._asked > SAME_SECONDS:
            self._worker.stop()
        self._stopped, self._asked = True, now

    def hurry(self) -> None:
        """Hand everything back and end."""
        if self._worker is not None:
            self._worker.hurry()
        self._stopped = True

    def _options(self) -> WorkerOptions:
        settings = self._settings
        return WorkerOptions(
            batch=settings.batch,
            parallel_steps=settings.lanes,
            max_area=settings.max_area,
            min_area=settings.min_area,
            pace=Pace(settings.preview_seconds, settings.save_seconds),
            drain_seconds=settings.drain_seconds,
            step_seconds=settings.step_seconds,
            job_seconds=settings.job_seconds,
            keep_seconds=self._core.keep_days * 86_400,
            until=self._until,
        )

    def _checks(self, store: Store, blobs: Blobs, models: ModelCache) -> list[Check]:
        async def warm() -> None:
            models.check_warm()

        async def steps() -> None:
            if self.failed:
                raise WorldError("A step hangs, or memory ran out; the engine ends.")

        return [
            Check("store", store.check_writable),
            Check("blobs", blobs.probe),
            Check("models", warm),
            Check("steps", steps),
        ]
