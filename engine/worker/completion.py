"""Completes a job by its outcome: publish, hand back, fail or drop."""

import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

from engine.worker.active_job import (
    ActiveJob,
    Dropped,
    Failed,
    FinishedDescription,
    FinishedPainting,
    Outcome,
    Suspended,
)
from engine.worker.capacity import Rate
from engine.worker.film import make_film
from engine.worker.lease import Lease
from engine.worker.publish import clear_away, publish, withdraw
from engine.worker.retry import retry_while
from engine.worker.step_pool import is_out_of_memory
from engine.worker.uploads import ProgressUploader
from ganshare.blobs import Blobs
from ganshare.domain.descriptions import Description
from ganshare.domain.jobs import Job, JobRequest
from ganshare.domain.limits import nearest_size
from ganshare.errors import AskerError, BlobError, BlobExists, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.monitoring.metrics import Metrics
from ganshare.safety import UnsafeImageError
from ganshare.sentences import sentence
from ganshare.store import Store

__all__ = ["Completion"]

T = TypeVar("T")

TELL_SECONDS = 300.0  # for which a database that is away is told how a job ended

_log = get_logger(__name__)


class Completion:
    """Writes the outcomes of one worker's jobs to the store and the blobs.

    Args:
        rate: counts the finished work.
        publish_seconds: for which a picture waits for blobs that are away.
        overdue: whether the engine must end now.
        on_too_large: called with pixels of canvas and cutouts that didn't fit the memory; gives the
            pixels that should, with as many cutouts.

    Attributes:
        upscaling_seconds: what the last pictures took after their last step; a guess at first.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        metrics: Metrics,
        rate: Rate,
        *,
        publish_seconds: float,
        overdue: Callable[[], bool],
        on_too_large: Callable[[int, int], int],
    ) -> None:
        self._store, self._blobs, self._metrics, self._rate = store, blobs, metrics, rate
        self._publish_seconds, self._overdue = publish_seconds, overdue
        self._on_too_large = on_too_large
        self.upscaling_seconds = 10.0

    async def settle(
        self, active_job: ActiveJob, outcome: Outcome, lease: Lease, uploader: ProgressUploader
    ) -> None:
        """Act on the outcome; raises WorldError if the store cannot be reached."""
        match outcome:
            case FinishedPainting():
                await self._publish(active_job, outcome, lease)
            case FinishedDescription(description):
                await self._tell(active_job, description, lease)
            case Suspended():
                await self._suspend(active_job, outcome, lease, uploader)
            case Dropped():
                await self._drop(active_job.job, lease)
            case Failed(error):
                await self._give_up(active_job.job, error, lease)

    async def _publish(
        self, active_job: ActiveJob, picture: FinishedPainting, lease: Lease
    ) -> None:
        job = active_job.job
        film = await make_film(self._blobs, job, picture.thumbnail)
        try:
            artwork = await self._retry(
                "publishing",
                lambda: publish(self._store, self._blobs, job, picture, film),
                lease,
                self._publish_seconds,
            )
        except WorldError as error:
            # A taken key is of a newer history than the database's, which was restored: the next
            # attempt has another one.
            if self._overdue() or isinstance(error, BlobExists):
                _log.warning("the picture is not published", reason=str(error))
                await self._release(job, lease)
            else:
                await self._give_up(job, error, lease)
            return
        if artwork is None:
            await self._drop(job, lease)
            return
        took = picture.manifest.seconds["upscale"] + picture.manifest.seconds["write"]
        self.upscaling_seconds += 0.5 * (took - self.upscaling_seconds)
        taken = (picture.manifest.steps_taken or 0) - active_job.resumed_step
        self._rate.add(job.cost * taken / job.request.steps)
        self._metrics.paintings.inc()
        self._metrics.painting_seconds.observe(active_job.seconds)
        _log.info("painting published", artwork=artwork.id, seconds=round(active_job.seconds, 1))
        await self._tidy(clear_away, job)

    async def _tell(self, active_job: ActiveJob, description: Description, lease: Lease) -> None:
        job = active_job.job
        told = await self._retry(
            "telling what a picture shows",
            lambda: self._store.queue.describe(job, description),
            lease,
        )
        if not told:
            await self._drop(job, lease)
            return
        self._rate.add(job.cost)
        self._metrics.descriptions.inc()
        _log.info("picture described", seconds=round(active_job.seconds, 1))

    async def _suspend(
        self, active_job: ActiveJob, outcome: Suspended, lease: Lease, uploader: ProgressUploader
    ) -> None:
        state, job = outcome.state, active_job.job
        if state is not None:
            done = state.step - active_job.resumed_step
            self._rate.add(job.cost * done / job.request.steps)
            if await uploader.save(state):
                await self._retry("saving", lease.beat_now, lease)
        await self._release(job, lease)

    async def _drop(self, job: Job, lease: Lease) -> None:
        if lease.cancelled and not lease.lost:
            _log.info("job cancelled")
            await self._release(job, lease)
            await self._tidy(clear_away, job)
        else:
            self._metrics.lease_losses.inc()
            _log.warning("the job is no longer ours; what was painted is thrown away")
            await self._tidy(withdraw, job)

    async def _release(self, job: Job, lease: Lease) -> None:
        released = await self._retry("releasing", lambda: self._store.queue.release(job), lease)
        _log.info("job handed back", released=released)

    async def _give_up(self, job: Job, error: Exception, lease: Lease) -> None:
        reason, retry = _verdict(error)
        if isinstance(error, UnsafeImageError):
            await self._note(job, error, lease)
        foreseen = isinstance(error, AskerError | WorldError)
        _log.error("job failed", reason=reason, retry=retry, exc_info=None if foreseen else error)
        if is_out_of_memory(error):
            reason = self._too_large(job.request)
        await self._retry(
            "telling of the failure",
            lambda: self._store.queue.fail(job, reason, retry=retry),
            lease,
        )
        if retry and job.attempt < job.max_attempts:
            self._metrics.retries.inc()
        else:
            self._metrics.dead_letters.inc()
            await self._tidy(clear_away, job)

    def _too_large(self, request: JobRequest) -> str:
        """What to say of a canvas that didn't fit the memory: the largest one that does."""
        fits = self._on_too_large(request.area, request.num_cutouts)
        size = nearest_size(request.width, request.height, fits)
        if not size[0] * size[1] <= min(fits, request.area - 1):
            return sentence("engine-memory")
        return sentence(
            "engine-memory-size",
            given=f"{request.width}x{request.height}",
            cutouts=str(request.num_cutouts),
            nearest=f"{size[0]}x{size[1]}",
        )

    async def _note(self, job: Job, error: UnsafeImageError, lease: Lease) -> None:
        """Let admins know of a picture that was refused."""
        text, reason = str(job.request.init_image), error.verdict.reason or ""
        await self._retry(
            "noting a refused picture",
            lambda: self._store.community.log("picture", job.person, "", text, reason),
            lease,
        )

    async def _retry(
        self,
        what: str,
        call: Callable[[], Awaitable[T]],
        lease: Lease,
        seconds: float = TELL_SECONDS,
    ) -> T:
        return await retry_while(
            what,
            call,
            still=lambda: lease.held and not self._overdue(),
            seconds=seconds,
            metrics=self._metrics,
        )

    async def _tidy(self, remove: Callable[[Blobs, Job], Awaitable[None]], job: Job) -> None:
        try:
            await remove(self._blobs, job)
        except BlobError as error:  # they expire
            _log.warning("old previews and states stay for now", reason=str(error))


def _verdict(error: Exception) -> tuple[str, bool]:
    """The asker's error, and whether another try may help."""
    if isinstance(error, AskerError):
        return error.message, False
    if isinstance(error, WorldError):
        return error.message, True
    if is_out_of_memory(error):
        return sentence("engine-memory"), True
    return sentence("internal", id=secrets.token_hex(4)), True
