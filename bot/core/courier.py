"""Delivery: what the engines tell the store becomes one message per job, always up to date."""

import asyncio
import time

from bot.core.delivery import Delivery, Post
from bot.core.messenger import Messenger
from bot.core.words import Words
from ganshare.blobs import Blobs
from ganshare.errors import WorldError
from ganshare.log import get_logger
from ganshare.store import Store, Topic

__all__ = ["Courier"]

PAGE = 200
LOOK_SECONDS = 5.0  # between two looks at the inbox, should no bell ring
REST_SECONDS = 0.05  # after each look, in which news gather
TROUBLE_SECONDS = 1.0

_log = get_logger(__name__)


class Courier:
    """Brings the jobs of one origin to their messages; one courier for each origin.

    A message shows the latest state only, and changes at most once per `pace` seconds, but for
    the end of a job, which is shown at once and waits for nobody else's message. What was shown
    is acknowledged, nothing else, so that a restart goes on where it was.

    Args:
        pace: seconds between two changes of one message.
        grace: seconds that the frontend has to post the answer to an ask, before the courier
            sends a message of its own.
        at_once: previews that are sent at the same moment; as many ends of jobs beside them.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        messenger: Messenger,
        words: Words,
        *,
        pace: float = 3.0,
        grace: float = 10.0,
        at_once: int = 16,
    ) -> None:
        self._store, self._origin = store, messenger.origin
        self._post = Post(store, blobs, messenger, words, pace, grace, at_once)
        self._deliveries: dict[str, Delivery] = {}
        self._settled: dict[str, int] = {}  # the last revision shown, of deliveries just ended

    async def run(self) -> None:
        """Deliver until cancelled; whatever fails is logged and tried again."""
        async with asyncio.TaskGroup() as group:
            while True:
                began = time.monotonic()
                try:
                    await self._collect(group)
                except WorldError as error:
                    _log.warning("the inbox cannot be read", reason=str(error))
                    await asyncio.sleep(TROUBLE_SECONDS)
                # With a long inbox, most of the time is left for delivering it.
                await asyncio.sleep(max(REST_SECONDS, 2 * (time.monotonic() - began)))
                await self._store.wait(LOOK_SECONDS, Topic.NEWS)

    async def _collect(self, group: asyncio.TaskGroup) -> None:
        """Hand all news to the deliveries of their jobs; new ones begin."""
        after, more = "", True
        while more:
            # A page read before an acknowledgement may arrive after the delivery's end.
            self._settled.clear()
            page = await self._store.inbox(self._origin, PAGE, after=after)
            for job in page:
                if job.revision <= self._settled.get(job.id, 0):
                    continue
                if (delivery := self._deliveries.get(job.id)) is not None:
                    delivery.update(job)
                    continue
                self._deliveries[job.id] = Delivery(self._post, job)
                group.create_task(self._deliver(job.id))
            more = len(page) == PAGE
            after = page[-1].id if page else ""

    async def _deliver(self, job_id: str) -> None:
        delivery = self._deliveries[job_id]
        try:
            await delivery.run()
        finally:
            del self._deliveries[job_id]
            self._settled[job_id] = delivery.shown
