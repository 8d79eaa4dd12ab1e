"""Checks requests against every limit of their asker, place and queue, then queues them."""

import asyncio
from collections.abc import Sequence

from bot.core.commands.privacy import choose_visibility
from bot.core.commands.sales import share_promised
from bot.core.context import CommandContext
from bot.core.init_image import clean_png, store_picture
from bot.core.messages import Rank, Reply
from bot.core.rendering.errors import RefusalError, sentence_of
from bot.core.rendering.grid import grid_key, load_message_view, message_of
from ganshare.domain.engines import painted_by
from ganshare.domain.jobs import Job, JobRequest
from ganshare.domain.shares import Payment
from ganshare.domain.visibility import Visibility
from ganshare.errors import AskerError, PromptError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.safety import UnsafeImageError
from ganshare.sentences import sentence

__all__ = ["check_requests", "default_model", "find_repeated", "submit_jobs", "take_picture"]

_log = get_logger(__name__)

DEFAULT_MODEL = "paintings-f8"
DAY = 86_400.0


async def take_picture(context: CommandContext, picture: bytes) -> str:
    """Clean, judge and store the picture that came with a request; gives its blob key.

    Raises:
        RefusalError: it is too large, damaged, or no picture.
        UnsafeImageError: the safety check refuses it.
        WorldError: the check failed, or the blobs are away.
    """
    clean = await asyncio.to_thread(clean_png, picture)
    await _judge_picture(context, clean)
    return await store_picture(context.services.blobs, clean)


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


# --- limits -----------------------------------------------------------------------------------


async def check_requests(context: CommandContext, requests: Sequence[JobRequest]) -> None:
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


async def find_repeated(context: CommandContext, count: int) -> list[Reply] | None:
    """The replies for a message that was delivered before; None if it is new."""
    if await context.store.queue.get_by_key(_key(context, 1, count)) is None:
        return None
    keys = [_key(context, number, count) for number in range(1, count + 1)]
    found = [await context.store.queue.get_by_key(key) for key in keys]
    return await _replies(context, [job for job in found if job is not None])


async def submit_jobs(
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
    people, paints = context.store.people, not any(each.describes for each in requests)
    tells = paints and context.place.is_private and not await people.was_told(context.main)
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
        if paints and context.settings.consent_by_asking and submitted.is_new:
            share = context.services.options.requester_share
            await context.store.consents.record(submitted.job.id, context.main, share, agreed=True)
        if tells:
            await people.mark_told(context.main)
            tells = False
    shown = await _replies(context, jobs)
    if replies:
        return [*shown, *replies]
    if paints and context.settings.consent_by_asking:
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


async def default_model(context: CommandContext) -> str:
    """The model of who names none."""
    if context.services.options.model:
        return context.services.options.model
    offered = painted_by(await context.store.queue.engines())
    return DEFAULT_MODEL if DEFAULT_MODEL in offered or not offered else offered[0]
