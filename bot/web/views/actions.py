"""POST handlers: paint, press a button, sign in and out, choose language and theme."""

import json

from starlette.responses import RedirectResponse, Response

from bot.core.commands.definitions import find_command
from bot.core.commands.parameters import Kind
from bot.core.messages import Action, ButtonPress, CommandRequest, Reply, parse_data
from bot.core.rendering.errors import RefusalError, sentence_of
from bot.web.passkeys import Ceremony
from bot.web.request_context import PLACE, THEMES, RequestContext, way_back
from bot.web.sessions import Session
from bot.web.site import Refused, Site
from bot.web.template_data import composed
from bot.web.views.gallery import shown_artwork
from bot.web.views.home import show_home
from bot.web.views.jobs import sheet_path
from bot.web.views.media import read_blob
from bot.web.views.rounds import show_next, vote_news
from bot.web.views.sheets import jobs_asked
from ganshare.errors import PromptError
from ganshare.sentences import sentence

__all__ = [
    "begin_session",
    "keep_prompt",
    "language",
    "paint",
    "press",
    "sign_in",
    "sign_in_page",
    "sign_out",
    "theme",
]

_VOTING = frozenset({Action.VOTE, Action.NEXT, Action.ENTER})
_SELLING = frozenset({Action.SELL, Action.NO_SALE})
_ON_A_PAGE = (
    _VOTING | _SELLING | {Action.AGAIN, Action.VARY, Action.DELETE, Action.REPORT, Action.CANCEL}
)
_AFTERWARDS = {"shares": "/shares"}  # pages to which a sign-in link may lead
_PAINTING = frozenset({Action.AGAIN, Action.VARY})


async def paint(site: Site, context: RequestContext) -> Response:
    """Queue what the prompt box says, and go to where it can be watched."""
    given, helpers = _typed(context)
    words = {name: helpers[name] for name in ("style", "subject", "colour")}
    if not given["prompt"] and any(words.values()):
        given["prompt"] = composed(**words, locale=context.locale)["text"]
    elif not given["prompt"]:
        given["prompt"] = context.said("example").strip()
    if not given["prompt"]:
        empty = sentence_of(site.words, context.locale, PromptError(sentence("prompt-empty")))
        return await show_home(site, context, given | helpers, empty, status=422)
    site.check_guest(context)
    upload = context.picture("init_image")
    picture = await upload.read() if upload else await _begun_from(site, context)
    arguments = {name: value for name, value in given.items() if value}
    request = CommandRequest(
        "paint",
        arguments,
        context.person,
        PLACE,
        context.session.key(context.said("nonce"), json.dumps(arguments), str(len(picture or b""))),
        picture=picture,
    )
    replies = await site.front.dispatcher.answer(request)
    if jobs := await jobs_asked(site, replies):
        return site.redirect(context, sheet_path(jobs) if len(jobs) > 1 else f"/jobs/{jobs[0].id}")
    site.uncount_guest(context)
    return await show_home(site, context, given | helpers, _sentence(replies), status=422)


async def _begun_from(site: Site, context: RequestContext) -> bytes | None:
    """The painting to begin from, if the form names one that the visitor may see."""
    if not (named := context.said("from")[:100]):
        return None
    return await read_blob(site, (await shown_artwork(site, named, context.request)).blob)


def _typed(context: RequestContext) -> tuple[dict[str, str], dict[str, str]]:
    """The form's texts: the command's parameters, and the helpers of the prompt."""
    helpers = {name: context.said(name).strip()[:100] for name in ("style", "subject", "colour")}
    texts = [each for each in find_command("paint").parameters if each.kind is not Kind.PICTURE]
    given = {
        each.name: context.said(each.name).strip() for each in texts if each.name not in helpers
    }
    return given, helpers | ({"from": context.said("from")[:100]} if context.said("from") else {})


async def keep_prompt(site: Site, context: RequestContext, refused: Refused) -> Response:
    """Say that it was too often, and give back what was typed."""
    given, helpers = _typed(context)
    said = site.words.say(context.locale, refused.message, **refused.values)
    response = await show_home(site, context, given | helpers, said, refused.status_code)
    response.headers.update(refused.headers or {})
    return response


async def press(site: Site, context: RequestContext) -> Response:
    """Do what a button below a painting stands for."""
    action, subject = parse_data(context.said("data"))
    if action not in _ON_A_PAGE:
        raise RefusalError("refusal-button")
    if action in _PAINTING:
        site.check_guest(context)
    if action is Action.NEXT:
        return await show_next(site, context, subject)
    subject, _, round_id = subject.partition("-") if action is Action.VOTE else (subject, "", "")
    key = context.session.key(context.said("nonce"), context.said("data"))
    replies = await site.front.dispatcher.press(
        ButtonPress(action, subject, context.person, PLACE, key)
    )
    job = _job_of(replies)
    if job is not None and action in _PAINTING:
        return site.redirect(context, f"/jobs/{job}")
    if action in _PAINTING:
        site.uncount_guest(context)
    if round_id and replies[0].error is None:
        return await show_next(site, context, round_id)
    if action is Action.VOTE and context.wants_json:
        return await vote_news(site, context, subject, _sentence(replies))
    where = way_back(context.request)
    if action is Action.DELETE and await _is_gone(site, subject):
        where = "/mine"
    return site.redirect(context, where, _sentence(replies))


async def _is_gone(site: Site, artwork_id: str) -> bool:
    artwork = await site.store.gallery.get(artwork_id)
    return artwork is None or not artwork.shown


def _job_of(replies: list[Reply]) -> str | None:
    return next((reply.job for reply in replies if reply.job), None)


def _sentence(replies: list[Reply]) -> str:
    return " ".join(reply.text or reply.title for reply in replies)


# --- who one is -------------------------------------------------------------------------------


async def sign_in_page(site: Site, context: RequestContext) -> Response:
    """How to sign in; with a token, the button that does it.

    Looking at the address does nothing yet: chats look at every address that is written there.
    """
    token = context.request.path_params.get("token", "")
    guests = await site.guests_per_day()
    to = context.request.query_params.get("to", "")
    return site.page(
        context,
        "sign_in.html",
        token=token,
        guests=guests,
        to=to if to in _AFTERWARDS else "",
        has_passkeys=Ceremony(site.origin(context.request), context.session).host is not None,
    )


async def sign_in(site: Site, context: RequestContext) -> Response:
    """Begin a session with a new cookie."""
    return await begin_session(site, context, context.said("sign_in")[:200])


async def begin_session(site: Site, context: RequestContext, token: str) -> RedirectResponse:
    """Redeem a sign-in token, and go where the sign-in is to lead; raises ParameterError."""
    if context.session.is_member:
        await site.store.accounts.end_session(context.session.token)
    session = await site.store.accounts.redeem_sign_in(token)
    if not context.session.is_member:
        await site.store.accounts.adopt_guest(context.person.id, session.person)
    context.session, context.is_new = Session.of_member(session.token), True
    path = _AFTERWARDS.get(context.said("to"), "/")
    return site.redirect(context, path, site.words.say(context.locale, "web-signed-in"))


async def sign_out(site: Site, context: RequestContext) -> Response:
    """End the session here and in the store."""
    if context.session.is_member:
        await site.store.accounts.end_session(context.session.token)
    context.session, context.is_new = Session.new_guest(), True
    return site.redirect(context, "/", site.words.say(context.locale, "web-signed-out"))


# --- how one sees it --------------------------------------------------------------------------


async def language(site: Site, context: RequestContext) -> Response:
    """Choose the language of the pages."""
    response = site.redirect(context, _back(context))
    if (chosen := context.said("language")) in site.words.languages:
        site.cookie.set(response, "language", chosen)
    return response


def _back(context: RequestContext) -> str:
    """The page that was left; of a refused prompt the one with what was typed."""
    kept = context.said("kept")
    return (
        f"/?{kept}" if kept and kept.isascii() and kept.isprintable() else way_back(context.request)
    )


async def theme(site: Site, context: RequestContext) -> Response:
    """Turn dark and light around; scripts do it without asking."""
    response = site.redirect(context, _back(context))
    site.cookie.set(response, "theme", THEMES[2] if context.theme != THEMES[2] else THEMES[1])
    return response
