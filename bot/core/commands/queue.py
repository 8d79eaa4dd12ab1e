"""/queue and /cancel."""

import asyncio

from bot.core.commands.gallery import LABEL
from bot.core.context import CommandContext
from bot.core.messages import Action, Button, Reply
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.grid import ALL, jobs_of_grid
from bot.core.rendering.job_view import JobView, load_job_view
from bot.core.rendering.replies import shortened
from ganshare.domain.jobs import Job, JobState

__all__ = ["cancel", "queue", "standing"]

MOST_JOBS = 10


async def queue(context: CommandContext) -> list[Reply]:
    """Show where the asker's jobs stand, and how long the queue is."""
    active = await _active(context)
    views = await asyncio.gather(
        *(load_job_view(context.store, context.services.blobs, job) for job in active[:MOST_JOBS])
    )
    counts, live = await asyncio.gather(
        context.store.queue.counts((JobState.QUEUED, JobState.RUNNING)),
        context.store.queue.engines(),
    )
    overall = context.say(
        "queue-all",
        queued=counts[JobState.QUEUED],
        running=counts[JobState.RUNNING],
        engines=len(live),
    )
    fields = tuple(
        (f"{number} · {view.job.id}", _standing(context, view))
        for number, view in enumerate(views, 1)
    )
    buttons = tuple(
        Button(Action.CANCEL, view.job.id, str(number), "✖️")
        for number, view in enumerate(views[:5], 1)
    )
    text = overall if views else f"{context.say('queue-none')}\n\n{overall}"
    return [
        Reply(
            title=context.say("queue-title"),
            text=text,
            fields=fields,
            buttons=(buttons,) if buttons else (),
            is_private=True,
        )
    ]


async def standing(context: CommandContext, job_id: str) -> list[Reply]:
    """Say where one job stands now; the delivery service updates its message."""
    job = await context.job(job_id)
    view = await load_job_view(context.store, context.services.blobs, job)
    reply = context.replies.of(view, context.locale)
    lines = [reply.title]
    if view.job.state is JobState.QUEUED:
        lines.append(context.replies.waiting(view, context.locale))
    return [Reply(text="\n".join(lines), is_private=True)]


def _standing(context: CommandContext, view: JobView) -> str:
    job, place = view.job, view.place
    prompt = shortened(job.request.prompt, LABEL)
    if job.state is JobState.QUEUED and place is not None:
        first = context.say("queue-queued", position=place.position, of=place.of, prompt=prompt)
        return f"{first}\n{context.replies.waiting(view, context.locale)}"
    return context.say("queue-running", step=job.step, steps=job.steps, prompt=prompt)


async def cancel(context: CommandContext, job_id: str) -> list[Reply]:
    """Cancel a job, or the asker's newest active one if none is named."""
    if job_id.endswith(ALL):
        return await _cancel_grid(context, await context.job(job_id.removesuffix(ALL)))
    if not job_id:
        active = await _active(context)
        if not active:
            raise RefusalError("refusal-cancel-none")
        job = max(active, key=lambda each: each.id)
    else:
        job = await context.job(job_id)
    return [context.quietly("cancel-done" if await _cancel(context, job) else "cancel-over")]


async def _cancel_grid(context: CommandContext, lead: Job) -> list[Reply]:
    """Cancel what is not over yet of several paintings that were asked for at once."""
    jobs = await jobs_of_grid(context.store, lead)
    done = [await _cancel(context, job) for job in jobs if not job.state.over]
    return [context.quietly("cancel-done" if any(done) else "cancel-over")]


async def _cancel(context: CommandContext, job: Job) -> bool:
    """Whether that ended it before it was over."""
    by = job.person if context.owns(job.person) else context.main
    cancelled = await context.store.queue.cancel(job.id, by=by, admin=context.oversees(job))
    return cancelled.state is JobState.CANCELLED and not job.state.over


async def _active(context: CommandContext) -> list[Job]:
    found = await asyncio.gather(*(context.store.queue.active(each) for each in context.accounts))
    return sorted((job for jobs in found for job in jobs), key=lambda job: job.id)
