"""/describe and its button Paint this: what a picture shows, as a job of the engines."""

import secrets
from dataclasses import replace

from bot.core.commands.painting.paint import SEEDS
from bot.core.commands.painting.submit import (
    check_requests,
    default_model,
    find_repeated,
    submit_jobs,
    take_picture,
)
from bot.core.commands.privacy import choose_visibility
from bot.core.context import CommandContext
from bot.core.languages import read_request
from bot.core.messages import Reply
from bot.core.rendering.errors import RefusalError
from ganshare.domain.descriptions import DESCRIBER
from ganshare.domain.jobs import JobRequest
from ganshare.domain.limits import MIN_SIDE

__all__ = ["describe", "paint_described"]

_ASKED = JobRequest(  # what each such job asks for, but for its picture
    "/describe", 0, DESCRIBER, steps=1, width=MIN_SIDE, height=MIN_SIDE, upscale=False
)


async def describe(context: CommandContext) -> list[Reply]:
    """Queue the picture that came with the command, to be described."""
    if (repeated := await find_repeated(context, 1)) is not None:
        return repeated
    if context.picture is None:
        raise RefusalError("refusal-describe-picture")
    await check_requests(context, [_ASKED])
    request = replace(_ASKED, init_image=await take_picture(context, context.picture))
    return await submit_jobs(context, [request])


async def paint_described(context: CommandContext, subject: str) -> list[Reply]:
    """Queue the prompt that a job found for its picture."""
    if (repeated := await find_repeated(context, 1)) is not None:
        return repeated
    job = await context.seen_job(subject)
    if job.description is None:
        raise RefusalError("refusal-describe-gone")
    seed, model = secrets.randbelow(SEEDS), await default_model(context)
    request, unread = await read_request(context, JobRequest(job.description.prompt, seed, model))
    await check_requests(context, [request])
    visibility = (await choose_visibility(context)).limited(job.visibility)
    return await submit_jobs(context, [request], unread=unread, visibility=visibility)
