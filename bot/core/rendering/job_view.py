"""All that is known of a job at one moment: what a reply about it is made from."""

import asyncio
from dataclasses import dataclass, replace

from bot.core.round_entry import enterable
from ganshare.blobs import Blobs
from ganshare.domain.jobs import Artwork, Job, JobState, QueuePosition
from ganshare.domain.sales import Sale
from ganshare.errors import BlobError
from ganshare.prompts import Attributes, attributes_of
from ganshare.store import Store

__all__ = ["JobView", "fetch_picture", "load_job_view"]

LARGEST_PICTURE = 8 * 1024**2  # bytes; beyond, the small one is shown. Discord takes 10 MiB


@dataclass(frozen=True, slots=True)
class JobView:
    """A job, and what belongs to its state.

    Args:
        place: of a queued job.
        engines: those alive that could paint it.
        picture: the newest frame, or the finished painting; None if it cannot be fetched.
        artwork: of a job that is done.
        is_deleted: whether its artwork is gone.
        seconds_left: until its last step, as far as it can be told.
        votes: persons whose votes for the painting count.
        may_enter: whether there is a round that it could be entered into.
        sale: of a painting that is a token.
        grid: of a job whose message shows several, itself the last; `picture` has them all.
    """

    job: Job
    place: QueuePosition | None = None
    engines: int = 0
    picture: bytes | None = None
    artwork: Artwork | None = None
    is_deleted: bool = False
    seconds_left: float | None = None
    votes: int = 0
    may_enter: bool = False
    sale: Sale | None = None
    grid: tuple["JobView", ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing will happen any more to what the message shows."""
        return all(each.job.state.over for each in self.grid or (self,))

    @property
    def attributes(self) -> Attributes:
        """Style, subject and colour that the prompt asks for."""
        return attributes_of(self.job.request.prompts)


async def load_job_view(store: Store, blobs: Blobs, job: Job) -> JobView:
    """Fetch what belongs to a job's state; a picture that cannot be fetched is left out.

    Raises:
        StoreError: the store is away.
    """
    match job.state:
        case JobState.QUEUED:
            place, live = await asyncio.gather(store.queue.position(job.id), store.queue.engines())
            fitting = sum(each.fits(job.request) for each in live)
            return JobView(job, place=place, engines=fitting)
        case JobState.RUNNING:
            return JobView(job, picture=await _fetch(blobs, job.preview))
        case JobState.DONE if job.request.describes:
            return JobView(job, picture=await _fetch(blobs, job.request.init_image))
        case JobState.DONE:
            return await _look_at_artwork(store, blobs, job)
        case _:
            return JobView(job)


async def _look_at_artwork(store: Store, blobs: Blobs, job: Job) -> JobView:
    artwork = await store.gallery.get(job.artwork or "")
    view = JobView(job, artwork=artwork)
    if artwork is None or not artwork.shown:
        return replace(view, is_deleted=artwork is None or artwork.deleted is not None)
    votes, may_enter, sales = await asyncio.gather(
        store.votes.count([artwork.id]),
        enterable(store, job, artwork.id),
        store.sales.of_artworks([artwork.id]),
    )
    sale = sales.get(artwork.id)
    view = replace(view, votes=votes[artwork.id], may_enter=may_enter, sale=sale)
    return replace(view, picture=await fetch_picture(blobs, artwork))


async def fetch_picture(blobs: Blobs, artwork: Artwork) -> bytes | None:
    """A painting's picture, or its small one if that is too large for a message."""
    picture = await _fetch(blobs, artwork.blob)
    if picture is None or len(picture) > LARGEST_PICTURE:
        picture = await _fetch(blobs, artwork.preview)
    return picture


async def _fetch(blobs: Blobs, key: str | None) -> bytes | None:
    if key is None:
        return None
    try:
        return await blobs.get(key)
    except BlobError:
        return None
