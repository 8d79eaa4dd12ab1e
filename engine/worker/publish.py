"""Publishes, withdraws and clears away a job's files in the blob store."""

import hashlib

from engine.worker.active_job import FinishedPainting
from ganshare.blobs import Blobs, film_key, picture_key, preview_key, state_key, thumbnail_key
from ganshare.domain.jobs import Artwork, Job
from ganshare.errors import BlobExists
from ganshare.store import NewArtwork, Store

__all__ = ["clear_away", "publish", "withdraw"]


async def publish(
    store: Store, blobs: Blobs, job: Job, picture: FinishedPainting, film: bytes | None = None
) -> Artwork | None:
    """Store the picture and its film, then finish the job; None if it is no longer this attempt's.

    It may be done again after any error; then what is there already counts.

    Raises:
        BlobError, StoreError: the picture is not published yet.
    """
    key, small = picture_key(job.id, job.attempt), thumbnail_key(job.id, job.attempt)
    await _put_again(blobs, key, picture.png)
    await _put_again(blobs, small, picture.thumbnail)
    kept = None if film is None else film_key(job.id, job.attempt)
    if kept is not None and film is not None:
        await _put_again(blobs, kept, film)
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
            film=kept,
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

    Its saved states stay until the job is over: the engine that has it now may resume from them.
    """
    previews = _progress_prefixes(job)[0]
    own = f"{previews}{job.attempt}-"
    shown = [found.key async for found in blobs.list(previews) if found.key.startswith(own)]
    made = (key(job.id, job.attempt) for key in (picture_key, thumbnail_key, film_key))
    await blobs.delete([*made, *shown])


async def clear_away(blobs: Blobs, job: Job) -> None:
    """Remove previews and saved states of every attempt: the job is over."""
    for prefix in _progress_prefixes(job):
        await blobs.delete([found.key async for found in blobs.list(prefix)])


def _progress_prefixes(job: Job) -> tuple[str, str]:
    """Where previews and states of a job lie."""
    return tuple(key(job.id, 0, 0).rpartition("/")[0] + "/" for key in (preview_key, state_key))  # type: ignore[return-value]  # two keys, two prefixes
