"""Background tasks of the page's process: closes its own rounds, enters paintings."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot.app import Front
from bot.core.messages import Button, Reply
from bot.core.round_entry import enter_by_itself
from ganshare.domain.jobs import JobState
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Topic

__all__ = ["keep_rounds"]

ORIGIN = "web"
PAGE = 200
LOOK_SECONDS = 5.0

_log = get_logger(__name__)


class _PageAnnouncer:
    """The page shows rounds when asked; it posts nothing."""

    origin = ORIGIN

    async def post(
        self, place: str, reply: Reply, name: str, topic: int | None = None
    ) -> Mapping[str, Any] | None:
        """It is on the page already."""
        return None

    async def renew(self, address: Mapping[str, Any], reply: Reply) -> Mapping[str, Any]:
        """The same."""
        return address

    async def relabel(
        self, address: Mapping[str, Any], buttons: Sequence[Sequence[Button]]
    ) -> None:
        """A page is rendered again for each request."""


async def keep_rounds(front: Front) -> None:
    """Do both until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(front.scheduler(_PageAnnouncer()).run())
        tasks.create_task(_enter_paintings(front))


async def _enter_paintings(front: Front) -> None:
    """Enter what was painted from the page; in the chats, the delivery service does it."""
    while True:
        try:
            after, more = "", True
            while more:
                page = await front.store.queue.inbox(ORIGIN, PAGE, after=after)
                over = [job for job in page if job.state.over]
                for job in over:
                    if job.state is JobState.DONE:
                        await enter_by_itself(front.store, job)
                if over:
                    await front.store.queue.ack(over)
                more = len(page) == PAGE
                after = page[-1].id if page else ""
            await front.store.wait(LOOK_SECONDS, Topic.NEWS)
        except WorldError as error:
            _log.warning("paintings are entered later", reason=str(error))
        await asyncio.sleep(1.0)
