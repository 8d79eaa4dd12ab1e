"""`/queue` and `/cancel`: where jobs stand."""

import asyncio

from bot.core.commands.gallery import LABEL
from bot.core.context import Errand
from bot.core.messages import Action, Button, Reply
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.job_view import View, look_at
from bot.core.rendering.replies import shortened
from ganshare.domain.jobs import Job, JobState

__all__ = ["cancel", "queue", "standing"]

MOST_JOBS = 10


async def queue(errand: Errand) -> list[Reply]:
    """Show where the asker's jobs stand, and how long the queue is."""
    active = await _active(errand)
    views = await asyncio.gather(
        *(look_at(errand.store, errand.tools.blobs, job) for job in active[:MOST_JOBS])
    )
    counts, live = await asyncio.gather(
        errand.store.queue.counts((JobState.QUEUED, JobState.RUNNING)), errand.store.queue.engines()
    )
    overall = errand.say(
        "queue-all",
        queued=counts[JobState.QUEUED],
        running=counts[JobState.RUNNING],
        engines=len(live),
    )
    fields = tuple(
        (f"{number} · {view.job.id}", _standing(errand, view))
        for number, view in enumerate(views, 1)
    )
    buttons = tuple(
        Button(Action.CANCEL, view.job.id, str(number), "✖️")
        for number, view in enumerate(views[:5], 1)
    )
    text = overall if views else f"{errand.say('queue-none')}\n\n{overall}"
    return [
        Reply(
            title=errand.say("queue-title"),
            text=text,
            fields=fields,
            buttons=(buttons,) if buttons else (),
            is_private=True,
        )
    ]


async def standing(errand: Errand, job_id: str) -> list[Reply]:
    """Say where one job stands now; its message itself is the courier's."""
    job = await errand.job(job_id)
    view = await look_at(errand.store, errand.tools.blobs, job)
    reply = errand.replies.of(view, errand.locale)
    lines = [reply.title]
    if view.job.state is JobState.QUEUED:
        lines.append(errand.replies.waiting(view, errand.locale))
    return [Reply(text="\n".join(lines), is_private=True)]


def _standing(errand: Errand, view: View) -> str:
    job, place = view.job, view.place
    prompt = shortened(job.request.prompt, LABEL)
    if job.state is JobState.QUEUED and place is not None:
        first = errand.say("queue-queued", position=place.position, of=place.of, prompt=prompt)
        return f"{first}\n{errand.replies.waiting(view, errand.locale)}"
    return errand.say("queue-running", step=job.step, steps=job.steps, prompt=prompt)


async def cancel(errand: Errand, job_id: str) -> list[Reply]:
    """Cancel a job, or the asker's newest active one if none is named."""
    if not job_id:
        active = await _active(errand)
        if not active:
            raise RefusalError("cancel-none")
        job = max(active, key=lambda each: each.id)
    else:
        job = await errand.job(job_id)
    by = job.person if errand.owns(job.person) else errand.main
    cancelled = await errand.store.queue.cancel(job.id, by=by, admin=errand.oversees(job))
    if cancelled.state is JobState.CANCELLED and not job.state.over:
        return [errand.quietly("cancel-done")]
    return [errand.quietly("cancel-over" if cancelled.state.over else "cancel-asked")]


async def _active(errand: Errand) -> list[Job]:
    found = await asyncio.gather(*(errand.store.queue.active(each) for each in errand.accounts))
    return sorted((job for jobs in found for job in jobs), key=lambda job: job.id)
