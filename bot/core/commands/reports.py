"""Looking after what is shown: /reports, where admins hide or keep a painting, and /notes.

Admins of a place may hide what was asked for there. To keep what was reported, or to show again
what was withheld, is for those whom the owner names, since every gallery shows it then.
"""

from collections import Counter
from datetime import UTC, datetime

from bot.core.context import Errand
from bot.core.messages import Action, Rank, Reply
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.job_view import fetched_picture
from bot.core.rendering.legacy_sentences import reason_of
from bot.core.rendering.replies import shortened
from ganshare.domain.community import Report
from ganshare.domain.jobs import Artwork, Job

__all__ = ["hide", "keep", "notes", "report", "reports", "review"]

MOST_REPORTS = 500  # that are looked through
MOST_NOTES = 10
LONGEST_TEXT = 200  # UTF-16 units of what somebody typed
REPORTED = "it was reported"  # what the store keeps; `bot.core.rendering.legacy_sentences` knows it


async def reports(errand: Errand, artwork_id: str, action: str) -> list[Reply]:
    """Show what was reported and waits, or decide about one painting."""
    match action:
        case "hide" if artwork_id:
            return await hide(errand, artwork_id)
        case "keep" if artwork_id:
            return await keep(errand, artwork_id)
        case _ if artwork_id:
            artwork, job = await _overseen(errand, artwork_id)
            found = await errand.store.community.reports(limit=MOST_REPORTS)
            return [await _shown(errand, artwork, job, found)]
        case _:
            return await review(errand)


async def review(errand: Errand, after: str = "", *, turned: bool = False) -> list[Reply]:
    """Show the newest report that waits for these eyes.

    Args:
        after: the painting that was shown before, to go on from there.
        turned: whether that one's message shows it.
    """
    _check_rank(errand)
    found = await errand.store.community.reports(limit=MOST_REPORTS)
    names = list(dict.fromkeys(each.artwork for each in found))
    later = names[names.index(after) + 1 :] if after in names else names
    waiting = [each for name in later if (each := await _waiting(errand, name)) is not None]
    if not waiting:
        return [Reply(text=errand.say("reports-none"), is_private=True, replaces=turned)]
    artwork, job = waiting[0]
    return [await _shown(errand, artwork, job, found, more=len(waiting) - 1, turned=turned)]


async def hide(errand: Errand, artwork_id: str, *, turned: bool = False) -> list[Reply]:
    """Keep a painting from everybody's eyes but the admins', in its chat, too."""
    artwork, job = await _overseen(errand, artwork_id)
    by = errand.person.id
    await errand.store.gallery.hide(artwork.id, by, REPORTED)
    await errand.store.community.close_reports(artwork.id, by)
    await errand.store.queue.renew(job.id)  # its message shows it
    return await _decided(errand, "report-hidden", turned=turned)


async def keep(errand: Errand, artwork_id: str, *, turned: bool = False) -> list[Reply]:
    """Find nothing wrong with a painting; one that was hidden is shown again."""
    if not errand.is_admin_everywhere:
        raise RefusalError("refusal-rank-owner", command="reports keep")
    artwork, job = await _overseen(errand, artwork_id)
    by = errand.person.id
    if artwork.hidden is not None:
        await errand.store.gallery.show(artwork.id, by)
        await errand.store.queue.renew(job.id)
    await errand.store.community.close_reports(artwork.id, by)
    return await _decided(errand, "report-kept", turned=turned)


async def notes(errand: Errand, person: str) -> list[Reply]:
    """Show the moderation log, newest first: all of it, or what happened in this place."""
    _check_rank(errand)
    place = None if errand.is_admin_everywhere else errand.place.id
    found = await errand.store.community.read_log(MOST_NOTES, person or None, place)
    fields = tuple(
        (
            f"{datetime.fromtimestamp(each.created, UTC):%Y-%m-%d %H:%M} UTC · {each.kind}",
            "\n".join(
                shortened(part, LONGEST_TEXT)
                for part in (each.person, each.text, _reason(errand, each.reason))
                if part
            ),
        )
        for each in found
    )
    text = "" if found else errand.say("notes-none")
    return [Reply(title=errand.say("notes-title"), text=text, fields=fields, is_private=True)]


# --- who may ----------------------------------------------------------------------------------


def _check_rank(errand: Errand) -> None:
    if errand.person.rank < Rank.ADMIN:
        raise RefusalError("refusal-rank-admin", command="reports")


async def _overseen(errand: Errand, artwork_id: str) -> tuple[Artwork, Job]:
    """Read a painting over which they have power; raises RefusalError."""
    artwork = await errand.artwork(artwork_id)
    job = await errand.job(artwork.job)
    if not errand.oversees(job):
        raise RefusalError("refusal-reports-there", artwork=artwork.id)
    return artwork, job


async def _waiting(errand: Errand, artwork_id: str) -> tuple[Artwork, Job] | None:
    """The painting of a report, if it still is there and theirs to decide about."""
    artwork = await errand.store.gallery.get(artwork_id)
    if artwork is None or artwork.deleted is not None:
        return None
    job = await errand.store.queue.get(artwork.job)
    return (artwork, job) if job is not None and errand.oversees(job) else None


# --- how it looks -----------------------------------------------------------------------------


async def _shown(
    errand: Errand,
    artwork: Artwork,
    job: Job,
    found: list[Report],
    *,
    more: int = 0,
    turned: bool = False,
) -> Reply:
    say, about = errand.say, [each for each in found if each.artwork == artwork.id]
    said = Counter(each.reason for each in about if each.reason)
    lines = [shortened(artwork.prompt), say("reports-by", count=len(about))]
    lines += [shortened(reason, LONGEST_TEXT) for reason in said]
    if artwork.hidden is not None:
        reason = _reason(errand, artwork.hidden)
        lines.append(say("hidden-text", reason=shortened(reason, LONGEST_TEXT)))
    if more:
        lines.append(say("reports-more", count=more))
    actions = [Action.HIDE, Action.KEEP, Action.REVIEW]
    if not errand.is_admin_everywhere:
        actions.remove(Action.KEEP)
        # Their rank holds where they typed this, and not in a direct message.
        lines.append(say("reports-how", artwork=artwork.id))
    named = {"person": artwork.person, "place": _place(job), "id": artwork.id}
    picture = await fetched_picture(errand.tools.blobs, artwork)
    return Reply(
        title=say("reports-title"),
        text="\n\n".join(lines),
        fields=tuple((say(f"field-{name}"), value) for name, value in named.items() if value),
        pictures=(errand.replies.picture_of(artwork, picture, errand.locale),) if picture else (),
        buttons=(tuple(errand.button(each, artwork.id) for each in actions),),
        is_private=True,
        replaces=turned,
    )


async def _decided(errand: Errand, message: str, *, turned: bool) -> list[Reply]:
    """Say so, and go on with the next one where that was a button's message."""
    if not turned:
        return [errand.quietly(message)]
    (following,) = await review(errand, turned=True)
    return [following]


def _place(job: Job) -> str:
    return str(job.reply_to.get("desk", {}).get("place", ""))


def _reason(errand: Errand, reason: str) -> str:
    return reason_of(errand.tools.words, errand.locale, reason)


async def report(errand: Errand, artwork_id: str) -> list[Reply]:
    """Tell the admins that a painting should be looked at."""
    if errand.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-rank-member", command="report")
    artwork = await errand.artwork(artwork_id)
    is_new = await errand.store.community.report(artwork.id, errand.person.id, "")
    return [errand.quietly("report-done" if is_new else "report-again")]
