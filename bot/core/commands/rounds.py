"""Rounds: /round, /curate and the button that enters a painting."""

import asyncio
import hashlib
from dataclasses import replace

from bot.core.commands.parameters import Arguments
from bot.core.context import CommandContext
from bot.core.messages import Action, Button, Rank, Reply
from bot.core.rendering.contact_sheet import winners_sheet
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.replies import duration, shortened
from bot.core.round_entry import enterable
from bot.core.rounds.announcements import RoundAnnouncer, rules_text
from ganshare.domain.votes import Entry, Round, RoundRules, RoundStatus
from ganshare.errors import quoted

__all__ = ["curate", "enter", "round_command"]

HOUR = 3600.0
DEFAULT_HOURS = 168
MOST_LISTED = 10  # prompts of a round
MOST_TO_DECIDE = 9
MOST_LOOKED_AT, MOST_TO_ENTER = 24, 5
LABEL = 60  # UTF-16 units of a prompt in a list


# --- /round -----------------------------------------------------------------------------------


async def round_command(context: CommandContext, arguments: Arguments) -> list[Reply]:
    """Show the round of this place, open one or end it."""
    match arguments.get("action", "status"):
        case "open":
            return await _open(context, arguments)
        case "close":
            return await _close(context)
        case _:
            return await _status(context)


async def _status(context: CommandContext) -> list[Reply]:
    place = context.curation_place
    found = await context.store.rounds.current(place)
    if found is None:
        ended = [
            each for each in await context.store.rounds.recent(place, 1) if each.closed is not None
        ]
        if not ended:
            return [context.quietly("round-none")]
        return await _end_round(context, ended[0])
    status = await context.store.rounds.status(found.id)
    if status is None:
        return [context.quietly("round-none")]
    listed = await _list_rounds(context, found)
    buttons = (Button(Action.NEXT, found.id, context.say("button-show-me"), "👀"),)
    return [
        Reply(
            title=_title(context, found),
            text="\n\n".join(
                part
                for part in (
                    rules_text(context.services.words, context.locale, found.rules),
                    listed,
                )
                if part
            ),
            fields=_figures(context, status),
            buttons=(buttons,),
            is_private=True,
        )
    ]


def _title(context: CommandContext, round_: Round) -> str:
    return (
        context.say("round-title", title=round_.title)
        if round_.title
        else context.say("round-plain")
    )


def _figures(context: CommandContext, status: RoundStatus) -> tuple[tuple[str, str], ...]:
    say, rules = context.say, status.round.rules
    left = duration(context.services.words, context.locale, status.remaining)
    if status.opens_in:
        begins = duration(context.services.words, context.locale, status.opens_in)
        when = (say("round-field-opens"), begins)
    elif status.remaining:
        when = (say("round-field-left"), left)
    else:
        when = (say("round-field-left"), say("round-counting"))
    return (
        when,
        (say("round-field-pool"), say("round-of", count=status.entries, of=rules.pool)),
        (say("round-field-votes"), say("round-votes", votes=status.votes, voters=status.voters)),
        (say("round-field-views"), say("round-of", count=status.views, of=status.views_wanted)),
        (say("round-field-quorum"), say("round-quorum", count=rules.quorum)),
        (say("round-field-winners"), str(rules.winners)),
    )


async def _list_rounds(context: CommandContext, round_: Round) -> str:
    """Name some of the paintings, in a different order per reader, so that none is favoured."""
    entries = await context.store.rounds.entries.of_round(round_.id)
    entries.sort(key=lambda each: _lot(context.main, each))
    found = await asyncio.gather(
        *(context.store.gallery.get(each.artwork) for each in entries[:MOST_LISTED])
    )
    shown = [each for each in found if each is not None and each.public]
    lines = [f"· {shortened(each.prompt, LABEL)}" for each in shown]
    if len(entries) > len(found):
        lines.append(context.say("round-more", count=len(entries) - len(found)))
    return "\n".join(lines)


def _lot(person: str, entry: Entry) -> str:
    return hashlib.sha256(f"{person}:{entry.artwork}".encode()).hexdigest()


async def _end_round(context: CommandContext, round_: Round) -> list[Reply]:
    """The last round's winners."""
    standings = await context.store.rounds.standings(round_.id)
    round_announcer = RoundAnnouncer(context.store, context.services.blobs, context.services.words)
    winners = [each for each in standings if each.won]
    return [
        replace(await round_announcer.winners(round_, winners, context.locale), is_private=True)
    ]


async def _open(context: CommandContext, arguments: Arguments) -> list[Reply]:
    place = _held_here(context)
    usual = RoundRules()
    age = int(arguments["age"]) * HOUR if "age" in arguments else usual.min_age
    rules = RoundRules(
        pool=int(arguments.get("pool", usual.pool)),
        winners=int(arguments.get("winners", usual.winners)),
        quorum=int(arguments.get("quorum", usual.quorum)),
        min_age=age,
        automatic=bool(context.settings.automatic_entry),
    )
    seconds = int(arguments.get("hours", DEFAULT_HOURS)) * HOUR
    title = str(arguments.get("title", ""))
    made = await context.store.rounds.open(place, context.person.id, seconds, rules, title=title)
    await _note_topic(context, place)
    left = duration(context.services.words, context.locale, seconds)
    return [context.quietly("round-opened", pool=made.rules.pool, duration=left)]


async def _note_topic(context: CommandContext, place: str) -> None:
    """Tell the round's news in the topic where it was opened."""
    topic = context.given.reply_to.get("thread")
    if place == context.place.id and topic != context.settings.news_topic:
        news = {"news_topic": topic}
        await context.store.places.change(place, news, by=context.person.id)


async def _close(context: CommandContext) -> list[Reply]:
    place = _held_here(context)
    found = await context.store.rounds.current(place)
    if found is None:
        return [context.quietly("round-none")]
    standings = await context.store.rounds.close(found.id, context.person.id, early=True)
    return [context.quietly("round-closed", winners=sum(each.won for each in standings))]


def _held_here(context: CommandContext) -> str:
    """The place whose round they may open and end; raises RefusalError."""
    place = context.curation_place
    if context.place.is_private and place == context.place.id:
        raise RefusalError("refusal-round-private")
    if context.person.rank < Rank.CURATOR:
        raise RefusalError("refusal-rank-curator", command="round")
    if not context.curates(place):
        raise RefusalError("refusal-round-elsewhere", place=place)
    return place


# --- /curate ----------------------------------------------------------------------------------


async def curate(context: CommandContext, artwork: str, action: str, reason: str) -> list[Reply]:
    """Enter a painting or take it out; for curators: decide about what won."""
    if not artwork:
        return await _to_decide(context)
    match action:
        case "leave":
            return await _leave(context, artwork)
        case "approve" | "veto" | "undo":
            await context.check_not_banned()
            return await _decide(context, artwork, action, reason)
        case _:
            return await enter(context, artwork)


async def enter(context: CommandContext, artwork_id: str) -> list[Reply]:
    """Enter a painting into the round of this place."""
    if context.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-rank-member", command="curate")
    await context.check_not_banned()
    artwork = await context.artwork(artwork_id)
    place = context.curation_place
    found = await context.store.rounds.current(place)
    if found is None:
        raise RefusalError("refusal-round-none")
    job = await context.job(artwork.job)
    is_curator = await context.curates_job(job, place)
    if context.curates(place) and not (is_curator or context.owns(artwork.person)):
        raise RefusalError("refusal-enter-from-elsewhere")
    await context.store.rounds.entries.enter(
        found.id, artwork.id, context.person.id, curator=is_curator, named=context.is_named
    )
    return [context.quietly("entered")]


async def _leave(context: CommandContext, artwork_id: str) -> list[Reply]:
    artwork = await context.artwork(artwork_id)
    entry = await context.store.rounds.entries.of_artwork(artwork.id)
    found = await context.store.rounds.get(entry.round) if entry else None
    if found is None:
        return [context.quietly("left-none")]
    curates = context.curates(found.place)
    left = await context.store.rounds.entries.leave(
        found.id, artwork.id, context.person.id, curator=curates
    )
    return [context.quietly("left" if left else "left-none")]


async def _decide(
    context: CommandContext, artwork_id: str, action: str, reason: str
) -> list[Reply]:
    if context.person.rank < Rank.CURATOR:
        raise RefusalError("refusal-rank-curator", command="curate")
    entry = await context.store.rounds.entries.of_artwork(artwork_id)
    found = await context.store.rounds.get(entry.round) if entry else None
    if found is None:
        raise RefusalError("refusal-entered-nowhere", given=quoted(artwork_id))
    if not context.curates(found.place):
        raise RefusalError("refusal-round-elsewhere", place=found.place)
    artwork = await context.store.gallery.get(artwork_id)
    if artwork and not await context.curates_job(await context.job(artwork.job), found.place):
        raise RefusalError("refusal-decide-from-elsewhere")
    curation, by = context.store.rounds.curation, context.person.id
    if action == "undo":
        await curation.undo(artwork_id, by, named=context.is_named)
        return [context.quietly("decision-undone")]
    if action == "approve":
        await curation.approve(artwork_id, by, reason, named=context.is_named)
        return [context.quietly("approved")]
    await curation.veto(artwork_id, by, reason, named=context.is_named)
    return [context.quietly("vetoed")]


async def _to_enter(context: CommandContext, none: str) -> list[Reply]:
    """The asker's last paintings that may enter a round, each with a button; else a sentence."""
    found = []
    for artwork in await context.store.gallery.search(person=context.main, limit=MOST_LOOKED_AT):
        job = await context.store.queue.get(artwork.job)
        if job and artwork.public and await enterable(context.store, job, artwork.id):
            found.append(artwork)
    if not found:
        return [context.quietly(none)]
    shown = list(enumerate(found[:MOST_TO_ENTER], 1))
    fields = tuple((str(number), shortened(each.prompt, LABEL)) for number, each in shown)
    buttons = tuple(Button(Action.ENTER, each.id, str(number), "🏛️") for number, each in shown)
    title = context.say("curate-enter")
    return [Reply(title=title, fields=fields, buttons=(buttons,), is_private=True)]


async def _to_decide(context: CommandContext) -> list[Reply]:
    """List what curators have to decide here; tell others how to enter."""
    if context.person.rank < Rank.CURATOR:
        return await _to_enter(context, "curate-how")
    open_ = []
    for standing in await context.store.rounds.curation.to_decide():
        round_ = await context.store.rounds.get(standing.round)
        artwork = await context.store.gallery.get(standing.artwork)
        if not (round_ and artwork and context.curates(round_.place)):
            continue
        if await context.curates_job(await context.job(artwork.job), round_.place):
            open_.append((standing, artwork))
    if not open_:
        return await _to_enter(context, "curate-none")
    shown = open_[:MOST_TO_DECIDE]
    fields = tuple(
        (
            f"{number} · {artwork.id}",
            context.say(
                "winner-line",
                prompt=shortened(artwork.prompt, LABEL),
                votes=standing.votes,
                views=standing.views,
            ),
        )
        for number, (standing, artwork) in enumerate(shown, 1)
    )
    buttons = [
        Button(Action.SHOW, artwork.id, str(number), "🔍")
        for number, (_, artwork) in enumerate(shown[:5], 1)
    ]
    sheet = await winners_sheet(context.services.blobs, [artwork for _, artwork in shown])
    return [
        Reply(
            title=context.say("curate-title"),
            text=context.say("curate-decide"),
            fields=fields,
            pictures=(sheet,) if sheet else (),
            buttons=(tuple(buttons),),
            is_private=True,
            artworks=tuple(artwork.id for _, artwork in shown),
            listed=len(shown),
        )
    ]
