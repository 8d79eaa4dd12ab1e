"""Delivery: keeps one message per job up to date with what the engines report."""

import asyncio
import time

from bot.core.delivery.job_message import JobMessage
from bot.core.delivery.platform import Messenger
from bot.core.delivery.queue_positions import QueuePositions
from bot.core.delivery.requester import DeliveryServices
from bot.core.rendering.catalogue import Catalogue
from ganshare.blobs import Blobs
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store, Topic

__all__ = ["DeliveryService"]

PAGE = 200
LOOK_SECONDS = 5.0  # between two looks at the inbox, should no notification come
REST_SECONDS = 0.05  # after each look, in which news gather
TROUBLE_SECONDS = 1.0
LONGEST_QUEUE = 300  # jobs, behind which nobody is told that they moved

_log = get_logger(__name__)


class DeliveryService:
    """Keeps the messages of one origin's jobs up to date; one service per origin.

    A message shows the latest state only, and changes at most once per `pace` seconds, but for
    the end of a job, which is shown at once and waits for nobody else's message. What was shown
    is acknowledged, nothing else, so that a restart goes on where it was. Jobs that wait have no
    news of their own; a look at the queue tells whose place is worth showing.

    Args:
        pace: seconds between two changes of one message.
        grace: seconds that the frontend has to post the answer to a command, before the service
            sends a message of its own.
        at_once: previews that are sent at the same moment; as many ends of jobs beside them.
        queue_pace: seconds between two looks at the queue.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        messenger: Messenger,
        words: Catalogue,
        *,
        pace: float = 3.0,
        grace: float = 10.0,
        at_once: int = 16,
        queue_pace: float = 5.0,
    ) -> None:
        self._store, self._origin = store, messenger.origin
        self._waiting, self._queue_pace = QueuePositions(queue_pace), queue_pace
        self._post = DeliveryServices(
            store, blobs, messenger, words, pace, grace, at_once, self._waiting
        )
        self._deliveries: dict[str, JobMessage] = {}
        self._settled: dict[str, int] = {}  # the last revision shown, of deliveries just ended

    async def run(self) -> None:
        """Deliver until cancelled; failures are logged and retried."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_queue(group))
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
            page = await self._store.queue.inbox(self._origin, PAGE, after=after)
            for job in page:
                if job.revision <= self._settled.get(job.id, 0):
                    continue
                if (delivery := self._deliveries.get(job.id)) is not None:
                    delivery.update(job)
                    continue
                self._begin(group, JobMessage(self._post, job))
            more = len(page) == PAGE
            after = page[-1].id if page else ""

    async def _follow_queue(self, group: asyncio.TaskGroup) -> None:
        """Show waiting people that their position changed."""
        while True:
            await asyncio.sleep(self._queue_pace)
            try:
                queue = await self._store.queue.jobs(LONGEST_QUEUE)
            except WorldError as error:
                _log.warning("the queue cannot be read", reason=str(error))
                continue
            for job in self._waiting.due(queue, self._origin):
                if job.id not in self._deliveries:
                    if job.revision > job.seen:
                        continue  # the inbox has it
                    self._begin(group, JobMessage(self._post, job, shown=job.revision))
                self._deliveries[job.id].move()

    def _begin(self, group: asyncio.TaskGroup, delivery: JobMessage) -> None:
        self._deliveries[delivery.id] = delivery
        group.create_task(self._deliver(delivery))

    async def _deliver(self, delivery: JobMessage) -> None:
        try:
            await delivery.run()
        finally:
            del self._deliveries[delivery.id]
            self._settled[delivery.id] = delivery.shown
