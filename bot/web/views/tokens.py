"""Tokens of a member's programs: made, shown once, revoked."""

from datetime import UTC, datetime

from starlette.responses import RedirectResponse, Response

from bot.core.messages import Rank
from bot.web.request_context import RequestContext
from bot.web.site import Site
from ganshare.domain.community import ApiToken, Scope

__all__ = ["change_tokens", "tokens_page"]


async def tokens_page(site: Site, context: RequestContext) -> Response:
    """The member's tokens, and a form for another one."""
    if context.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    return await _show(site, context)


async def change_tokens(site: Site, context: RequestContext) -> Response:
    """Make a token, whose secret this answer alone shows; or revoke one."""
    if context.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    tokens = site.store.api_tokens
    if revoked := context.said("revoke")[:40]:
        await tokens.revoke(revoked, context.person.id)
        said = site.words.say(context.locale, "web-tokens-revoked")
        return site.redirect(context, "/tokens", said)
    scopes = {each for each in Scope if context.said(each)}
    label = context.said("label").strip() or site.words.say(context.locale, "web-tokens-new")
    _, secret = await tokens.create(context.person.id, context.person.name, label, scopes)
    return await _show(site, context, secret)


async def _show(site: Site, context: RequestContext, secret: str = "") -> Response:
    found = await site.store.api_tokens.of_person(context.person.id)
    offered: list[Scope] = [Scope.READ, Scope.WRITE]
    if context.person.rank > Rank.MEMBER:
        offered.append(Scope.MODERATE)
    response = site.page(
        context,
        "tokens.html",
        secret=secret,
        tokens=[(each, _about(site, context, each)) for each in found],
        scopes=offered,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _about(site: Site, context: RequestContext, token: ApiToken) -> str:
    def say(message: str, moment: float) -> str:
        day = f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
        return site.words.say(context.locale, message, day=day)

    used = (
        site.words.say(context.locale, "web-tokens-unused")
        if token.used is None
        else say("web-tokens-used", token.used)
    )
    scopes = ", ".join(each for each in Scope if each in token.scopes)
    return " · ".join((scopes, used, say("web-tokens-expires", token.expires)))
