"""Sends a member one extra message when their painting is finished."""

from collections.abc import Mapping
from typing import Any

from bot.core.delivery.platform import MessageGone, Messenger, PlaceGone
from bot.core.rendering.catalogue import Catalogue
from ganshare.domain.jobs import Job
from ganshare.domain.pings import LATE_SECONDS, Ping
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store

__all__ = ["ping_when_done"]

OLD_SECONDS = 600.0  # after which it is no news any more, as after a long stop of the bot

_log = get_logger(__name__)


async def ping_when_done(
    store: Store, messenger: Messenger, words: Catalogue, job: Job, address: Mapping[str, Any]
) -> None:
    """Tell them as they have chosen; a failure is logged, since the painting itself is shown."""
    kept = job.reply_to.get("desk")
    if not isinstance(kept, Mapping) or job.finished is None or not kept.get("person"):
        return
    name = f"ping:{job.id}"
    try:
        choice = await store.people.ping(job.person)
        is_late = job.finished - job.created >= LATE_SECONDS
        if choice is Ping.NEVER or (choice is Ping.LATE and not is_late):
            return
        if await store.now() - job.finished > OLD_SECONDS:
            return
        if not await store.posts.begin_telling(name, messenger.origin):
            return
        text = words.say(str(kept.get("locale", "en")), "ping-done")
        person, called = str(kept["person"]), str(kept.get("name") or "")
        await messenger.ping(job, address, person, called, text)
        await store.posts.end_telling(name, messenger.origin)
    except (WorldError, PlaceGone, MessageGone) as error:
        _log.info("nobody was told that a painting is done", job=job.id, reason=str(error))
