"""Jobs, paintings, rounds and replies as the API gives them."""

from collections.abc import Sequence
from typing import Any

from bot.core.messages import Reply
from bot.core.rendering.job_view import JobView, load_job_view
from bot.core.rendering.replies import asked_by
from bot.web.api.caller import Caller
from bot.web.site import Site
from bot.web.views.jobs import describe_job
from bot.web.views.sheets import jobs_asked
from ganshare.domain.jobs import Artwork, Job, JobState
from ganshare.domain.votes import Round

__all__ = ["ROOT", "show_job", "show_paintings", "show_reply", "show_round"]

ROOT = "/api/v1"


async def show_job(site: Site, caller: Caller, job: Job, view: JobView | None = None) -> Any:
    """A job as it stands."""
    if job.state is JobState.QUEUED and view is None:
        view = await load_job_view(site.store, site.blobs, job)
    elif job.state is JobState.DONE:
        artwork = await site.store.gallery.get(job.artwork or "")
        is_deleted = artwork is None or artwork.deleted is not None
        view = JobView(job, artwork=artwork, is_deleted=is_deleted)
    view = view or JobView(job)
    title, text = describe_job(site, view, caller.locale)
    address = f"{site.origin(caller.request)}{ROOT}/jobs/{job.id}"
    shown = view.artwork if view.artwork is not None and view.artwork.shown else None
    return {
        "id": job.id,
        "state": str(job.state),
        "over": job.state.over,
        "prompt": job.request.prompt,
        "reading": job.request.reading,
        "seed": job.request.seed,
        "model": job.request.model,
        "width": job.request.width,
        "height": job.request.height,
        "step": job.step,
        "steps": job.steps,
        "visibility": str(job.visibility),
        "cancel_requested": job.cancel_requested,
        "position": view.place.position if view.place else None,
        "eta_seconds": view.place.eta_seconds if view.place else None,
        "title": title,
        "text": text,
        "frame": f"{address}/frame" if job.preview and not job.state.over else None,
        "painting": shown.id if shown else None,
        "created": job.created,
    }


async def show_paintings(site: Site, caller: Caller, found: Sequence[Artwork]) -> list[Any]:
    """Paintings with their votes, sales and artists."""
    ids, origin = [each.id for each in found], site.origin(caller.request)
    votes, sales = await site.store.votes.count(ids), await site.store.sales.of_artworks(ids)
    voted = await site.store.votes.voted(caller.person.id, ids)
    jobs = {each.id: each for each in await site.store.queue.several([a.job for a in found])}
    mine = await site.store.accounts.of_person(caller.person.id)
    shown = []
    for each in found:
        sale, job = sales.get(each.id), jobs.get(each.job)
        picture = f"{origin}{ROOT}/paintings/{each.id}/picture"
        shown.append(
            {
                "id": each.id,
                "job": each.job,
                "prompt": each.prompt,
                "reading": each.manifest.get("reading"),
                "artist": asked_by(job) if job is not None else "",
                "is_mine": each.person in mine,
                "seed": each.seed,
                "model": each.model,
                "width": each.width,
                "height": each.height,
                "sha256": each.sha256,
                "created": each.created,
                "visibility": str(each.visibility),
                "may_sell": each.may_sell,
                "attributes": {name: str(value) for name, value in each.attributes.items()},
                "votes": votes[each.id],
                "voted": each.id in voted,
                "sale": None
                if sale is None
                else {
                    "state": str(sale.state),
                    "price": sale.price,
                    "token_page": sale.token_page,
                    "listing_page": sale.listing_page,
                },
                "page": f"{origin}/paintings/{each.id}",
                "pictures": {size: f"{picture}?size={size}" for size in ("full", "large", "small")}
                | {"film": f"{picture}?size=film" if each.film else None},
            }
        )
    return shown


async def show_round(site: Site, round_: Round) -> Any:
    """A round at a glance; who leads is not said before it has ended."""
    status = await site.store.rounds.status(round_.id)
    standings = [] if round_.closed is None else await site.store.rounds.standings(round_.id)
    return {
        "id": round_.id,
        "title": round_.title,
        "place": round_.place,
        "opens": round_.opens,
        "closes": round_.closes if round_.closed is None else round_.closed,
        "is_open": round_.is_open(await site.store.now()),
        "entries": status.entries if status else 0,
        "pool": round_.rules.pool,
        "votes": status.votes if status else 0,
        "voters": status.voters if status else 0,
        "winners": [each.artwork for each in standings if each.won],
    }


async def show_reply(site: Site, reply: Reply) -> Any:
    """What a chat would show."""
    return {
        "title": reply.title,
        "text": reply.text,
        "fields": [{"name": name, "value": value} for name, value in reply.fields],
        "buttons": [
            [{"data": each.data, "label": each.label, "url": each.url} for each in row]
            for row in reply.buttons
        ],
        "paintings": list(reply.artworks),
        "job": reply.job,
        "jobs": [each.id for each in await jobs_asked(site, [reply])],
    }
