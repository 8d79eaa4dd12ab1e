"""Voting: the button, and /vote, which shows somebody one painting of a round after another."""

from dataclasses import replace

from bot.core.context import Errand
from bot.core.messages import Action, Button, File, Rank, Reply
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.job_view import fetched_picture
from bot.core.rendering.replies import accent, duration, shortened
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import Round, Voter, VoteState, WhyNot
from ganshare.errors import VoteError

__all__ = ["deal", "is_going_on", "vote"]

ON = "-on"  # ends the subject of a button that stands below a painting which was dealt


async def vote(errand: Errand, subject: str) -> list[Reply]:
    """Turn somebody's vote for a painting; /vote without one shows what to vote on.

    Args:
        subject: an artwork, and after a dash the round whose next painting takes its place.
    """
    if errand.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-rank-member", command="vote")
    artwork_id, _, round_id = subject.partition("-")
    if not artwork_id:
        return await deal(errand, "")
    artwork = await errand.artwork(artwork_id)
    voter = Voter(errand.person.id, born=errand.person.born)
    state = await errand.store.votes.toggle(artwork.id, voter, key=errand.given.key)
    sentence = await _sentence(errand, state)
    if round_id:
        return await deal(errand, round_id, sentence)
    return [Reply(text=sentence, is_private=True, is_passing=state.why_not is None)]


def is_going_on(subject: str) -> bool:
    """Whether a button goes on to the next painting, in the place of the one that it is below."""
    return "-" in subject


async def _sentence(errand: Errand, state: VoteState) -> str:
    """Say what became of a vote."""
    match state.why_not:
        case _ if not state.voted:
            return errand.say("vote-withdrawn", count=state.votes)
        case WhyNot.YOUNG:
            return errand.say("vote-young", age=await _least_age(errand, state.artwork))
        case WhyNot.HELD:
            return errand.say("vote-held")
        case WhyNot.OWN | WhyNot.BLOCKED | WhyNot.BOT:
            return errand.say("vote-uncounted")
        case None:
            return errand.say("vote-counted", count=state.votes)


async def _least_age(errand: Errand, artwork: str) -> str:
    entry = await errand.store.rounds.entries.of_artwork(artwork)
    round_ = await errand.store.rounds.get(entry.round) if entry else None
    seconds = round_.rules.min_age if round_ else 0.0
    return duration(errand.tools.words, errand.locale, seconds)


async def deal(errand: Errand, subject: str, first: str = "") -> list[Reply]:
    """Show somebody a painting that they have not seen, and count the view.

    Args:
        subject: a round; of the place, else of all that are open, if left out.
        first: a sentence about what was just done.
    """
    if errand.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-rank-member", command="vote")
    replaces, round_id = is_going_on(subject) or bool(first), subject.partition("-")[0]
    artwork = await _next(errand, round_id)
    if artwork is None:
        text = errand.say("deal-none" if await _is_any_open(errand) else "deal-no-round")
        text = f"{first}\n\n{text}" if first else text
        title = errand.say("deal-over-title") if replaces else ""
        return [Reply(title=title, text=text, is_private=True, replaces=replaces)]
    reply = await _dealt(errand, artwork)
    if first:
        reply = replace(reply, text=f"{first}\n\n{reply.text}")
    return [replace(reply, replaces=replaces)]


async def _next(errand: Errand, round_id: str) -> Artwork | None:
    if not round_id and (here := await errand.store.rounds.current(errand.curation_place)):
        round_id = here.id
    shown = (
        await errand.store.rounds.exposure.next_to_show(errand.person.id, round_id)
        if round_id
        else None
    )
    return shown or await errand.store.rounds.exposure.next_to_show(errand.person.id)


async def _is_any_open(errand: Errand) -> bool:
    moment = await errand.store.now()
    return any(each.is_open(moment) for each in await errand.store.rounds.recent())


async def _dealt(errand: Errand, artwork: Artwork) -> Reply:
    entry = await errand.store.rounds.entries.of_artwork(artwork.id)
    round_: Round | None = await errand.store.rounds.get(entry.round) if entry else None
    if entry is None or round_ is None:
        raise VoteError("This round has ended; the next one takes new paintings.")
    data = await fetched_picture(errand.tools.blobs, artwork)
    alt = errand.say("done-alt", prompt=shortened(artwork.prompt, 200))
    votes = f"{artwork.id}-{round_.id}"
    label = errand.say("button-vote", count=0)  # how many did is not said: it would draw more
    buttons = (
        replace(errand.replies.vote_button(votes, errand.locale, 0), label=label),
        Button(Action.NEXT, round_.id + ON, errand.say("button-next"), "➡️"),
    )
    return Reply(
        title=errand.say("deal-title"),
        text=shortened(artwork.prompt),
        pictures=(File(data, f"ganshare-{artwork.id}.jpg", _type(data), alt),) if data else (),
        buttons=(buttons,),
        colour=accent(artwork.attributes.get("Hex")),
        is_private=True,
    )


def _type(data: bytes) -> str:
    return "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
