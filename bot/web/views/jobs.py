"""The page of a job, and the event stream that updates it."""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from bot.core.rendering.grid import find_lead, jobs_of_grid
from bot.core.rendering.job_view import JobView, load_job_view
from bot.core.rendering.replies import Replies
from bot.web.image_responses import frame_path, sized_path
from bot.web.request_context import RequestContext
from bot.web.site import Refused, Site
from bot.web.views.gallery import check_alone
from ganshare.domain.jobs import Job, JobState
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger

__all__ = [
    "describe_job",
    "find_job",
    "job_events",
    "job_page",
    "load_view",
    "sheet_path",
    "stream_news",
]

QUIET_SECONDS = 15.0  # after which a line without meaning keeps proxies from hanging up
RETRY_MILLISECONDS = 2000

_log = get_logger(__name__)

_PARTS = 4  # in which progress is read aloud


async def find_job(site: Site, context: RequestContext, job_id: str) -> Job:
    """The job, if whoever asks may see it; else the answer is 404."""
    job = await site.store.queue.get(job_id)
    if job is None:
        raise Refused(404, "web-not-found")
    await check_alone(site, job, context.request)
    return job


async def job_page(site: Site, context: RequestContext) -> Response:
    """How a job stands now; the painting itself once there is one."""
    job = await find_job(site, context, context.request.path_params["job"])
    view = await load_view(site, job)
    if view.artwork is not None and view.artwork.shown:
        return RedirectResponse(f"/paintings/{view.artwork.id}", 303)
    title, text = describe_job(site, view, context.locale)
    owners = await site.store.accounts.of_person(context.person.id)
    return site.page(
        context,
        "job.html",
        job=job,
        title=title,
        text=text,
        reading=Replies(site.words).prompt(job, context.locale).splitlines()[1:],
        frame=frame_path(job.preview),
        is_own=job.person in owners,
        may_paint=await site.may_paint(context),
        sheet=await _sheet_of(site, job),
        nonce=secrets.token_hex(16),
    )


async def _sheet_of(site: Site, job: Job) -> tuple[str, int]:
    """Where a job is shown with all that were asked for at once, and how many; "" if alone."""
    lead = await find_lead(site.store, job)
    jobs = await jobs_of_grid(site.store, lead) if lead is not None else []
    return (sheet_path(jobs), len(jobs)) if len(jobs) > 1 else ("", 1)


def sheet_path(jobs: Sequence[Job]) -> str:
    """The address of a page of several jobs."""
    return f"/sheets/{'-'.join(each.id for each in jobs)}"


async def load_view(site: Site, job: Job) -> JobView:
    """The job with its place while it waits, or with its artwork; its pictures come by address."""
    if job.state is JobState.QUEUED:
        return await load_job_view(site.store, site.blobs, job)
    if job.state is not JobState.DONE:
        return JobView(job)
    artwork = await site.store.gallery.get(job.artwork or "")
    is_deleted = artwork is None or artwork.deleted is not None
    return JobView(job, artwork=artwork, is_deleted=is_deleted)


def describe_job(site: Site, view: JobView, locale: str) -> tuple[str, str]:
    """A job's title and what else there is to say, in the words that the chats read."""
    replies = Replies(site.words)
    reply = replies.whole(view, locale)
    if view.job.state is JobState.QUEUED:
        return reply.title, replies.waiting(view, locale)
    if view.job.state is JobState.RUNNING:  # its bar is one of the page's own
        cancelling = view.job.cancel_requested
        return reply.title, site.words.say(locale, "running-cancelling") if cancelling else ""
    prompt = replies.prompt(view.job, locale)
    return reply.title, "\n".join(each for each in reply.text.split("\n\n") if each != prompt)


async def job_events(site: Site, context: RequestContext) -> Response:
    """What is new about a job, as server-sent events, until it is over."""
    job = await find_job(site, context, context.request.path_params["job"])
    news = partial(_news, site, context)
    return stream_news(site, context.request, context.session.rate_name, job, news)


def stream_news(
    site: Site,
    request: Request,
    name: str,
    job: Job,
    news: Callable[[JobView], Awaitable[dict[str, Any]]],
) -> Response:
    """Send what is new about a job as server-sent events; raises Refused if too many are open.

    Args:
        name: of who asks, that open streams are counted by.
        news: makes the data of an event.
    """
    last = request.headers.get("last-event-id") or request.query_params.get("seen", "")
    seen = int(last) if last.isdecimal() and len(last) < 18 else -1
    stream = site.stream(request, name)
    stream.__enter__()  # refuses before the answer begins; left when it ends

    async def lines() -> AsyncIterator[str]:
        try:
            yield f"retry: {RETRY_MILLISECONDS}\n\n"
            async for view in site.follower.follow(job, seen, QUIET_SECONDS):
                if view is None:
                    yield ": still here\n\n"
                else:
                    data = json.dumps(await news(view), ensure_ascii=False)
                    yield f"event: news\nid: {view.job.revision}\ndata: {data}\n\n"
        except WorldError as error:  # the page comes back by itself
            _log.warning("a stream waits for the world", reason=str(error))
        finally:
            stream.__exit__(None, None, None)

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)


async def _news(site: Site, context: RequestContext, view: JobView) -> dict[str, Any]:
    job = view.job
    if job.state is JobState.DONE:
        view = await load_view(site, job)
    title, text = describe_job(site, view, context.locale)
    shown = view.artwork if view.artwork is not None and view.artwork.shown else None
    return {
        "state": str(job.state),
        "over": job.state.over,
        "step": job.step,
        "steps": job.steps,
        "title": title,
        "text": text,
        "frame": frame_path(job.preview),
        "cancelling": job.cancel_requested,
        "announce": _announced(site, context.locale, job, title),
        "picture": sized_path(shown, "large") if shown else None,
        "painting": f"/paintings/{shown.id}" if shown else None,
    }


def _announced(site: Site, locale: str, job: Job, title: str) -> str:
    """The text for screen readers: changes every quarter of the way, not every step."""
    say = site.words.say
    if job.state is JobState.DONE:
        return say(locale, "web-announce-done")
    if job.state is not JobState.RUNNING:
        return title
    part = _PARTS * job.step // max(1, job.steps)
    if not part:
        return say(locale, "web-announce-begins")
    return say(locale, "web-announce-part", percent=100 * part // _PARTS)
