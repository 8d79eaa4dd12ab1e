"""Keeps the message of one job up to date, within the edit rate, until the job is over."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.core.delivery.pings import ping_when_done
from bot.core.delivery.platform import (
    Away,
    MessageGone,
    PlaceGone,
    SlowDown,
    message_name,
)
from bot.core.delivery.requester import (
    DeliveryServices,
    kept_locale,
    tell_alone,
    tell_of_lost_place,
)
from bot.core.messages import Reply
from bot.core.rendering.grid import find_lead, load_message_view, message_of
from bot.core.rendering.job_view import JobView
from bot.core.rendering.painting_content import bare
from bot.core.rendering.replies import Replies, is_masked
from bot.core.round_entry import enter_by_itself
from ganshare.domain.jobs import Job, JobState
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["JobMessage"]

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a retry
LAST_SECONDS = 1.0  # that a preview under way may still take once its job is over
LINGER_SECONDS = 30.0  # after the last news of a job that is not over
POLL_SECONDS = 0.1  # between two looks for the message that the frontend posts
MOST_MISHAPS = 5  # of our own making, after which a job's end is given up
GONE: Mapping[str, Any] = {"gone": True}  # the address of a message that was deleted

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A step and when it was seen, to tell the pace of a painting by."""

    attempt: int
    step: int
    at: float


class JobMessage:
    """Shows one job until it has no news for a while; `run` it once.

    Args:
        shown: the revision that its message shows already.
    """

    def __init__(self, post: DeliveryServices, job: Job, shown: int = 0) -> None:
        self._post, self._job, self.id = post, job, job.id
        self._news, self._over = asyncio.Event(), asyncio.Event()
        self._address: Mapping[str, Any] | None = None
        self.shown, self._shown_at = shown, float("-inf")  # the revision, and when
        self._is_showing = False
        self._mark: _Mark | None = None
        self._last: tuple[Reply, tuple[str | None, ...]] | None = (
            None  # what stands there, but for its picture
        )
        self.update(job)

    def update(self, job: Job) -> None:
        """Take in what is new; only the latest counts."""
        if job.revision < self._job.revision:
            return
        self._job = job
        if job.revision > self.shown:
            self._news.set()
        if job.state.over:
            self._over.set()

    def move(self) -> None:
        """The queue has moved: show where the job stands, if there is room for that now."""
        self._news.set()

    async def run(self) -> None:
        """Show news until the job is over, or nothing happens for a while; never raises."""
        while await self._wait_for_news():
            self._news.clear()
            if not self._job.state.over:
                await self._rest()
            if self._job.revision > self.shown:
                job = await self._deliver_until_shown()
            else:
                job = await self._show_position()
            self.shown, self._shown_at = job.revision, time.monotonic()
            if self._job.revision > job.revision:
                self._news.set()
            else:  # the inbox may have been read again before it was acknowledged
                self._news.clear()

    async def _wait_for_news(self) -> bool:
        """Linger, so that the pace is kept and what was shown is known; False if nothing comes."""
        if not self._news.is_set() and not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(self._post.pace, LINGER_SECONDS)):
                    await self._news.wait()
        return self._news.is_set()

    async def _rest(self) -> None:
        """Wait until the message may change again, or the job is over."""
        await self._pause(self._shown_at + self._post.pace - time.monotonic())

    async def _pause(self, seconds: float) -> None:
        if self._over.is_set() or seconds <= 0:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    # --- until it is shown --------------------------------------------------------------------

    async def _deliver_until_shown(self) -> Job:
        """Show the newest state until that succeeds; gives the job as shown, or as given up."""
        pause, mishaps = FIRST_PAUSE, 0
        while True:
            job = self._job
            try:
                if await self._try_show(job):
                    return job
            except SlowDown as error:
                # The end of the job may go where progress may not.
                await (asyncio.sleep if job.state.over else self._pause)(error.seconds)
            except WorldError as error:
                level = "info" if isinstance(error, Away) else "warning"
                getattr(_log, level)("not shown yet", job=job.id, reason=str(error), pause=pause)
                await (asyncio.sleep if job.state.over else self._pause)(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            except Exception:
                mishaps += 1
                _log.exception("a job is not shown", job=job.id, id=secrets.token_hex(4))
                if mishaps == MOST_MISHAPS and await self._give_up(job):
                    return job
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _show_position(self) -> Job:
        """Show where a job stands that waits; once, since it goes on moving."""
        job = self._job
        if job.state is JobState.QUEUED:
            try:
                await self._preview(job)
            except WorldError as error:
                _log.info("a place is not shown", job=job.id, reason=str(error))
            except Exception:
                _log.exception("a place is not shown", job=job.id, id=secrets.token_hex(4))
        return job

    async def _try_show(self, job: Job) -> bool:
        """Show a job once; False if it came to its end before it was shown."""
        if not job.state.over:
            return await self._preview(job)
        await self._attempt(job, self._post.ends)
        return True

    async def _preview(self, job: Job) -> bool:
        """Show progress, unless the job comes to its end before it is shown."""
        attempt = asyncio.create_task(self._attempt(job, self._post.previews))
        over = asyncio.create_task(self._over.wait())
        try:
            await asyncio.wait({attempt, over}, return_when=asyncio.FIRST_COMPLETED)
            if not attempt.done() and self._is_showing:
                await asyncio.wait({attempt}, timeout=LAST_SECONDS)
        finally:
            for task in (attempt, over):
                task.cancel()
            await asyncio.gather(attempt, over, return_exceptions=True)
        if attempt.cancelled():
            return False
        attempt.result()
        return True

    async def _attempt(self, job: Job, slots: asyncio.Semaphore) -> None:
        """Show a job as it was read, then acknowledge that."""
        is_news = job.revision > self.shown
        if (lead := await self._find_lead(job)) is not None:  # whose message shows this one, too
            if job.state is JobState.DONE:
                await enter_by_itself(self._post.store, job)
            await self._post.store.queue.renew(lead.id)
            if is_news:
                await self._post.store.queue.ack([job])
            return
        await self._find_message(job)
        async with slots:
            # The first of it the frontend itself has just shown.
            if not (is_news and job.revision == 1 and self._address):
                await self._show(job)
        if is_news:
            await self._post.store.queue.ack([job])

    async def _find_lead(self, job: Job) -> Job | None:
        """Another job whose message shows this one; it is queued a moment later."""
        store = self._post.store
        while (lead := await find_lead(store, job)) is None:
            if await store.now() - job.created >= self._post.grace:
                return None  # its frontend died between the two
            await asyncio.sleep(POLL_SECONDS)
        return None if lead.id == job.id else lead

    async def _find_message(self, job: Job) -> None:
        """Look up the job's message, and give its frontend a little time to post it."""
        store = self._post.store
        age: float | None = None
        while self._address is None:
            if (found := await store.posts.of_job(job.id)) is not None:
                self._address = found.address
                return
            if age is None:
                age = await store.now() - job.created
            if age >= self._post.grace:
                return
            await asyncio.sleep(POLL_SECONDS)
            age += POLL_SECONDS

    async def _show(self, job: Job) -> None:
        if not job.state.over and self._address == GONE:
            return  # a grid's other jobs may end later, and are shown then
        if job.state is JobState.DONE:
            await enter_by_itself(self._post.store, job)
        view = await load_message_view(self._post.store, self._post.blobs, job)
        view = replace(view, seconds_left=self._seconds_left(job))
        reply = message_of(Replies(self._post.words), view, kept_locale(job))
        # An engine that still is at the same step has nothing new to show.
        shown = (
            replace(reply, pictures=()),
            tuple(each.job.preview for each in view.grid or (view,)),
        )
        if shown == self._last and not view.over:
            self._note_place(view)
            return
        try:
            await self._show_or_send(view, reply)
            if is_masked(job) and job.state is JobState.DONE and view.picture is not None:
                await tell_alone(self._post, view)
        except PlaceGone:
            if view.over:
                await tell_of_lost_place(self._post, view)
            else:  # no progress is shown any more
                await self._keep(job, GONE)
        else:
            await self._note_painting(view)
            self._note_place(view)
            is_done = any(each.job.state is JobState.DONE for each in view.grid or (view,))
            if view.picture is not None and is_done and view.over and not is_masked(job):
                await self._ping(job)
        self._last = shown

    def _note_place(self, view: JobView) -> None:
        if view.place is not None:
            self._post.waiting.shows(view.job.id, view.place.position)

    async def _ping(self, job: Job) -> None:
        post, address = self._post, self._address
        if address is not None and address != GONE:
            await ping_when_done(post.store, post.messenger, post.words, job, address)

    async def _note_painting(self, view: JobView) -> None:
        """Remember what the message shows, so that reactions below it are votes for that."""
        message = message_name(self._address)
        if view.artwork is None or not view.artwork.shown or message is None or view.grid:
            return
        await self._post.store.posts.save(
            view.artwork.id,
            self._post.messenger.origin,
            message,
            self._address or {},
            kept_locale(self._job),
        )

    async def _show_or_send(self, view: JobView, reply: Reply) -> None:
        """Edit the job's message; where it is gone, an end is sent again."""
        job, may_send = view.job, not view.is_deleted
        known = None if self._address == GONE else self._address
        if known is None and not may_send:
            return
        try:
            await self._call(job, known, reply)
        except MessageGone:
            if not (view.over and may_send and known is not None):
                await self._keep(job, GONE)
                return
            await self._call(job, None, reply)

    async def _call(self, job: Job, known: Mapping[str, Any] | None, reply: Reply) -> None:
        if known is None and self._address is None:  # the frontend's answer may be there by now
            found = await self._post.store.posts.of_job(job.id)
            known = None if found is None or found.address == GONE else found.address
        self._is_showing = True
        try:
            if known is None and reply.pictures:  # its place is known before it shows anything
                known = await self._post.messenger.show(job, None, bare(reply))
                await self._keep(job, known)
            address = await self._post.messenger.show(job, known, reply)
        finally:
            self._is_showing = False
        await self._keep(job, address)

    async def _keep(self, job: Job, address: Mapping[str, Any]) -> None:
        """Remember where the message stands; here first, should the store be away now."""
        is_new, self._address = address != self._address, address
        if is_new:
            await self._post.store.posts.save_of_job(job.id, self._post.messenger.origin, address)

    async def _give_up(self, job: Job) -> bool:
        """Acknowledge what cannot be shown through our own fault; False if not even that works."""
        _log.error("a job is shown no more", job=job.id, revision=job.revision)
        try:
            await self._post.store.queue.ack([job])
        except WorldError:
            return False
        return True

    def _seconds_left(self, job: Job) -> float | None:
        """Tell by the steps since the first that was seen of this attempt."""
        now, mark = time.monotonic(), self._mark
        if mark is None or mark.attempt != job.attempt or job.step <= mark.step:
            if mark is None or mark.attempt != job.attempt:
                self._mark = _Mark(job.attempt, job.step, now)
            return None
        return (now - mark.at) / (job.step - mark.step) * (job.steps - job.step)
