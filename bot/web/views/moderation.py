"""The admins' page: reports, blocks, settings of the page, invitations, the log."""

from datetime import UTC, datetime

from starlette.responses import Response

from bot.core.commands.accounts import SIGN_IN_PATH
from bot.core.commands.definitions import SETTINGS
from bot.core.commands.reports import MOST_REPORTS
from bot.core.invitations import invite
from bot.core.messages import Action, ButtonPress, CommandRequest, Rank, Reply
from bot.core.rendering.errors import reason_of
from bot.web.request_context import PLACE, RequestContext
from bot.web.site import Refused, Site
from bot.web.template_data import Painting
from bot.web.views.gallery import paintings
from ganshare.errors import ParameterError, must_be_one_of

__all__ = ["moderate", "moderation_page"]

MOST_SHOWN = 24
_DEEDS = ("hide", "keep", "block", "unblock", "change", "invite")


async def moderation_page(site: Site, context: RequestContext) -> Response:
    """What waits for an admin."""
    _check_admin(context)
    return await _show(site, context)


async def moderate(site: Site, context: RequestContext) -> Response:
    """Do one of an admin's deeds, as the commands of the chats do."""
    _check_admin(context)
    deed, subject = context.said("deed"), context.said("subject").strip()[:100]
    match deed:
        case "hide" | "keep":
            await _press(site, context, Action(deed), subject)
            message = "report-hidden" if deed == "hide" else "report-kept"
            text = site.words.say(context.locale, message)
        case "block":
            given = {"person": subject, "reason": context.said("reason").strip()[:200]}
            text = await _answer(site, context, "block", given)
        case "unblock":
            text = await _answer(site, context, "unblock", {"person": subject})
        case "change":
            given = {"setting": subject, "value": context.said("value").strip()[:100]}
            text = await _answer(site, context, "settings", given)
        case "invite":
            account, token = await invite(site.store, subject or "?")
            address = f"{site.origin(context.request)}{SIGN_IN_PATH}{token}"
            return await _show(site, context, (subject, account, address))
        case other:
            raise must_be_one_of(ParameterError, "deed", other, _DEEDS)
    return site.redirect(context, "/moderation", text)


def _check_admin(context: RequestContext) -> None:
    if context.person.rank < Rank.ADMIN:
        raise Refused(403, "web-for-admins")


async def _answer(site: Site, context: RequestContext, command: str, given: dict[str, str]) -> str:
    (reply,) = await _replies(site, context, command, given)
    return reply.text


async def _replies(
    site: Site, context: RequestContext, command: str, given: dict[str, str]
) -> list[Reply]:
    told = {name: value for name, value in given.items() if value}
    request = CommandRequest(command, told, context.person, PLACE, f"web:{command}")
    replies = await site.front.dispatcher.answer(request)
    _raise_mistake(replies)
    return replies


async def _press(site: Site, context: RequestContext, action: Action, subject: str) -> None:
    press = ButtonPress(action, subject, context.person, PLACE, f"web:{action}")
    _raise_mistake(await site.front.dispatcher.press(press))


def _raise_mistake(replies: list[Reply]) -> None:
    if replies[0].error is not None:
        raise replies[0].error


async def _show(
    site: Site, context: RequestContext, invited: tuple[str, str, str] | None = None
) -> Response:
    (settings,) = await _replies(site, context, "settings", {})
    (log,) = await _replies(site, context, "notes", {})
    blocks = [
        (each, f"{datetime.fromtimestamp(each.created, UTC):%Y-%m-%d}")
        for each in await site.store.community.blocks()
    ]
    response = site.page(
        context,
        "moderation.html",
        reports=await _reports(site, context),
        blocks=blocks,
        settings=[
            (name, label.removesuffix(f" ({name})"), value)
            for name, (label, value) in zip(SETTINGS, settings.fields, strict=True)
        ],
        log=log,
        invited=invited,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


async def _reports(
    site: Site, context: RequestContext
) -> list[tuple[Painting, int, list[str], str, str]]:
    """Reported paintings, newest report first: how many reports, why, who asked, why hidden."""
    open_ = await site.store.community.reports(limit=MOST_REPORTS)
    names = list(dict.fromkeys(each.artwork for each in open_))[:MOST_SHOWN]
    found = await site.store.gallery.several(names)
    there = [found[each] for each in names if each in found and found[each].deleted is None]
    shown = []
    for artwork, painting in zip(there, await paintings(site, context, there), strict=True):
        about = [each for each in open_ if each.artwork == artwork.id]
        reasons = list(dict.fromkeys(each.reason for each in about if each.reason))
        hidden = reason_of(site.words, context.locale, artwork.hidden or "")
        shown.append((painting, len(about), reasons, artwork.person, hidden))
    return shown
