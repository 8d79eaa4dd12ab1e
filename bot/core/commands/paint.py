"""/paint, /random and the buttons Again and Vary: checks every limit, then queues the jobs."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.core.commands.paint_options import read_options
from bot.core.commands.parameters import Arguments
from bot.core.commands.privacy import choose_visibility
from bot.core.commands.sales import share_promised
from bot.core.context import CommandContext
from bot.core.init_image import clean_png, store_picture
from bot.core.languages import read_request
from bot.core.messages import CommandRequest, Form, Rank, Reply
from bot.core.random_prompts import why_line
from bot.core.rendering.errors import RefusalError, sentence_of
from bot.core.rendering.grid import grid_key, load_message_view, message_of
from ganshare.domain.asked_prompt import PaintOptions, read_prompt
from ganshare.domain.jobs import Job, JobRequest
from ganshare.domain.shares import Payment
from ganshare.domain.visibility import Visibility
from ganshare.errors import AskerError, PromptError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.prompts import MAX_SEED
from ganshare.safety import UnsafeImageError
from ganshare.sentences import sentence

__all__ = ["again", "edit", "paint", "paint_random", "vary"]

_log = get_logger(__name__)

DEFAULT_MODEL = "paintings-f8"
SEEDS = 2**32  # of random ones: short enough to be read out
DAY = 86_400.0


async def paint(context: CommandContext, arguments: Arguments) -> list[Reply]:
    """Queue what `/paint` asks for."""
    options = read_options(arguments)
    count, given = options.count, options.others
    if (repeated := await _find_repeated(context, count)) is not None:
        return repeated
    visibility = await choose_visibility(context, options.visibility)
    edited, kept = await _edited(context), None
    if edited is not None:
        visibility, before = visibility.limited(edited.visibility), edited.request
        size = f"{before.width}x{before.height}"
        kept = PaintOptions(
            None, before.steps, size, before.num_cutouts, before.preset, before.model
        )
    asked = read_prompt(options.prompt, PaintOptions(**given), kept)  # type: ignore[arg-type]
    request = JobRequest(
        prompt=asked.text,
        seed=secrets.randbelow(SEEDS) if asked.seed is None else asked.seed,
        model=asked.model or await _model(context),
        steps=asked.steps,
        width=asked.width,
        height=asked.height,
        num_cutouts=asked.num_cutouts,
        preset=asked.preset,
    )
    request, unread = await read_request(context, request)
    await _check(context, [request] * count)
    if (picture := context.picture) is not None:
        clean = await asyncio.to_thread(clean_png, picture)
        await _judge_picture(context, clean)
        key = await store_picture(context.services.blobs, clean)
        request = replace(request, init_image=key)
    elif edited is not None:
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
    return await _submit(context, requests, unread=unread, visibility=visibility, in_grid=count > 1)


async def edit(context: CommandContext, subject: str) -> list[Reply]:
    """Ask for another prompt, to paint it with all else as it was."""
    job = await _painted_by(context, subject)
    form = Form(subject, job.request.prompt)
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


async def _judge_picture(context: CommandContext, png: bytes) -> None:
    """Refuse a picture that the check objects to, and note that for admins.

    Raises:
        UnsafeImageError: it is not accepted.
        WorldError: the check failed, which is no pass.
    """
    check = context.services.moderation.safety
    if check is None:
        return
    try:
        verdict = await asyncio.to_thread(check, png)
    except Exception as error:
        _log.error("the safety check failed; the picture is refused", reason=repr(error))
        raise WorldError("Pictures cannot be checked now; please try again later.") from error
    if verdict.reason is None:
        return
    what = f"a picture of {len(png)} bytes: {verdict.label}"
    await context.store.community.log(
        "picture", context.person.id, context.place.id, what, verdict.reason
    )
    raise UnsafeImageError(verdict)


async def paint_random(context: CommandContext, arguments: Arguments) -> list[Reply]:
    """Queue prompts from the owner's prompt source, by default the Thompson sampler."""
    count, category = int(arguments.get("count", 1)), arguments.get("category")
    if (repeated := await _find_repeated(context, count)) is not None:
        return repeated
    model, requests, reasons = await _model(context), [], []
    for _ in range(count):
        seed, kind = secrets.randbelow(SEEDS), str(category) if category else None
        idea = await context.services.prompts.draw(seed, kind)
        request = JobRequest(idea.prompt.text, idea.prompt.seed, model)
        # A source that repeats what people wrote may draw other languages.
        requests.append((await read_request(context, request))[0])
        known = context.services.prompts.knows_any
        reasons.append(why_line(context.services.words, context.locale, idea, knows_any=known))
    await _check(context, requests)
    return await _submit(context, requests, reasons)


async def again(context: CommandContext, subject: str) -> list[Reply]:
    """Queue what a painting, or a job that was not painted, asked for: with a new seed."""
    if (repeated := await _find_repeated(context, 1)) is not None:
        return repeated
    job = await _painted_by(context, subject)
    request = replace(job.request, seed=secrets.randbelow(SEEDS))
    await _check_init_image(context, request)
    request, unread = await read_request(context, request)
    await _check(context, [request])
    visibility = (await choose_visibility(context)).limited(job.visibility)
    return await _submit(context, [request], unread=unread, visibility=visibility)


async def vary(context: CommandContext, subject: str) -> list[Reply]:
    """Queue the same prompt, beginning from the painting."""
    if (repeated := await _find_repeated(context, 1)) is not None:
        return repeated
    artwork = await context.artwork(subject)
    job = await context.job(artwork.job)
    seed = secrets.randbelow(SEEDS)
    request = replace(job.request, seed=seed, init_image=artwork.blob)
    request, unread = await read_request(context, request)
    await _check(context, [request])
    visibility = (await choose_visibility(context)).limited(artwork.visibility)
    return await _submit(context, [request], unread=unread, visibility=visibility)


# --- limits -----------------------------------------------------------------------------------


async def _check(context: CommandContext, requests: Sequence[JobRequest]) -> None:
    """Raise an AskerError unless these may be asked for, by them, here and now."""
    settings = context.settings
    if not settings.allowed:
        raise RefusalError("refusal-place")
    if await context.store.community.block_of(context.person.id) is not None:
        raise RefusalError("refusal-blocked-quietly")  # why is for the other admins
    await context.check_not_banned()
    for request in requests:
        side = max(request.width, request.height)
        if settings.max_side is not None and side > settings.max_side:
            raise RefusalError("refusal-side", given=side, allowed=settings.max_side)
        if settings.max_steps is not None and request.steps > settings.max_steps:
            raise RefusalError("refusal-steps", given=request.steps, allowed=settings.max_steps)
        await _moderate(context, request.prompt)
        if request.reading is not None:
            await _moderate(context, request.reading)
    if await _payment(context, len(requests)) is None:
        await _check_quota(context, len(requests))


async def _payment(context: CommandContext, count: int = 1) -> Payment | None:
    """What pays for a job; None if there is no gate, or this one is free."""
    gate = context.services.gate
    return None if gate is None else await gate.payment(context.main, count)


async def _check_quota(context: CommandContext, count: int) -> None:
    quota, is_guest = context.settings.daily_quota, context.person.rank <= Rank.GUEST
    if is_guest:
        allowed = context.settings.guests_per_day
        guests = context.services.options.guests_per_day if allowed is None else allowed
        if not guests:
            raise RefusalError("refusal-guest")
        quota = guests if quota is None else min(guests, quota)
    if quota is None:
        return
    used = await context.store.accounts.painted_since(context.main, DAY)
    if used + count > quota and is_guest:
        raise RefusalError("refusal-guest-quota", allowed=quota)
    if used + count > quota:
        raise RefusalError("refusal-quota", given=used, allowed=quota)


async def _moderate(context: CommandContext, prompt: str) -> None:
    """Hold a prompt against the community's rules; what blocks or flags it goes into the log."""
    person, place, note = context.person.id, context.place.id, context.store.community.log
    try:
        findings = context.services.moderation.check_prompt(prompt, context.locale)
    except PromptError as error:
        rules = ", ".join(sorted({each.rule for each in getattr(error, "findings", ())}))
        await note("prompt", person, place, prompt, sentence("log-blocked", rules=rules))
        await _alert(context, "prompt-refused", prompt, rules)
        raise
    if findings:
        rules = ", ".join(sorted({each.rule for each in findings}))
        await note("prompt", person, place, prompt, sentence("log-flagged", rules=rules))
        await _alert(context, "prompt-flagged", prompt, rules)


async def _alert(context: CommandContext, kind: str, prompt: str, rules: str) -> None:
    where, by = context.settings.moderation_place, context.person.id
    if where is not None:
        alert = context.store.community.alert
        await alert(where, kind, by, context.place.id, prompt, rules)


# --- the queue --------------------------------------------------------------------------------


def _key(context: CommandContext, number: int, of: int) -> str:
    return context.given.key if of == 1 else f"{context.given.key}/{number}"


async def _find_repeated(context: CommandContext, count: int) -> list[Reply] | None:
    """The replies for a message that was delivered before; None if it is new."""
    if await context.store.queue.get_by_key(_key(context, 1, count)) is None:
        return None
    keys = [_key(context, number, count) for number in range(1, count + 1)]
    found = [await context.store.queue.get_by_key(key) for key in keys]
    return await _replies(context, [job for job in found if job is not None])


async def _submit(
    context: CommandContext,
    requests: Sequence[JobRequest],
    reasons: Sequence[str] = (),
    unread: str = "",
    visibility: Visibility | None = None,
    *,
    in_grid: bool = False,
) -> list[Reply]:
    """Queue them in order; the first that is refused ends it, with its sentence.

    Args:
        reasons: why each prompt was drawn; kept with its job, and so is `unread`.
        visibility: that was chosen; else as the person or the place has it.
        in_grid: one message shows them all; then all are queued, or none.
    """
    jobs: list[Job] = []
    replies: list[Reply] = []
    grid = {"key": context.given.key, "of": len(requests)} if in_grid else None
    if visibility is Visibility.ONLY_ME and not context.place.is_private:
        grid = None  # each comes to its asker by itself
    visibility = visibility or await choose_visibility(context)
    people = context.store.people
    tells = context.place.is_private and not await people.was_told(context.main)
    for number, request in enumerate(requests, 1):
        try:
            payment = await _payment(context)
            submitted = await context.store.queue.submit(
                context.main,
                context.origin,
                request,
                key=_key(context, number, len(requests)),
                reply_to=context.kept(
                    reasons[number - 1] if reasons else "",
                    unread,
                    tells_visibility=tells,
                    grid=grid,
                ),
                visibility=visibility,
                weight=payment.weight if payment else 1.0,
                payment=payment,
            )
        except AskerError as error:
            if grid is not None:
                for job in jobs:
                    await context.store.queue.cancel(job.id, by=context.main)
            if grid is not None or not jobs:
                raise
            sentence = sentence_of(context.services.words, context.locale, error)
            replies = [Reply(text=sentence, is_private=True)]
            break
        jobs.append(submitted.job)
        if context.settings.consent_by_asking and submitted.is_new:
            share = context.services.options.requester_share
            await context.store.consents.record(submitted.job.id, context.main, share, agreed=True)
        if tells:
            await people.mark_told(context.main)
            tells = False
    shown = await _replies(context, jobs)
    if replies:
        return [*shown, *replies]
    if context.settings.consent_by_asking:
        share = context.services.options.requester_share
        promise = share_promised(context.services.words, context.locale, share)
        shown.append(context.quietly("sell-by-asking", promise=promise))
    return shown


async def _replies(context: CommandContext, jobs: Sequence[Job]) -> list[Reply]:
    """The messages of some jobs: one of a grid, one each of others."""
    leads = jobs[-1:] if any(grid_key(job) for job in jobs) else jobs
    store, blobs = context.store, context.services.blobs
    views = [await load_message_view(store, blobs, job) for job in leads]
    return [message_of(context.replies, view, context.locale) for view in views]


async def _model(context: CommandContext) -> str:
    """The model of who names none."""
    if context.services.options.model:
        return context.services.options.model
    offered = [name for engine in await context.store.queue.engines() for name in engine.models]
    return DEFAULT_MODEL if DEFAULT_MODEL in offered or not offered else offered[0]
