"""What leaves the engine: previews and saved states on the way, the picture at the end.

Uploads happen on the event loop, so that a slow blob store never slows the painting: of previews
and states only the latest counts, and a finished picture waits in memory.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from engine.imaging.codecs import encode_jpeg
from engine.runtime.openmp import in_brief_thread
from engine.worker.active_job import Commission, Picture, SavedState
from engine.worker.lease import Lease
from ganshare.blobs import Blobs, picture_key, preview_key, state_key, thumbnail_key
from ganshare.domain.jobs import Artwork, Job
from ganshare.errors import BlobError, BlobExists, StoreError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.monitoring.metrics import Metrics
from ganshare.safety import SafetyCheck, objection
from ganshare.store import NewArtwork, Store

__all__ = ["Courier", "clear_away", "keep_trying", "publish", "withdraw"]

T = TypeVar("T")

PREVIEW_BYTES = 80_000
LONGEST_RETRY = 5.0
LAST_UPLOAD_SECONDS = 2.0

_log = get_logger(__name__)


class Courier:
    """Uploads the previews and states of one commission, and tells the store through its lease.

    Args:
        safety: judges previews, as it will the picture; those that fail are not shown.
    """

    def __init__(
        self,
        blobs: Blobs,
        commission: Commission,
        lease: Lease,
        metrics: Metrics,
        safety: SafetyCheck | None = None,
    ) -> None:
        self._blobs, self._commission = blobs, commission
        self._lease, self._metrics, self._safety = lease, metrics, safety
        self._states: list[str] = []
        self._uploading = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Upload until the block ends, and see the present upload through if it is quick."""
        tasks = [asyncio.create_task(self._previews()), asyncio.create_task(self._saved_states())]
        try:
            yield
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_UPLOAD_SECONDS):
                    await self._uploading.acquire()  # and let nobody begin another one
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _previews(self) -> None:
        job = self._commission.job
        while True:
            frame = await self._commission.frames.get()
            async with self._uploading:
                data = await in_brief_thread(encode_jpeg, frame.image, PREVIEW_BYTES)
                withheld = await in_brief_thread(objection, self._safety, data)
                if withheld is not None:
                    _log.info("a preview is withheld", step=frame.step, reason=withheld)
                key = preview_key(job.id, job.attempt, frame.step)
                if withheld is None and await self._uploaded(key, data):
                    self._metrics.frames_published.inc()
                    self._lease.tell(preview=key)
                else:
                    self._metrics.frames_dropped.inc()

    async def _saved_states(self) -> None:
        while True:
            state = await self._commission.states.get()
            async with self._uploading:
                if await self.save(state):
                    await self._forget_older()

    async def save(self, state: SavedState) -> bool:
        """Upload a state; tells whether that worked."""
        job = self._commission.job
        key = state_key(job.id, job.attempt, state.step)
        if not await self._uploaded(key, state.data):
            return False
        self._states.append(key)
        self._lease.tell(saved_state=key)
        return True

    async def _uploaded(self, key: str, data: bytes) -> bool:
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


async def publish(store: Store, blobs: Blobs, job: Job, picture: Picture) -> Artwork | None:
    """Store the picture, then finish the job; None if it is no longer this attempt's.

    It may be done again after any error; then what is there already counts.

    Raises:
        BlobError, StoreError: the picture is not published yet.
    """
    key, small = picture_key(job.id, job.attempt), thumbnail_key(job.id, job.attempt)
    await _put_again(blobs, key, picture.png)
    await _put_again(blobs, small, picture.thumbnail)
    manifest = picture.manifest
    return await store.queue.finish(
        job,
        NewArtwork(
            blob=key,
            preview=small,
            width=manifest.width,
            height=manifest.height,
            sha256=hashlib.sha256(picture.png).hexdigest(),
            attributes=manifest.attributes.as_traits(),
            manifest=manifest.to_json(),
            may_sell=manifest.may_sell,
            hidden=picture.hidden,
        ),
    )


async def _put_again(blobs: Blobs, key: str, data: bytes) -> None:
    try:
        await blobs.put(key, data)
    except BlobExists:
        if await blobs.get(key) != data:
            raise


async def withdraw(blobs: Blobs, job: Job) -> None:
    """Remove what this attempt would have published, and what it showed on the way.

    Its saved states stay until the job is over: whoever has it now may go on from them.
    """
    previews = _progress_prefixes(job)[0]
    own = f"{previews}{job.attempt}-"
    shown = [found.key async for found in blobs.list(previews) if found.key.startswith(own)]
    await blobs.delete(
        [picture_key(job.id, job.attempt), thumbnail_key(job.id, job.attempt), *shown]
    )


async def clear_away(blobs: Blobs, job: Job) -> None:
    """Remove previews and saved states of every attempt: the job is over."""
    for prefix in _progress_prefixes(job):
        await blobs.delete([found.key async for found in blobs.list(prefix)])


def _progress_prefixes(job: Job) -> tuple[str, str]:
    """Where previews and states of a job lie."""
    return tuple(key(job.id, 0, 0).rpartition("/")[0] + "/" for key in (preview_key, state_key))  # type: ignore[return-value]  # two keys, two prefixes


async def keep_trying(
    what: str,
    call: Callable[[], Awaitable[T]],
    *,
    still: Callable[[], bool],
    seconds: float,
    metrics: Metrics,
) -> T:
    """Call until it works, with growing pauses; raises the last WorldError once it is pointless.

    Args:
        what: is tried, for the log.
        still: asked before each further try.
        seconds: after which there is none.
    """
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + seconds, 0.25
    while True:
        try:
            return await call()
        except WorldError as error:
            part = "store" if isinstance(error, StoreError) else "blobs"
            metrics.store_errors.labels(part).inc()
            if not still() or loop.time() + pause > deadline:
                raise
            _log.warning(f"{what} failed, trying again", reason=str(error), in_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY)
