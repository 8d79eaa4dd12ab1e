"""/reports, where admins hide or keep reported paintings, and /notes, the moderation log.

Admins of a place may hide what was asked for there, and so may those of the place where its
moderators are told. Only admins named by the owner may dismiss a report or show a hidden painting
again, since every gallery shows it then.
"""

from collections import Counter
from datetime import UTC, datetime

from bot.core.context import CommandContext
from bot.core.messages import Action, Rank, Reply
from bot.core.rendering.errors import RefusalError, reason_of
from bot.core.rendering.job_view import fetch_picture
from bot.core.rendering.replies import shortened
from ganshare.domain.community import Report
from ganshare.domain.jobs import Artwork, Job
from ganshare.domain.visibility import Visibility
from ganshare.sentences import sentence

__all__ = ["hide", "keep", "notes", "report", "reports", "review", "waiting"]

MOST_REPORTS = 500  # that are looked through
MOST_NOTES = 10
LONGEST_TEXT = 200  # UTF-16 units of what a person typed
REPORTED = sentence("unsafe-reported")


async def reports(context: CommandContext, artwork_id: str, action: str) -> list[Reply]:
    """Show what was reported and waits, or decide about one painting."""
    match action:
        case "hide" if artwork_id:
            return await hide(context, artwork_id)
        case "keep" if artwork_id:
            return await keep(context, artwork_id)
        case _ if artwork_id:
            artwork, job = await _find_overseen(context, artwork_id)
            found = await context.store.community.reports(limit=MOST_REPORTS)
            return [await _show_report(context, artwork, job, found)]
        case _:
            return await review(context)


async def review(context: CommandContext, after: str = "", *, turned: bool = False) -> list[Reply]:
    """Show the newest report that waits for these eyes.

    Args:
        after: the painting that was shown before, to go on from there.
        turned: whether that one's message shows it.
    """
    _check_rank(context)
    found = await context.store.community.reports(limit=MOST_REPORTS)
    names = list(dict.fromkeys(each.artwork for each in found))
    later = names[names.index(after) + 1 :] if after in names else names
    left = [each for name in later if (each := await _waiting(context, name)) is not None]
    if not left:
        return [Reply(text=context.say("reports-none"), is_private=True, replaces=turned)]
    artwork, job = left[0]
    return [await _show_report(context, artwork, job, found, more=len(left) - 1, turned=turned)]


async def waiting(context: CommandContext) -> list[Artwork]:
    """The paintings whose reports wait for these eyes, the newest report first."""
    found = await context.store.community.reports(limit=MOST_REPORTS)
    names = dict.fromkeys(each.artwork for each in found)
    return [pair[0] for name in names if (pair := await _waiting(context, name)) is not None]


async def hide(context: CommandContext, artwork_id: str, *, turned: bool = False) -> list[Reply]:
    """Hide a painting from all but admins, in its chat too."""
    artwork, _ = await _find_overseen(context, artwork_id)
    by = context.person.id
    await context.store.gallery.hide(artwork.id, by, REPORTED)
    await context.store.community.close_reports(artwork.id, by)
    return await _confirm_decision(context, "report-hidden", turned=turned)


async def keep(context: CommandContext, artwork_id: str, *, turned: bool = False) -> list[Reply]:
    """Find nothing wrong with a painting; one that was hidden is shown again."""
    if not context.is_admin_everywhere:
        raise RefusalError("refusal-rank-owner", command="reports keep")
    artwork, _ = await _find_overseen(context, artwork_id)
    by = context.person.id
    if artwork.hidden is not None:
        await context.store.gallery.show(artwork.id, by)
    await context.store.community.close_reports(artwork.id, by)
    return await _confirm_decision(context, "report-kept", turned=turned)


async def notes(context: CommandContext, person: str) -> list[Reply]:
    """Show the moderation log, newest first: all of it, or what happened in this place."""
    _check_rank(context)
    place = None if context.is_admin_everywhere else context.place.id
    found = await context.store.community.read_log(MOST_NOTES, person or None, place)
    fields = tuple(
        (
            f"{datetime.fromtimestamp(each.created, UTC):%Y-%m-%d %H:%M} UTC · {each.kind}",
            "\n".join(
                shortened(part, LONGEST_TEXT)
                for part in (each.person, each.text, _reason(context, each.reason))
                if part
            ),
        )
        for each in found
    )
    text = "" if found else context.say("notes-none")
    return [Reply(title=context.say("notes-title"), text=text, fields=fields, is_private=True)]


# --- who may ----------------------------------------------------------------------------------


def _check_rank(context: CommandContext) -> None:
    if context.person.rank < Rank.ADMIN:
        raise RefusalError("refusal-rank-admin", command="reports")


async def _moderates(context: CommandContext, job: Job) -> bool:
    """Whether they decide about a job's painting: where it was asked for, or its moderators' place.

    Only admins of the one, or of all, can have named the other.
    """
    if context.oversees(job):
        return True
    if context.person.rank < Rank.ADMIN:
        return False
    settings = await context.store.places.settings(job.place, job.within)
    return settings.moderation_place == context.place.id


async def _find_overseen(context: CommandContext, artwork_id: str) -> tuple[Artwork, Job]:
    """Read a painting over which they have power; raises RefusalError."""
    artwork = await context.artwork(artwork_id)
    job = await context.job(artwork.job)
    if not await _moderates(context, job):
        raise RefusalError("refusal-reports-there", artwork=artwork.id)
    return artwork, job


async def _waiting(context: CommandContext, artwork_id: str) -> tuple[Artwork, Job] | None:
    """The painting of a report, if it still is there and theirs to decide about."""
    artwork = await context.store.gallery.get(artwork_id)
    if artwork is None or artwork.deleted is not None:
        return None
    if artwork.visibility is Visibility.ONLY_ME:  # nobody else sees it any more
        return None
    job = await context.store.queue.get(artwork.job)
    return (artwork, job) if job is not None and await _moderates(context, job) else None


# --- how it looks -----------------------------------------------------------------------------


async def _show_report(
    context: CommandContext,
    artwork: Artwork,
    job: Job,
    found: list[Report],
    *,
    more: int = 0,
    turned: bool = False,
) -> Reply:
    say, about = context.say, [each for each in found if each.artwork == artwork.id]
    said = Counter(each.reason for each in about if each.reason)
    lines = [shortened(artwork.prompt), say("reports-by", count=len(about))]
    lines += [shortened(reason, LONGEST_TEXT) for reason in said]
    if artwork.hidden is not None:
        reason = _reason(context, artwork.hidden)
        lines.append(say("hidden-text", reason=shortened(reason, LONGEST_TEXT)))
    if more:
        lines.append(say("reports-more", count=more))
    actions = [Action.HIDE, Action.KEEP, Action.REVIEW]
    if not context.is_admin_everywhere:
        actions.remove(Action.KEEP)
        # Their rank holds where they typed this, and not in a direct message.
        lines.append(say("reports-how", artwork=artwork.id))
    named = {"person": artwork.person, "place": job.place, "id": artwork.id}
    picture = await fetch_picture(context.services.blobs, artwork)
    return Reply(
        title=say("reports-title"),
        text="\n\n".join(lines),
        fields=tuple((say(f"field-{name}"), value) for name, value in named.items() if value),
        pictures=(context.replies.picture_of(artwork, picture, context.locale),) if picture else (),
        buttons=(tuple(context.button(each, artwork.id) for each in actions),),
        is_private=True,
        replaces=turned,
        artworks=(artwork.id,) if picture else (),
        for_review=True,
    )


async def _confirm_decision(context: CommandContext, message: str, *, turned: bool) -> list[Reply]:
    """Say so, and go on with the next one where that was a button's message."""
    if not turned:
        return [context.quietly(message)]
    (following,) = await review(context, turned=True)
    return [following]


def _reason(context: CommandContext, reason: str) -> str:
    return reason_of(context.services.words, context.locale, reason)


async def report(context: CommandContext, artwork_id: str) -> list[Reply]:
    """Tell the admins that a painting should be looked at."""
    if context.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-rank-member", command="report")
    artwork = await context.artwork(artwork_id)
    is_new = await context.store.community.report(artwork.id, context.person.id, "")
    if is_new:
        job, by = await context.job(artwork.job), context.person.id
        where = (await context.store.places.settings(job.place, job.within)).moderation_place
        if where is not None:
            await context.store.community.alert(where, "report", by, job.place, artwork.id)
    return [context.quietly("report-done" if is_new else "report-again")]
