"""Rounds on the page: their state, one painting after another, and the curators' desk."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.core.messages import CommandRequest, Rank
from bot.core.rendering.replies import duration
from bot.core.rounds.announcements import rules_text
from bot.web.request_context import PLACE, RequestContext
from bot.web.site import Refused, Site
from bot.web.template_data import Painting
from bot.web.views.gallery import paintings, shown_artwork
from ganshare.domain.critics import PHRASE, Critic, Opinion
from ganshare.domain.jobs import Artwork
from ganshare.domain.visibility import Visibility
from ganshare.domain.votes import Decision, LogEntry, LogKind, Round, Standing
from ganshare.errors import ParameterError, must_be_one_of

__all__ = [
    "ballot_page",
    "curation_page",
    "decide",
    "hold_round",
    "round_page",
    "show_next",
    "vote_news",
]

MOST_ENDED = 4  # rounds whose winners are shown
MOST_CASES, MOST_CURATED, MOST_DECIDED = 24, 48, 24
_HISTORY = {
    LogKind.ENTER: "web-history-enter",
    LogKind.LEAVE: "web-history-leave",
    LogKind.HOLD: "web-history-hold",
    LogKind.RELEASE: "web-history-release",
    LogKind.APPROVE: "web-history-approve",
    LogKind.VETO: "web-history-veto",
    LogKind.UNDO: "web-history-undo",
}


# --- votes ------------------------------------------------------------------------------------


async def vote_news(site: Site, context: RequestContext, subject: str, sentence: str) -> Response:
    """What a script shows after a vote."""
    state = await site.store.votes.state(subject, context.person.id)
    artwork = await site.store.gallery.get(subject)
    hides = artwork is None or not artwork.shown or artwork.visibility is Visibility.ONLY_ME
    prompt = "" if artwork is None or hides else artwork.prompt
    label = site.words.say(context.locale, "web-vote-for", count=state.votes, prompt=prompt)
    return JSONResponse(
        {"sentence": sentence, "votes": state.votes, "voted": state.voted, "label": label}
    )


async def show_next(site: Site, context: RequestContext, round_id: str) -> Response:
    """Go to a painting of a round that this person has not seen; the view is counted."""
    if context.person.rank <= Rank.GUEST:
        return site.redirect(context, "/sign-in")
    artwork = await site.store.rounds.exposure.next_to_show(context.person.id, round_id)
    if artwork is None:
        return site.redirect(context, "/round", site.words.say(context.locale, "deal-none"))
    return site.redirect(context, f"/rounds/{round_id}/{artwork.id}")


async def ballot_page(site: Site, context: RequestContext) -> Response:
    """One painting of a round at full height, to like or to skip; votes are not told before."""
    given = context.request.path_params
    if context.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    artwork = await shown_artwork(site, given["artwork"], context.request)
    entry = await site.store.rounds.entries.of_artwork(artwork.id)
    round_ = await site.store.rounds.get(given["round"])
    if round_ is None or entry is None or entry.round != round_.id:
        raise Refused(404, "web-not-found")
    (shown,) = await paintings(site, context, [artwork])
    status = await site.store.rounds.status(round_.id)
    return site.page(
        context,
        "ballot.html",
        painting=shown,
        round=round_,
        seen=await site.store.rounds.exposure.seen(context.person.id, round_.id),
        of=status.entries if status else 0,
    )


# --- rounds -----------------------------------------------------------------------------------


async def round_page(site: Site, context: RequestContext) -> Response:
    """The rounds that go on, and who won the last ones."""
    found, moment = await site.store.rounds.recent(), await site.store.now()
    going_on = [each for each in found if each.is_open(moment)]
    ended = [each for each in found if each.closed is not None][:MOST_ENDED]
    return site.page(
        context,
        "round.html",
        open=[await _load_shown(site, context, each) for each in going_on],
        ended=[await _winners(site, context, each) for each in ended],
        may_hold=context.person.rank >= Rank.CURATOR,
        held=any(each.place == PLACE.id and each.closed is None for each in found),
    )


async def hold_round(site: Site, context: RequestContext) -> Response:
    """Open a round of the page, or end it, as /round does."""
    names = ("action", "title", "hours", "winners", "pool", "quorum")
    given = {name: value for name in names if (value := context.said(name).strip()[:200])}
    key = context.session.key("round", context.said("nonce"))
    request = CommandRequest("round", given, context.person, PLACE, key)
    (reply,) = await site.front.dispatcher.answer(request)
    return site.redirect(context, "/round", reply.text)


async def _load_shown(site: Site, context: RequestContext, round_: Round) -> dict[str, Any]:
    def say(message: str, **values: int | str) -> str:
        return site.words.say(context.locale, message, **values)

    status = await site.store.rounds.status(round_.id)
    facts: list[tuple[str, str]] = []
    if status is not None:
        left = duration(site.words, context.locale, max(1.0, status.remaining))
        rules = round_.rules
        facts = [
            (say("round-field-left"), left),
            (say("round-field-pool"), say("round-of", count=status.entries, of=rules.pool)),
            (say("round-field-votes"), str(status.votes)),
            (say("round-field-quorum"), say("round-quorum", count=rules.quorum)),
            (say("round-field-winners"), str(rules.winners)),
        ]
    title = round_.title or say("round-plain")
    text = rules_text(site.words, context.locale, round_.rules)
    return {"id": round_.id, "title": title, "rules": text, "facts": facts}


async def _winners(site: Site, context: RequestContext, round_: Round) -> dict[str, Any]:
    standings = await site.store.rounds.standings(round_.id)
    found = await _artworks(site, [each for each in standings if each.won])
    title = site.words.say(context.locale, "round-over-title", title=round_.title or "none")
    ranks = {each.artwork: each for each in standings}
    results = [
        {
            "place": site.words.say(context.locale, "winner-place", place=ranks[each.id].rank),
            "votes": site.words.say(context.locale, "web-votes", count=ranks[each.id].votes),
            "prompt": each.prompt,
            "path": f"/paintings/{each.id}",
        }
        for each in await _artworks(site, sorted(standings, key=lambda each: each.rank))
    ]
    shown = await paintings(site, context, found)
    return {"title": title, "paintings": shown, "results": results}


async def _artworks(site: Site, standings: list[Standing]) -> list[Artwork]:
    found = await asyncio.gather(*(site.store.gallery.get(each.artwork) for each in standings))
    return [each for each in found if each is not None and each.public]


# --- the curators' desk -----------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A winner to be decided by a curator; `rate` and `bound` in percent.

    Args:
        critics: where each puts it, and what that is worth.
    """

    painting: Painting
    kicker: str
    facts: list[tuple[str, str]]
    rate: str
    bound: str
    bound_label: str
    critics: list[tuple[str, str]]
    history: list[dict[str, str]]


async def curation_page(site: Site, context: RequestContext) -> Response:
    """The undecided winners, and the curated set so far."""
    _check_curator(context)
    standings = await site.store.rounds.curation.to_decide(MOST_CASES)
    said: dict[str, list[Opinion]] = {}
    for round_id in {each.round for each in standings}:
        theirs = [each.artwork for each in standings if each.round == round_id]
        said |= await site.store.rounds.critics.opinions(round_id, theirs)
    cases = []
    for standing in standings:
        artwork = await site.store.gallery.get(standing.artwork)
        if artwork is not None and artwork.public:
            opinions = said.get(artwork.id, [])
            cases.append(await _case(site, context, standing, artwork, opinions))
    chosen = await site.store.rounds.curation.approved()
    newest = [await site.store.gallery.get(each.id) for each in chosen[-MOST_CURATED:][::-1]]
    shown = [each for each in newest if each is not None]
    curated = await paintings(site, context, shown)
    decided = await _decisions(site)
    return site.page(context, "desk.html", items=cases, curated=curated, decided=decided)


async def _decisions(site: Site) -> list[tuple[Decision, str]]:
    """What was decided last, each with the painting's prompt."""
    last = await site.store.rounds.curation.decisions(MOST_DECIDED)
    found = await site.store.gallery.several(each.artwork for each in last)
    pairs = [(each, found.get(each.artwork)) for each in last]
    return [(each, seen.prompt) for each, seen in pairs if seen and seen.deleted is None]


async def decide(site: Site, context: RequestContext) -> Response:
    """Approve a winner, veto it with a reason, or take that back."""
    _check_curator(context)
    artwork, reason = context.said("artwork")[:100], context.said("reason").strip()[:200]
    curation, by = site.store.rounds.curation, context.person.id
    match context.said("verdict"):
        case "approve":
            await curation.approve(artwork, by, reason, named=True)
            sentence = "approved"
        case "veto":
            await curation.veto(artwork, by, reason, named=True)
            sentence = "vetoed"
        case "undo":
            await curation.undo(artwork, by, named=True)
            sentence = "decision-undone"
        case other:
            raise must_be_one_of(ParameterError, "verdict", other, ("approve", "veto", "undo"))
    return site.redirect(context, "/desk", site.words.say(context.locale, sentence))


def _check_curator(context: RequestContext) -> None:
    if context.person.rank < Rank.CURATOR:
        raise Refused(403, "web-for-curators")


async def _case(
    site: Site,
    context: RequestContext,
    standing: Standing,
    artwork: Artwork,
    opinions: list[Opinion],
) -> Case:
    def say(message: str, **values: int | str) -> str:
        return site.words.say(context.locale, message, **values)

    round_ = await site.store.rounds.get(standing.round)
    title = round_.title if round_ and round_.title else say("round-plain")
    log = await site.store.votes.log.read(artwork=artwork.id, kinds=_HISTORY, limit=50, newest=True)
    rate, bound = f"{standing.rate:.0%}", f"{standing.bound:.0%}"
    (shown,) = await paintings(site, context, [artwork])
    return Case(
        painting=shown,
        kicker=f"{title} · {say('winner-place', place=standing.rank)}",
        facts=[
            (say("round-field-votes"), str(standing.votes)),
            (say("round-field-views"), str(standing.views)),
            (say("web-desk-rate"), rate),
            (say("web-desk-bound"), bound),
        ],
        rate=f"{100 * standing.rate:.1f}",
        bound=f"{100 * standing.bound:.1f}",
        bound_label=say("web-desk-bound-label", rate=rate, bound=bound),
        critics=[
            (
                say("web-desk-critic", place=each.place, of=each.of),
                _worth(site, context, each.critic),
            )
            for each in opinions
        ],
        history=[_line(site, context, each) for each in reversed(log)],
    )


def _worth(site: Site, context: RequestContext, critic: Critic) -> str:
    """What a critic goes by, and what may be claimed for it."""
    if critic.name == PHRASE:
        return site.words.say(context.locale, "web-desk-critic-phrase", phrase=critic.phrase)
    if not critic.helps:
        return site.words.say(context.locale, "web-desk-critic-unproven")
    lift = f"{critic.report['lift']:.1f}"
    return site.words.say(context.locale, "web-desk-critic-proven", lift=lift)


def _line(site: Site, context: RequestContext, entry: LogEntry) -> dict[str, str]:
    at = datetime.fromtimestamp(entry.created, UTC)
    text = site.words.say(context.locale, _HISTORY[entry.kind], by=entry.by or entry.account)
    if entry.reason:
        text += f" – {entry.reason}"
    return {"iso": at.isoformat(timespec="seconds"), "day": f"{at:%Y-%m-%d %H:%M}", "text": text}
