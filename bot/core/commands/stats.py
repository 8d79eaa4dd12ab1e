"""/stats: what was painted and voted for lately, and by whom most."""

import asyncio

from bot.core.context import CommandContext
from bot.core.messages import Reply
from bot.core.rendering.replies import shortened
from ganshare.domain.community import Ranked

__all__ = ["stats"]

DAYS, MOST = 30, 5
LABEL = 40  # UTF-16 units of a name


async def stats(context: CommandContext) -> list[Reply]:
    """Show the leaderboards of the last days, and the asker's own count."""
    boards, seconds = context.store.leaderboards, DAYS * 86_400.0
    ranked = await asyncio.gather(
        boards.painters(seconds, MOST),
        boards.voters(seconds, MOST),
        boards.tasters(seconds, MOST),
    )
    fields = tuple(
        (context.say(f"stats-{name}"), _listed(context, each))
        for name, each in zip(("painters", "voters", "tasters"), ranked, strict=True)
        if each
    )
    own = await context.store.accounts.painted_since(context.main, seconds)
    text = context.say("stats-own", days=DAYS, count=own)
    return [Reply(title=context.say("stats-title"), text=text, fields=fields, is_private=True)]


def _listed(context: CommandContext, ranked: list[Ranked]) -> str:
    somebody = context.say("stats-somebody")
    return "\n".join(
        f"{number}. {shortened(each.name, LABEL) or somebody} · {each.count}"
        for number, each in enumerate(ranked, 1)
    )
