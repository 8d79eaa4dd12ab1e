"""Who one is: /link joins accounts of several platforms, /shares tells what is left of today."""

import asyncio

from bot.core.context import Errand
from bot.core.messages import Action, Rank, Reply
from bot.core.rendering.replies import duration

__all__ = ["SIGN_IN_PATH", "link", "linked", "shares"]

SIGN_IN_PATH = "/sign-in/"  # below the page's address; the one-time token follows
DAY = 86_400.0


async def link(errand: Errand, code: str) -> list[Reply]:
    """Give a code for the other account, and a way to sign in; or ask back about a given code."""
    title = errand.say("link-title")
    if code:
        account = await errand.store.accounts.peek_link(code)
        text = errand.say("link-sure", account=account)
        button = errand.button(Action.LINK, code.strip().upper())
        return [Reply(title=title, text=text, buttons=((button,),), is_private=True)]
    lines = [errand.say("link-code", code=await errand.store.accounts.new_link(errand.person.id))]
    if errand.tools.options.web_url:
        token = await errand.store.accounts.new_sign_in(errand.person.id, errand.person.name)
        url = f"{errand.tools.options.web_url}{SIGN_IN_PATH}{token}"
        lines.append(errand.say("link-sign-in", url=url))
    return [Reply(title=title, text="\n\n".join(lines), is_private=True)]


async def linked(errand: Errand, code: str) -> list[Reply]:
    """Make one person of two accounts, now that they said yes."""
    main = await errand.store.accounts.redeem_link(code, errand.person.id)
    accounts = ", ".join(await errand.store.accounts.of_person(main))
    text = errand.say("link-done", accounts=accounts)
    title = errand.say("link-title")
    return [Reply(title=title, text=text, is_private=True, replaces=True)]


async def shares(errand: Errand) -> list[Reply]:
    """Tell what the asker had today, by number and by the engines' time; no shares are sold yet."""
    used, worked = await asyncio.gather(
        errand.store.accounts.painted_since(errand.main, DAY),
        errand.store.accounts.metered_since(errand.main, DAY),
    )
    quota = errand.settings.daily_quota
    if errand.person.rank <= Rank.GUEST:
        guests = errand.settings.guests_per_day
        quota = errand.tools.options.guests_per_day if guests is None else guests
    if quota is None:
        line = errand.say("shares-free", used=used)
    else:
        line = errand.say("shares-used", used=used, quota=quota)
    lines = [line]
    if worked >= 1:
        time = duration(errand.tools.words, errand.locale, worked)
        lines.append(errand.say("shares-metered", duration=time))
    text = "\n\n".join((*lines, errand.say("shares-none")))
    return [Reply(title=errand.say("shares-title"), text=text, is_private=True)]
