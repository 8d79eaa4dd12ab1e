"""Deletes blobs that nothing refers to: of deleted artworks and of lost attempts.

Any process may run it at any time: the next run finishes what a crash interrupted.
"""

from collections.abc import Iterable

from ganshare.blobs import PICTURES, BlobInfo, Blobs, moment_key
from ganshare.store import Store

__all__ = ["sweep_forgotten", "sweep_orphans"]

_AT_ONCE = 500


async def sweep_forgotten(store: Store, blobs: Blobs) -> int:
    """Remove the blobs of deleted artworks, and forgotten uploads; tells of how many of both.

    To be called after `Store.gallery.delete`, and now and then.

    Raises:
        BlobError, StoreError: some stay for the next sweep.
    """
    removed = 0
    while forgotten := await store.gallery.forgotten_blobs():
        await blobs.delete(key for each in forgotten for key in each.keys)
        await store.gallery.mark_removed(each.artwork for each in forgotten)
        removed += len(forgotten)
    while uploads := await store.gallery.forgotten_uploads():
        await blobs.delete(uploads)
        await store.gallery.mark_uploads_removed(uploads)
        removed += len(uploads)
    return removed


async def sweep_orphans(
    store: Store, blobs: Blobs, before_seconds: float, since: float | None = None
) -> int:
    """Remove older pictures that no artwork has; tells how many.

    Args:
        since: only of jobs that were asked for after this moment, seconds since 1970; None: of all.

    An attempt that was killed between its upload and its publication leaves them. What belongs to
    an attempt that runs stays, however old it is, and an attempt that runs no more can never
    publish again; so this cannot take a picture from a publication under way. Pictures of jobs
    that this store does not know stay, too: perhaps another one has the same folder or bucket.

    Raises:
        BlobError, StoreError: some stay for the next sweep.
    """
    removed = 0
    page: list[BlobInfo] = []
    async for found in blobs.list(PICTURES, after=None if since is None else moment_key(since)):
        if found.age > before_seconds:
            page.append(found)
        if len(page) == _AT_ONCE:
            removed += await _sweep(store, blobs, page)
            page = []
    return removed + await _sweep(store, blobs, page)


async def _sweep(store: Store, blobs: Blobs, page: Iterable[BlobInfo]) -> int:
    orphans = await store.gallery.orphans(found.key for found in page)
    await blobs.delete(orphans)
    return len(orphans)
