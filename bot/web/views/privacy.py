"""Who sees what one asks for, all that is stored about oneself, and having it removed."""

from starlette.responses import RedirectResponse, Response

from bot.core.messages import Action, ButtonPress, CommandRequest, Reply
from bot.web.request_context import PLACE, RequestContext, way_back
from bot.web.sessions import Session
from bot.web.site import Site
from ganshare.domain.visibility import Visibility

__all__ = ["change_privacy", "export", "privacy_page"]


async def privacy_page(site: Site, context: RequestContext) -> Response:
    """What is chosen, and what can be."""
    chosen = await site.store.people.visibility(context.person.id)
    usual = (await site.store.places.settings(PLACE.id)).visibility or Visibility.PUBLIC
    return site.page(
        context,
        "privacy.html",
        chosen=chosen,
        usual=usual,
        visibilities=list(Visibility),
    )


async def change_privacy(site: Site, context: RequestContext) -> Response:
    """Choose for all, or for one painting; or forget the visitor, who has said yes."""
    if context.said("forget"):
        press = ButtonPress(Action.FORGET, context.said("forget"), context.person, PLACE, "forget")
        (reply,) = await site.front.dispatcher.press(press)
        context.session, context.is_new = Session.new_guest(), True
        return site.redirect(context, "/", reply.text)
    asked = {name: context.said(name)[:40] for name in ("visibility", "artwork")}
    (reply,) = await _answer(site, context, "privacy", asked)
    return site.redirect(context, way_back(context.request), reply.text.partition("\n")[0])


async def export(site: Site, context: RequestContext) -> Response:
    """All that is stored about the visitor, as a file."""
    (reply,) = await _answer(site, context, "export", {})
    if reply.document is None:
        return RedirectResponse("/privacy", 303)
    headers = {
        "Content-Disposition": f'attachment; filename="{reply.document.name}"',
        "Cache-Control": "no-store",
    }
    return Response(reply.document.data, media_type=reply.document.media_type, headers=headers)


async def _answer(
    site: Site, context: RequestContext, command: str, asked: dict[str, str]
) -> list[Reply]:
    given = {name: value for name, value in asked.items() if value}
    key = context.session.key(command, *given.values())
    request = CommandRequest(command, given, context.person, PLACE, key)
    return await site.front.dispatcher.answer(request)
