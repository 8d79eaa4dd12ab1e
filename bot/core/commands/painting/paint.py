"""/paint, /random and the buttons Again, Vary and Edit: requests from what was typed or shown."""

import secrets
from dataclasses import replace

from bot.core.commands.painting.paint_options import read_options
from bot.core.commands.painting.submit import (
    check_requests,
    default_model,
    find_repeated,
    submit_jobs,
    take_picture,
)
from bot.core.commands.parameters import Arguments
from bot.core.commands.privacy import choose_visibility
from bot.core.context import CommandContext
from bot.core.languages import read_request
from bot.core.messages import CommandRequest, Form, Reply
from bot.core.random_prompts import why_line
from bot.core.rendering.errors import RefusalError
from ganshare.domain.asked_prompt import PaintOptions, read_prompt
from ganshare.domain.descriptions import DESCRIBER
from ganshare.domain.engines import painted_by
from ganshare.domain.jobs import Job, JobRequest
from ganshare.errors import ParameterError, must_be_one_of
from ganshare.prompts import MAX_SEED

__all__ = ["SEEDS", "again", "edit", "paint", "paint_random", "vary"]

SEEDS = 2**32  # of random ones: short enough to be read out


async def paint(context: CommandContext, arguments: Arguments) -> list[Reply]:
    """Queue what `/paint` asks for."""
    options = read_options(arguments)
    count, given = options.count, options.others
    if (repeated := await find_repeated(context, count)) is not None:
        return repeated
    visibility = await choose_visibility(context, options.visibility)
    edited = await _edited(context)
    before = kept = None
    if edited is not None:
        visibility = visibility.limited(edited.visibility)
        before = None if edited.request.describes else edited.request
    if before is not None:
        size = f"{before.width}x{before.height}"
        kept = PaintOptions(
            None, before.steps, size, before.num_cutouts, before.preset, before.model
        )
    asked = read_prompt(options.prompt, PaintOptions(**given), kept)  # type: ignore[arg-type]
    if asked.model == DESCRIBER:
        offered = painted_by(await context.store.queue.engines())
        raise must_be_one_of(ParameterError, "model", asked.model, offered)
    request = JobRequest(
        prompt=asked.text,
        seed=secrets.randbelow(SEEDS) if asked.seed is None else asked.seed,
        model=asked.model or await default_model(context),
        steps=asked.steps,
        width=asked.width,
        height=asked.height,
        num_cutouts=asked.num_cutouts,
        preset=asked.preset,
    )
    request, unread = await read_request(context, request)
    await check_requests(context, [request] * count)
    if (picture := context.picture) is not None:
        request = replace(request, init_image=await take_picture(context, picture))
    elif before is not None:
        await _check_init_image(context, before)
        strength = before.init_strength
        request = replace(
            request, init_image=before.init_image, init_fit=before.init_fit, init_strength=strength
        )
    if options.strength is not None:
        if request.init_image is None:
            raise RefusalError("refusal-strength")
        request = replace(request, init_strength=options.strength)
    requests = [replace(request, seed=(request.seed + n) % (MAX_SEED + 1)) for n in range(count)]
    return await submit_jobs(
        context, requests, unread=unread, visibility=visibility, in_grid=count > 1
    )


async def edit(context: CommandContext, subject: str) -> list[Reply]:
    """Ask for another prompt, to paint it with all else as it was."""
    job = await _painted_by(context, subject)
    described = job.description
    form = Form(subject, described.prompt if described else job.request.prompt)
    return [Reply(title=context.say("edit-title"), text=context.say("edit-how"), form=form)]


async def _edited(context: CommandContext) -> Job | None:
    """The job whose prompt was edited into the one that is asked for."""
    given = context.given
    if not isinstance(given, CommandRequest) or not given.edits:
        return None
    return await _painted_by(context, given.edits)


async def _painted_by(context: CommandContext, subject: str) -> Job:
    """The job of a painting, or that of this id, if its prompt may be seen."""
    artwork = await context.store.gallery.get(subject)
    return await context.seen_job(artwork.job if artwork else subject)


async def _check_init_image(context: CommandContext, request: JobRequest) -> None:
    begins_from = request.init_image
    if begins_from is not None and not await context.services.blobs.exists(begins_from):
        raise RefusalError("refusal-init-gone")


async def paint_random(context: CommandContext, arguments: Arguments) -> list[Reply]:
    """Queue prompts from the owner's prompt source, by default the Thompson sampler."""
    count, category = int(arguments.get("count", 1)), arguments.get("category")
    if (repeated := await find_repeated(context, count)) is not None:
        return repeated
    model, requests, reasons = await default_model(context), [], []
    for _ in range(count):
        seed, kind = secrets.randbelow(SEEDS), str(category) if category else None
        idea = await context.services.prompts.draw(seed, kind)
        request = JobRequest(idea.prompt.text, idea.prompt.seed, model)
        # A source that repeats what people wrote may draw other languages.
        requests.append((await read_request(context, request))[0])
        known = context.services.prompts.knows_any
        reasons.append(why_line(context.services.words, context.locale, idea, knows_any=known))
    await check_requests(context, requests)
    return await submit_jobs(context, requests, reasons)


async def again(context: CommandContext, subject: str) -> list[Reply]:
    """Queue what a painting, or a job that was not painted, asked for: with a new seed."""
    if (repeated := await find_repeated(context, 1)) is not None:
        return repeated
    job = await _painted_by(context, subject)
    request = replace(job.request, seed=secrets.randbelow(SEEDS))
    await _check_init_image(context, request)
    request, unread = await read_request(context, request)
    await check_requests(context, [request])
    visibility = (await choose_visibility(context)).limited(job.visibility)
    return await submit_jobs(context, [request], unread=unread, visibility=visibility)


async def vary(context: CommandContext, subject: str) -> list[Reply]:
    """Queue the same prompt, beginning from the painting."""
    if (repeated := await find_repeated(context, 1)) is not None:
        return repeated
    artwork = await context.artwork(subject)
    job = await context.job(artwork.job)
    seed = secrets.randbelow(SEEDS)
    request = replace(job.request, seed=seed, init_image=artwork.blob)
    request, unread = await read_request(context, request)
    await check_requests(context, [request])
    visibility = (await choose_visibility(context)).limited(artwork.visibility)
    return await submit_jobs(context, [request], unread=unread, visibility=visibility)
