"""Finds the round that a finished painting may enter: that of the place where it was asked for."""

from collections.abc import Mapping

from ganshare.domain.jobs import Job
from ganshare.domain.votes import Round
from ganshare.store import Store

__all__ = ["enter_by_itself", "enterable", "round_for"]


async def round_for(store: Store, job: Job) -> Round | None:
    """Give the round under way or planned where a job's paintings are voted on."""
    place = _place_of(job)
    if not place:
        return None
    settings = await store.places.settings(place)
    return await store.rounds.current(settings.curation_place or place)


async def enterable(store: Store, job: Job, artwork: str) -> bool:
    """Whether its requester could enter it now."""
    found = await round_for(store, job)
    if found is None or found.closes <= await store.now():
        return False
    return await store.rounds.entries.of_artwork(artwork) is None


async def enter_by_itself(store: Store, job: Job) -> bool:
    """Enter a painting that was just finished, if its place and the round want that."""
    place = _place_of(job)
    if job.artwork is None or not place:
        return False
    settings = await store.places.settings(place)
    if settings.automatic_entry is False:
        return False
    where = settings.curation_place or place
    return await store.rounds.entries.enter_finished(job.artwork, where) is not None


def _place_of(job: Job) -> str:
    """Where it was asked for, as the dispatcher has kept it."""
    kept = job.reply_to.get("desk")
    return str(kept.get("place", "")) if isinstance(kept, Mapping) else ""
