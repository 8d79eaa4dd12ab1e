"""Finds the round that a finished painting may enter: that of the place where it was asked for."""

from ganshare.domain.jobs import Job
from ganshare.domain.votes import Round
from ganshare.store import Store

__all__ = ["curation_place", "enter_by_itself", "enterable", "round_for"]


async def curation_place(store: Store, job: Job) -> str:
    """Name the place where a job's paintings are voted on; "" if it came from none."""
    if not job.place:
        return ""
    return (await store.places.settings(job.place, job.within)).curation_place or job.place


async def round_for(store: Store, job: Job) -> Round | None:
    """Give the round under way or planned where a job's paintings are voted on."""
    place = await curation_place(store, job)
    return await store.rounds.current(place) if place else None


async def enterable(store: Store, job: Job, artwork: str) -> bool:
    """Whether its requester could enter it now."""
    found = await round_for(store, job)
    if found is None or found.closes <= await store.now():
        return False
    return await store.rounds.entries.is_free(artwork)


async def enter_by_itself(store: Store, job: Job) -> bool:
    """Enter a painting that was just finished, if its place and the round want that."""
    if job.artwork is None or not job.place:
        return False
    settings = await store.places.settings(job.place, job.within)
    if settings.automatic_entry is False:
        return False
    where = settings.curation_place or job.place
    return await store.rounds.entries.enter_finished(job.artwork, where) is not None
