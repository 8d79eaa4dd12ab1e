"""Accounts of several platforms become one person here, too: a code goes either way."""

from starlette.responses import RedirectResponse, Response

from bot.core.messages import Action, Ask, Press, Rank
from bot.web.request_context import PLACE, Visit
from bot.web.site import Site

__all__ = ["link", "link_page"]

LONGEST_CODE = 40


async def link_page(site: Site, visit: Visit) -> Response:
    """Which accounts are one's own, and how to add another one."""
    if visit.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    return await _show(site, visit)


async def link(site: Site, visit: Visit) -> Response:
    """Give a code, or take one: asked back about first, and only then carried out."""
    if visit.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    desk, person, code = site.front.desk, visit.person, visit.said("code").strip()[:LONGEST_CODE]
    key = visit.session.key("link", code)
    if visit.said("sure"):
        (reply,) = await desk.press(Press(Action.LINK, code, person, PLACE, key))
        return site.redirect(visit, "/link", reply.text)
    if not code:
        made = await site.store.accounts.new_link(person.id)
        return await _show(site, visit, made=site.words.say(visit.locale, "link-code", code=made))
    (reply,) = await desk.answer(Ask("link", {"code": code}, person, PLACE, key))
    if reply.buttons:
        return await _show(site, visit, code=code, question=reply.text)
    return await _show(site, visit, 422, code=code, error=reply.text)


async def _show(
    site: Site,
    visit: Visit,
    status: int = 200,
    *,
    code: str = "",
    made: str = "",
    question: str = "",
    error: str = "",
) -> Response:
    return site.page(
        visit,
        "link.html",
        status,
        accounts=await site.store.accounts.of_person(visit.person.id),
        code=code,
        made=made,
        question=question,
        error=error,
    )
