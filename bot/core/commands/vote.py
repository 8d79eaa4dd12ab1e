"""The vote button, and /vote, which shows the paintings of a round one by one."""

from dataclasses import replace

from bot.core.context import CommandContext
from bot.core.messages import Action, Button, Rank, Reply
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.job_view import fetch_picture
from bot.core.rendering.painting_content import picture_file
from bot.core.rendering.replies import accent, duration, shortened
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import Round, Voter, VoteState, WhyNot

__all__ = ["deal", "is_going_on", "vote"]

ON = "-on"  # ends the subject of a button that stands below a painting which was dealt


async def vote(context: CommandContext, subject: str) -> list[Reply]:
    """Toggle a vote for a painting; /vote without one shows what to vote on.

    Args:
        subject: an artwork, and after a dash the round whose next painting takes its place.
    """
    if context.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-rank-member", command="vote")
    artwork_id, _, round_id = subject.partition("-")
    if not artwork_id:
        return await deal(context, "")
    artwork = await context.artwork(artwork_id)
    await context.check_not_banned()
    voter = Voter(context.person.id, born=context.person.born)
    state = await context.store.votes.toggle(artwork.id, voter, key=context.given.key)
    if state.voted:
        await context.store.people.note_name(context.person.id, context.person.name)
    sentence = await _sentence(context, state)
    if round_id:
        return await deal(context, round_id, sentence)
    return [Reply(text=sentence, is_private=True, is_passing=state.why_not is None)]


def is_going_on(subject: str) -> bool:
    """Whether a button goes on to the next painting, in the place of the one that it is below."""
    return "-" in subject


async def _sentence(context: CommandContext, state: VoteState) -> str:
    """Say what became of a vote."""
    match state.why_not:
        case _ if not state.voted:
            return context.say("vote-withdrawn", count=state.votes)
        case WhyNot.YOUNG:
            return context.say("vote-young", age=await _least_age(context, state.artwork))
        case WhyNot.HELD:
            return context.say("vote-held")
        case WhyNot.OWN | WhyNot.BLOCKED | WhyNot.BOT:
            return context.say("vote-uncounted")
        case None:
            return context.say("vote-counted", count=state.votes)


async def _least_age(context: CommandContext, artwork: str) -> str:
    entry = await context.store.rounds.entries.of_artwork(artwork)
    round_ = await context.store.rounds.get(entry.round) if entry else None
    seconds = round_.rules.min_age if round_ else 0.0
    return duration(context.services.words, context.locale, seconds)


async def deal(context: CommandContext, subject: str, first: str = "") -> list[Reply]:
    """Show a painting that the asker has not seen, and count the view.

    Args:
        subject: a round; of the place, else of all that are open, if left out.
        first: a sentence about what was just done.
    """
    if context.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-rank-member", command="vote")
    replaces, round_id = is_going_on(subject) or bool(first), subject.partition("-")[0]
    artwork = await _next(context, round_id)
    if artwork is None:
        text = context.say("deal-none" if await _is_any_open(context) else "deal-no-round")
        text = f"{first}\n\n{text}" if first else text
        title = context.say("deal-over-title") if replaces else ""
        return [Reply(title=title, text=text, is_private=True, replaces=replaces)]
    reply = await _dealt(context, artwork)
    if first:
        reply = replace(reply, text=f"{first}\n\n{reply.text}")
    return [replace(reply, replaces=replaces)]


async def _next(context: CommandContext, round_id: str) -> Artwork | None:
    if not round_id and (here := await context.store.rounds.current(context.curation_place)):
        round_id = here.id
    shown = (
        await context.store.rounds.exposure.next_to_show(context.person.id, round_id)
        if round_id
        else None
    )
    return shown or await context.store.rounds.exposure.next_to_show(context.person.id)


async def _is_any_open(context: CommandContext) -> bool:
    moment = await context.store.now()
    return any(each.is_open(moment) for each in await context.store.rounds.recent())


async def _dealt(context: CommandContext, artwork: Artwork) -> Reply:
    entry = await context.store.rounds.entries.of_artwork(artwork.id)
    round_: Round | None = await context.store.rounds.get(entry.round) if entry else None
    if entry is None or round_ is None:
        raise RefusalError("refusal-round-ended")
    data = await fetch_picture(context.services.blobs, artwork)
    alt = context.say("done-alt", prompt=shortened(artwork.prompt, 200))
    votes = f"{artwork.id}-{round_.id}"
    label = context.say("button-vote", count=0)  # how many did is not said: it would draw more
    buttons = (
        replace(context.replies.vote_button(votes, context.locale, 0), label=label),
        Button(Action.NEXT, round_.id + ON, context.say("button-next"), "➡️"),
    )
    return Reply(
        title=context.say("deal-title"),
        text=shortened(artwork.prompt),
        pictures=(picture_file(artwork, data, alt),) if data else (),
        buttons=(buttons,),
        colour=accent(artwork.attributes.get("Hex")),
        is_private=True,
        artworks=(artwork.id,),
    )
