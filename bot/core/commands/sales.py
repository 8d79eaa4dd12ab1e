"""/sell: the member who asked for a painting allows or forbids its sale."""

from bot.core.context import CommandContext
from bot.core.messages import Action, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.replies import shortened
from ganshare.domain.jobs import Artwork
from ganshare.errors import quoted

__all__ = ["agree", "refuse", "sell", "share_promised"]

AT_ONCE = 3  # paintings that are asked about
LABEL = 200  # UTF-16 units of a prompt


async def sell(context: CommandContext, artwork: str, answer: str) -> list[Reply]:
    """Say whether a painting may be sold; without an answer, ask."""
    if answer:
        return await (agree if answer == "yes" else refuse)(context, artwork)
    if artwork:
        return [_question(context, await _own(context, artwork))]
    waiting = await context.store.consents.to_answer(context.accounts, AT_ONCE)
    return [_question(context, each) for each in waiting] or [context.quietly("sell-none")]


async def agree(context: CommandContext, artwork: str) -> list[Reply]:
    """It may be sold."""
    return await _answer(context, artwork, agreed=True)


async def refuse(context: CommandContext, artwork: str) -> list[Reply]:
    """It may not be sold."""
    return await _answer(context, artwork, agreed=False)


def share_promised(words: Catalogue, locale: str, share: str) -> str:
    """What the owner promises of the proceeds, in a sentence."""
    return words.say(locale, "sell-share" if float(share) else "sell-no-share", share=share)


def _promise(context: CommandContext) -> str:
    share = context.services.options.requester_share
    return share_promised(context.services.words, context.locale, share)


async def _answer(context: CommandContext, artwork_id: str, *, agreed: bool) -> list[Reply]:
    artwork = await _own(context, artwork_id)
    share = context.services.options.requester_share
    await context.store.consents.record(artwork.job, context.main, share, agreed=agreed)
    if not agreed:
        return [context.quietly("sell-no")]
    return [context.quietly("sell-yes", promise=_promise(context))]


async def _own(context: CommandContext, artwork_id: str) -> Artwork:
    artwork = await context.artwork(artwork_id)
    if not context.owns(artwork.person):
        raise RefusalError("refusal-not-yours", given=quoted(artwork.id))
    return artwork


def _question(context: CommandContext, artwork: Artwork) -> Reply:
    buttons = tuple(context.button(each, artwork.id) for each in (Action.SELL, Action.NO_SALE))
    text = context.say(
        "sell-question", prompt=shortened(artwork.prompt, LABEL), promise=_promise(context)
    )
    return Reply(text=text, buttons=(buttons,), is_private=True)
