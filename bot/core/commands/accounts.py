"""/link joins accounts of several platforms into one person; /shares shows what is left today."""

import asyncio

from bot.core.context import CommandContext
from bot.core.messages import Action, Rank, Reply
from bot.core.rendering.replies import duration

__all__ = ["SIGN_IN_PATH", "link", "link_accounts", "shares"]

SIGN_IN_PATH = "/sign-in/"  # below the page's address; the one-time token follows
DAY = 86_400.0


async def link(context: CommandContext, code: str) -> list[Reply]:
    """Give a code for the other account and a sign-in link; or ask to confirm a typed code."""
    title = context.say("link-title")
    if code:
        account = await context.store.accounts.peek_link(code)
        text = context.say("link-sure", account=account)
        button = context.button(Action.LINK, code.strip().upper())
        return [Reply(title=title, text=text, buttons=((button,),), is_private=True)]
    lines = [
        context.say("link-code", code=await context.store.accounts.new_link(context.person.id))
    ]
    if context.services.options.web_url:
        token = await context.store.accounts.new_sign_in(context.person.id, context.person.name)
        url = f"{context.services.options.web_url}{SIGN_IN_PATH}{token}"
        lines.append(context.say("link-sign-in", url=url))
    return [Reply(title=title, text="\n\n".join(lines), is_private=True)]


async def link_accounts(context: CommandContext, code: str) -> list[Reply]:
    """Make one person of two accounts, now that they said yes."""
    main = await context.store.accounts.redeem_link(code, context.person.id)
    accounts = ", ".join(await context.store.accounts.of_person(main))
    text = context.say("link-done", accounts=accounts)
    title = context.say("link-title")
    return [Reply(title=title, text=text, is_private=True, replaces=True)]


async def shares(context: CommandContext) -> list[Reply]:
    """Tell what the asker had today, by number and by the engines' time; no shares are sold yet."""
    used, worked = await asyncio.gather(
        context.store.accounts.painted_since(context.main, DAY),
        context.store.accounts.metered_since(context.main, DAY),
    )
    quota = context.settings.daily_quota
    if context.person.rank <= Rank.GUEST:
        guests = context.settings.guests_per_day
        quota = context.services.options.guests_per_day if guests is None else guests
    if quota is None:
        line = context.say("shares-free", used=used)
    else:
        line = context.say("shares-used", used=used, quota=quota)
    lines = [line]
    if worked >= 1:
        time = duration(context.services.words, context.locale, worked)
        lines.append(context.say("shares-metered", duration=time))
    text = "\n\n".join((*lines, context.say("shares-none")))
    return [Reply(title=context.say("shares-title"), text=text, is_private=True)]
