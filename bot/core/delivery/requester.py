"""Sends a painting to the member who asked for it if its job's message cannot show it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.delivery.platform import MessageGone, Messenger, PlaceGone
from bot.core.delivery.queue_positions import QueuePositions
from bot.core.delivery.renewals import PaintingMessages
from bot.core.messages import Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.grid import message_of
from bot.core.rendering.job_view import JobView
from bot.core.rendering.painting_content import bare
from bot.core.rendering.replies import Replies, is_masked
from ganshare.blobs import Blobs
from ganshare.domain.jobs import Job, JobState
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store

__all__ = ["DeliveryServices", "kept_locale", "tell_alone", "tell_of_lost_place"]

_log = get_logger(__name__)


class DeliveryServices:
    """Services that all job messages of one origin share; arguments as of `DeliveryService`.

    Args:
        waiting: learns the queue positions that messages show.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        messenger: Messenger,
        words: Catalogue,
        pace: float,
        grace: float,
        at_once: int,
        waiting: QueuePositions,
    ) -> None:
        self.store, self.blobs, self.messenger, self.words = store, blobs, messenger, words
        self.messages = PaintingMessages(store, blobs, words)
        self.pace, self.grace, self.waiting = pace, grace, waiting
        # Ends have slots of their own, so that they never wait for previews.
        self.previews, self.ends = asyncio.Semaphore(at_once), asyncio.Semaphore(at_once)


async def tell_of_lost_place(post: DeliveryServices, view: JobView) -> None:
    """Send what was painted where nothing can be shown any more."""
    cells = view.grid or (view,)
    if all(each.job.state is JobState.CANCELLED or each.is_deleted for each in cells):
        return
    locale = _own_locale(view.job)
    where = post.words.say(locale, "place-gone")
    whole = _whole(post, view)
    told = replace(whole, text=f"{where}\n\n{whole.text}", is_private=True, job=None)
    await _tell(post, view, told)


async def tell_alone(post: DeliveryServices, view: JobView) -> None:
    """Send a painting that is for its requester alone to them, once."""
    name, posts = f"alone:{view.job.id}", post.store.posts
    if not await posts.begin_telling(name, post.messenger.origin):
        return
    try:
        await _tell(post, view, replace(_whole(post, view), is_private=True, job=None))
    except WorldError:
        await posts.end_telling(name, post.messenger.origin, has_told=False)
        raise
    await posts.end_telling(name, post.messenger.origin)


def kept_locale(job: Job) -> str:
    """The language of the place where a job was asked for."""
    return str(_kept(job).get("locale", "en"))


def _own_locale(job: Job) -> str:
    """The language of whoever asked, for what they alone read."""
    return str(_kept(job).get("own_locale") or kept_locale(job))


def _kept(job: Job) -> Mapping[str, Any]:
    """What the dispatcher kept with a job."""
    kept = job.reply_to.get("desk")
    return kept if isinstance(kept, Mapping) else {}


def _whole(post: DeliveryServices, view: JobView) -> Reply:
    replies, locale = Replies(post.words), _own_locale(view.job)
    if view.grid:
        return message_of(replies, view, locale)
    return replies.whole(view, locale)


async def _tell(post: DeliveryServices, view: JobView, told: Reply) -> None:
    cells = [
        each.artwork for each in view.grid or (view,) if not (view.grid and is_masked(each.job))
    ]
    artworks = tuple(each.id for each in cells if each is not None and each.shown)
    artworks = artworks if told.pictures else ()
    person, messenger = str(_kept(view.job).get("person", view.job.person)), post.messenger
    try:
        address = await messenger.tell(person, bare(told) if artworks else told)
    except (PlaceGone, MessageGone) as error:
        _log.info("nobody can be told of a job's end", job=view.job.id, reason=str(error))
        return
    if not artworks:
        return
    try:
        await post.messages.show(
            messenger.origin,
            address,
            replace(told, artworks=artworks, locale=_own_locale(view.job)),
            lambda shown: messenger.show(view.job, address, shown),
            person=person,
        )
    except WorldError as error:  # the renewals go on with it
        _log.info("a painting is shown later", job=view.job.id, reason=str(error))
