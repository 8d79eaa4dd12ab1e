"""Rounds: /round, /curate and the button that enters a painting."""

import asyncio
import hashlib
from dataclasses import replace

from bot.core.commands.parameters import Arguments
from bot.core.context import Errand
from bot.core.messages import Action, Button, Rank, Reply
from bot.core.rendering.contact_sheet import winners_sheet
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.replies import duration, shortened
from bot.core.rounds.announcements import Proclaimer, rules_text
from ganshare.domain.votes import Entry, Round, RoundRules, RoundStatus
from ganshare.errors import VoteError, quoted

__all__ = ["curate", "enter", "round_command"]

HOUR = 3600.0
DEFAULT_HOURS = 168
MOST_LISTED = 10  # prompts of a round
MOST_TO_DECIDE = 9
LABEL = 60  # UTF-16 units of a prompt in a list


# --- /round -----------------------------------------------------------------------------------


async def round_command(errand: Errand, arguments: Arguments) -> list[Reply]:
    """Show the round of this place, open one or end it."""
    match arguments.get("action", "status"):
        case "open":
            return await _open(errand, arguments)
        case "close":
            return await _close(errand)
        case _:
            return await _status(errand)


async def _status(errand: Errand) -> list[Reply]:
    place = errand.curation_place
    found = await errand.store.rounds.current(place)
    if found is None:
        ended = [
            each for each in await errand.store.rounds.recent(place, 1) if each.closed is not None
        ]
        if not ended:
            return [errand.quietly("round-none")]
        return await _ended(errand, ended[0])
    status = await errand.store.rounds.status(found.id)
    if status is None:
        return [errand.quietly("round-none")]
    listed = await _listed(errand, found)
    buttons = (Button(Action.NEXT, found.id, errand.say("button-show-me"), "👀"),)
    return [
        Reply(
            title=_title(errand, found),
            text="\n\n".join(
                part
                for part in (rules_text(errand.tools.words, errand.locale, found.rules), listed)
                if part
            ),
            fields=_figures(errand, status),
            buttons=(buttons,),
            is_private=True,
        )
    ]


def _title(errand: Errand, round_: Round) -> str:
    return (
        errand.say("round-title", title=round_.title) if round_.title else errand.say("round-plain")
    )


def _figures(errand: Errand, status: RoundStatus) -> tuple[tuple[str, str], ...]:
    say, rules = errand.say, status.round.rules
    left = duration(errand.tools.words, errand.locale, status.remaining)
    if status.opens_in:
        begins = duration(errand.tools.words, errand.locale, status.opens_in)
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


async def _listed(errand: Errand, round_: Round) -> str:
    """Name some of the paintings, in an order of each reader's own, so that none is favoured."""
    entries = await errand.store.rounds.entries.of_round(round_.id)
    entries.sort(key=lambda each: _lot(errand.main, each))
    found = await asyncio.gather(
        *(errand.store.gallery.get(each.artwork) for each in entries[:MOST_LISTED])
    )
    shown = [each for each in found if each is not None and each.shown]
    lines = [f"· {shortened(each.prompt, LABEL)}" for each in shown]
    if len(entries) > len(found):
        lines.append(errand.say("round-more", count=len(entries) - len(found)))
    return "\n".join(lines)


def _lot(person: str, entry: Entry) -> str:
    return hashlib.sha256(f"{person}:{entry.artwork}".encode()).hexdigest()


async def _ended(errand: Errand, round_: Round) -> list[Reply]:
    """The last round's winners."""
    standings = await errand.store.rounds.standings(round_.id)
    proclaimer = Proclaimer(errand.store, errand.tools.blobs, errand.tools.words)
    winners = [each for each in standings if each.won]
    return [replace(await proclaimer.winners(round_, winners, errand.locale), is_private=True)]


async def _open(errand: Errand, arguments: Arguments) -> list[Reply]:
    place = _held_here(errand)
    usual = RoundRules()
    age = int(arguments["age"]) * HOUR if "age" in arguments else usual.min_age
    rules = RoundRules(
        pool=int(arguments.get("pool", usual.pool)),
        winners=int(arguments.get("winners", usual.winners)),
        quorum=int(arguments.get("quorum", usual.quorum)),
        min_age=age,
        automatic=bool(errand.settings.automatic_entry),
    )
    seconds = int(arguments.get("hours", DEFAULT_HOURS)) * HOUR
    title = str(arguments.get("title", ""))
    made = await errand.store.rounds.open(place, errand.person.id, seconds, rules, title=title)
    left = duration(errand.tools.words, errand.locale, seconds)
    return [errand.quietly("round-opened", pool=made.rules.pool, duration=left)]


async def _close(errand: Errand) -> list[Reply]:
    place = _held_here(errand)
    found = await errand.store.rounds.current(place)
    if found is None:
        return [errand.quietly("round-none")]
    standings = await errand.store.rounds.close(found.id, errand.person.id, early=True)
    return [errand.quietly("round-closed", winners=sum(each.won for each in standings))]


def _held_here(errand: Errand) -> str:
    """The place whose round they may open and end; raises RefusalError."""
    place = errand.curation_place
    if errand.place.is_private and place == errand.place.id:
        raise RefusalError("refusal-round-private")
    if errand.person.rank < Rank.CURATOR:
        raise RefusalError("refusal-rank-curator", command="round")
    if not errand.curates(place):
        raise RefusalError("refusal-round-elsewhere", place=place)
    return place


# --- /curate ----------------------------------------------------------------------------------


async def curate(errand: Errand, artwork: str, action: str, reason: str) -> list[Reply]:
    """Enter a painting or take it out; for curators: decide about what won."""
    if not artwork:
        return await _to_decide(errand)
    match action:
        case "leave":
            return await _leave(errand, artwork)
        case "approve" | "veto":
            return await _decide(errand, artwork, reason, approves=action == "approve")
        case _:
            return await enter(errand, artwork)


async def enter(errand: Errand, artwork_id: str) -> list[Reply]:
    """Enter a painting into the round of this place."""
    if errand.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-rank-member", command="curate")
    artwork = await errand.artwork(artwork_id)
    place = errand.curation_place
    found = await errand.store.rounds.current(place)
    if found is None:
        raise RefusalError("round-none")
    is_curator = errand.curates(place)
    await errand.store.rounds.entries.enter(
        found.id, artwork.id, errand.person.id, curator=is_curator
    )
    return [errand.quietly("entered")]


async def _leave(errand: Errand, artwork_id: str) -> list[Reply]:
    artwork = await errand.artwork(artwork_id)
    entry = await errand.store.rounds.entries.of_artwork(artwork.id)
    found = await errand.store.rounds.get(entry.round) if entry else None
    if found is None:
        return [errand.quietly("left-none")]
    curates = errand.curates(found.place)
    left = await errand.store.rounds.entries.leave(
        found.id, artwork.id, errand.person.id, curator=curates
    )
    return [errand.quietly("left" if left else "left-none")]


async def _decide(errand: Errand, artwork_id: str, reason: str, *, approves: bool) -> list[Reply]:
    if errand.person.rank < Rank.CURATOR:
        raise RefusalError("refusal-rank-curator", command="curate")
    entry = await errand.store.rounds.entries.of_artwork(artwork_id)
    found = await errand.store.rounds.get(entry.round) if entry else None
    if found is None:
        raise VoteError(f"The painting {quoted(artwork_id)} was in no round.", given=artwork_id)
    if not errand.curates(found.place):
        raise RefusalError("refusal-round-elsewhere", place=found.place)
    if approves:
        await errand.store.rounds.curation.approve(artwork_id, errand.person.id, reason)
        return [errand.quietly("approved")]
    await errand.store.rounds.curation.veto(artwork_id, errand.person.id, reason)
    return [errand.quietly("vetoed")]


async def _to_decide(errand: Errand) -> list[Reply]:
    """What curators have to decide here; others are told how to enter."""
    if errand.person.rank < Rank.CURATOR:
        raise RefusalError("curate-how")
    open_ = []
    for standing in await errand.store.rounds.curation.to_decide():
        round_ = await errand.store.rounds.get(standing.round)
        artwork = await errand.store.gallery.get(standing.artwork)
        if round_ and artwork and errand.curates(round_.place):
            open_.append((standing, artwork))
    if not open_:
        return [errand.quietly("curate-none")]
    shown = open_[:MOST_TO_DECIDE]
    fields = tuple(
        (
            f"{number} · {artwork.id}",
            errand.say(
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
    sheet = await winners_sheet(errand.tools.blobs, [artwork for _, artwork in shown])
    return [
        Reply(
            title=errand.say("curate-title"),
            text=errand.say("curate-decide"),
            fields=fields,
            pictures=(sheet,) if sheet else (),
            buttons=(tuple(buttons),),
            is_private=True,
        )
    ]
