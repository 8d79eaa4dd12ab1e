"""Uploads previews, saved states and the finished image of a job.

Uploads run on the event loop, so that a slow blob store never slows the painting: of previews and
states only the latest counts, and a finished image waits in memory.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from engine.imaging.codecs import encode_jpeg
from engine.runtime.openmp import in_brief_thread
from engine.worker.active_job import ActiveJob, SavedState
from engine.worker.lease import Lease
from ganshare.blobs import Blobs, preview_key, state_key
from ganshare.errors import BlobError, BlobExists
from ganshare.monitoring.log import get_logger
from ganshare.monitoring.metrics import Metrics
from ganshare.safety import SafetyCheck, objection

__all__ = ["ProgressUploader"]


PREVIEW_BYTES = 80_000
LAST_UPLOAD_SECONDS = 2.0

_log = get_logger(__name__)


class ProgressUploader:
    """Uploads the previews and states of one job, and tells the store through its lease.

    Args:
        safety: judges previews, as it will the picture; those that fail are not shown.
    """

    def __init__(
        self,
        blobs: Blobs,
        active_job: ActiveJob,
        lease: Lease,
        metrics: Metrics,
        safety: SafetyCheck | None = None,
    ) -> None:
        self._blobs, self._active_job = blobs, active_job
        self._lease, self._metrics, self._safety = lease, metrics, safety
        self._states: list[str] = []
        self._uploading = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Upload until the block ends; an upload in progress may finish if it is quick."""
        tasks = [
            asyncio.create_task(self._upload_previews()),
            asyncio.create_task(self._upload_states()),
        ]
        try:
            yield
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_UPLOAD_SECONDS):
                    await self._uploading.acquire()  # and let nobody begin another one
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _upload_previews(self) -> None:
        job = self._active_job.job
        while True:
            frame = await self._active_job.frames.get()
            async with self._uploading:
                data = await in_brief_thread(encode_jpeg, frame.image, PREVIEW_BYTES)
                withheld = await in_brief_thread(objection, self._safety, data)
                if withheld is not None:
                    _log.info("a preview is withheld", step=frame.step, reason=withheld)
                key = preview_key(job.id, job.attempt, frame.step)
                if withheld is None and await self._upload(key, data):
                    self._metrics.frames_published.inc()
                    self._lease.tell(preview=key)
                else:
                    self._metrics.frames_dropped.inc()

    async def _upload_states(self) -> None:
        while True:
            state = await self._active_job.states.get()
            async with self._uploading:
                if await self.save(state):
                    await self._forget_older()

    async def save(self, state: SavedState) -> bool:
        """Upload a state; returns whether that worked."""
        job = self._active_job.job
        key = state_key(job.id, job.attempt, state.step)
        if not await self._upload(key, state.data):
            return False
        self._states.append(key)
        self._lease.tell(saved_state=key)
        return True

    async def _upload(self, key: str, data: bytes) -> bool:
        try:
            await self._blobs.put(key, data)
        except BlobExists:  # nobody else writes under this attempt's keys
            return True
        except BlobError as error:
            self._metrics.store_errors.labels("blobs").inc()
            _log.warning("an upload failed; the painting goes on", key=key, reason=str(error))
            return False
        return True

    async def _forget_older(self) -> None:
        """Remove the states before the one that the store knows of."""
        if self._lease.recorded_state not in self._states:
            return
        index = self._states.index(self._lease.recorded_state)
        older, self._states = self._states[:index], self._states[index:]
        try:
            await self._blobs.delete(older)
        except BlobError as error:  # they expire
            _log.warning("old states stay for now", reason=str(error))
