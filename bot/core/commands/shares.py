"""/shares shows what a member's shares allow, what was used, and until when."""

import asyncio
from datetime import UTC, datetime

from bot.core.context import CommandContext
from bot.core.messages import Rank, Reply
from bot.core.rendering.replies import duration
from ganshare.domain.shares import Standing
from ganshare.errors import WorldError
from ganshare.shares.gate import Gate

__all__ = ["SHARES_PATH", "shares"]

SHARES_PATH = "/shares"
DAY = 86_400.0


async def shares(context: CommandContext) -> list[Reply]:
    """Tell what the asker had today, and what their shares allow."""
    used, worked = await asyncio.gather(
        context.store.accounts.painted_since(context.main, DAY),
        context.store.accounts.metered_since(context.main, DAY),
    )
    lines = [_today(context, used)]
    if worked >= 1:
        time = duration(context.services.words, context.locale, worked)
        lines.append(context.say("shares-metered", duration=time))
    gate = context.services.gate
    lines += [context.say("shares-none")] if gate is None else await _held(context, gate)
    text = "\n\n".join(lines)
    return [Reply(title=context.say("shares-title"), text=text, is_private=True)]


def _today(context: CommandContext, used: int) -> str:
    quota, gate = context.settings.daily_quota, context.services.gate
    if context.person.rank <= Rank.GUEST:
        guests = context.settings.guests_per_day
        quota = context.services.options.guests_per_day if guests is None else guests
    if quota is None and gate is None:
        return context.say("shares-free", used=used)
    if gate is not None:
        others = gate.terms.others_per_day
        return context.say("shares-others", used=used, quota=others)
    return context.say("shares-used", used=used, quota=quota or 0)


async def _held(context: CommandContext, gate: Gate) -> list[str]:
    """What wallets hold, and what is left of it."""
    lines = []
    try:
        standing = await gate.standing(context.main)
    except WorldError:
        lines.append(context.say("refusal-share-unchecked"))
        standing = await context.store.shares.usage.standing(context.main, gate.terms)
    if standing.payers:
        lines.append(
            context.say(
                "shares-left",
                left=_time(context, standing.left),
                of=_time(context, standing.seconds),
                used=_time(context, standing.used),
            )
        )
    lines += _until(context, standing)
    if not standing.wallets:
        lines.append(context.say("shares-no-wallet"))
    elif not standing.shares:
        lines.append(context.say("shares-empty", wallets=len(standing.wallets)))
    if context.services.options.web_url:
        url = f"{context.services.options.web_url}{SHARES_PATH}"
        lines.append(context.say("shares-page", url=url))
    return lines


def _until(context: CommandContext, standing: Standing) -> list[str]:
    lines = []
    if standing.until is not None:
        until = datetime.fromtimestamp(standing.until, UTC).strftime("%Y-%m-%d")
        lines.append(context.say("shares-until", count=len(standing.shares), until=until))
    for gift in standing.gifts:
        until = datetime.fromtimestamp(gift.until, UTC).strftime("%Y-%m-%d")
        left = _time(context, gift.left)
        lines.append(context.say("shares-gift", left=left, reason=gift.name, until=until))
    return lines


def _time(context: CommandContext, seconds: float) -> str:
    if seconds < 1:
        return context.say("shares-no-time")
    return duration(context.services.words, context.locale, seconds)
