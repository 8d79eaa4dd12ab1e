"""Links accounts of several platforms: gives a code, or takes one."""

from datetime import UTC, datetime

from starlette.responses import RedirectResponse, Response

from bot.core.commands.accounts import SIGN_IN_PATH
from bot.core.messages import Action, ButtonPress, CommandRequest, Rank
from bot.web.passkeys import Ceremony
from bot.web.request_context import PLACE, RequestContext
from bot.web.site import Site
from ganshare.domain.community import Passkey

__all__ = ["invite_self", "link", "link_page"]

LONGEST_CODE = 40


async def link_page(site: Site, context: RequestContext) -> Response:
    """Which accounts are one's own, and how to add another one."""
    if context.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    return await _show(site, context)


async def link(site: Site, context: RequestContext) -> Response:
    """Give a code, or take one: asked back about first, and only then carried out."""
    if context.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    dispatcher, person, code = (
        site.front.dispatcher,
        context.person,
        context.said("code").strip()[:LONGEST_CODE],
    )
    key = context.session.key("link", code)
    if context.said("sure"):
        (reply,) = await dispatcher.press(ButtonPress(Action.LINK, code, person, PLACE, key))
        return site.redirect(context, "/link", reply.text)
    if not code:
        made = await site.store.accounts.new_link(person.id)
        return await _show(
            site, context, made=site.words.say(context.locale, "link-code", code=made)
        )
    (reply,) = await dispatcher.answer(CommandRequest("link", {"code": code}, person, PLACE, key))
    if reply.buttons:
        return await _show(site, context, code=code, question=reply.text)
    return await _show(site, context, 422, code=code, error=reply.text)


async def invite_self(site: Site, context: RequestContext) -> Response:
    """Give an address that signs the member in on another device, once."""
    if context.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    token = await site.store.accounts.new_sign_in(context.person.id, context.person.name)
    address = f"{site.origin(context.request)}{SIGN_IN_PATH}{token}"
    return await _show(site, context, invitation=address)


async def _show(
    site: Site,
    context: RequestContext,
    status: int = 200,
    *,
    code: str = "",
    made: str = "",
    question: str = "",
    error: str = "",
    invitation: str = "",
) -> Response:
    return site.page(
        context,
        "link.html",
        status,
        accounts=await site.store.accounts.of_person(context.person.id),
        passkeys=[
            (each, _about(site, context, each))
            for each in await site.store.passkeys.of_person(context.person.id)
        ],
        has_passkeys=Ceremony(site.origin(context.request), context.session).host is not None,
        code=code,
        made=made,
        question=question,
        error=error,
        invitation=invitation,
    )


def _about(site: Site, context: RequestContext, passkey: Passkey) -> str:
    if passkey.used is None:
        return site.words.say(context.locale, "web-passkey-unused")
    day = f"{datetime.fromtimestamp(passkey.used, UTC):%Y-%m-%d}"
    return site.words.say(context.locale, "web-passkey-used", day=day)
