"""Several jobs on one page, each as it stands: what was asked for at once, or is under way."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from bot.core.messages import Reply
from bot.core.rendering.grid import jobs_of_grid
from bot.web.image_responses import frame_path, small_path
from bot.web.request_context import RequestContext
from bot.web.site import Refused, Site
from bot.web.static_files import ratio_class
from bot.web.views.jobs import describe_job, find_job, load_view, sheet_path
from ganshare.domain.jobs import Job

__all__ = ["MOST", "Cell", "cells", "jobs_asked", "sheet_page"]

MOST = 12  # jobs on a sheet


@dataclass(frozen=True)
class Cell:
    """A job on a sheet.

    Args:
        path: of its painting, or of its own page until there is one.
        picture: address of the painting or of the newest frame; "" without either.
        painting: its id; "" until there is one.
    """

    job: Job
    title: str
    path: str
    picture: str
    painting: str
    ratio_class: str
    is_own: bool


async def sheet_page(site: Site, context: RequestContext) -> Response:
    """The jobs that the address names; a script asks for it again until all are over."""
    ids = list(dict.fromkeys(context.request.path_params["jobs"].split("-")))
    if len(ids) > MOST:
        raise Refused(404, "web-not-found")
    jobs = [await find_job(site, context, each) for each in ids]
    found = await cells(site, context, jobs)
    is_over = all(each.state.over for each in jobs)
    count = sum(bool(each.painting) for each in found)
    title = "grid-title" if is_over else "grid-under-way"
    return site.page(
        context,
        "sheet.html",
        prompt=jobs[0].request.prompt,
        found=found,
        path="" if is_over else sheet_path(jobs),
        title=site.words.say(context.locale, title, count=count, of=len(jobs)),
    )


async def cells(site: Site, context: RequestContext, jobs: Sequence[Job]) -> list[Cell]:
    """Jobs as a sheet shows them."""
    own = await site.store.accounts.of_person(context.person.id)
    return [await _cell(site, context, each, is_own=each.person in own) for each in jobs]


async def _cell(site: Site, context: RequestContext, job: Job, *, is_own: bool) -> Cell:
    view = await load_view(site, job)
    art = view.artwork if view.artwork is not None and view.artwork.shown else None
    size = (art.width, art.height) if art else (job.request.width, job.request.height)
    return Cell(
        job=job,
        title=describe_job(site, view, context.locale)[0],
        path=f"/paintings/{art.id}" if art else f"/jobs/{job.id}",
        picture=small_path(art) if art else (frame_path(job.preview) or ""),
        painting=art.id if art else "",
        ratio_class=ratio_class(*size),
        is_own=is_own,
    )


async def jobs_asked(site: Site, replies: Sequence[Reply]) -> list[Job]:
    """The jobs of the replies to one request, in order; one message may show several."""
    leads = [await site.store.queue.get(each.job) for each in replies if each.job]
    return [job for lead in leads if lead for job in await jobs_of_grid(site.store, lead)]
