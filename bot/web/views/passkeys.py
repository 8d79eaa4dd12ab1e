"""Signing in with a passkey, and a member's passkeys: made, listed under their name, removed."""

from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.core.messages import Rank
from bot.core.rendering.errors import RefusalError, sentence_of
from bot.web.passkeys import Ceremony, key_id_of
from bot.web.request_context import RequestContext
from bot.web.site import Site
from bot.web.views.actions import begin_session
from ganshare.errors import AskerError

__all__ = ["add_passkey", "creation_options", "remove_passkey", "request_options", "use_passkey"]

LONGEST_ANSWER = 20_000


async def creation_options(site: Site, context: RequestContext) -> Response:
    """What a member's browser is to make, for a script."""
    try:
        known = await site.store.passkeys.of_person(_member(context))
        options = _ceremony(site, context).creation_options(context.person, known)
    except AskerError as error:
        return _refused(site, context, error)
    return JSONResponse({"options": options})


async def add_passkey(site: Site, context: RequestContext) -> Response:
    """Keep the passkey that the member's browser has made."""
    try:
        person = _member(context)
        made = _ceremony(site, context).check_created(_answer(context))
        label = context.said("label").strip() or site.words.say(context.locale, "web-passkey")
        await site.store.passkeys.add(
            person, context.person.name, label, made.id, made.public_key, made.sign_count
        )
    except AskerError as error:
        return _refused(site, context, error)
    return _go(site.redirect(context, "/link", site.words.say(context.locale, "web-passkey-added")))


async def remove_passkey(site: Site, context: RequestContext) -> Response:
    """Let one of the member's passkeys sign nobody in any more."""
    if context.person.rank <= Rank.GUEST:
        return RedirectResponse("/sign-in", 303)
    await site.store.passkeys.remove(context.said("passkey")[:2000], context.person.id)
    return site.redirect(context, "/link", site.words.say(context.locale, "web-passkey-removed"))


async def request_options(site: Site, context: RequestContext) -> Response:
    """What the browser of someone who signs in is to ask for, for a script."""
    try:
        options = _ceremony(site, context).request_options()
    except AskerError as error:
        return _refused(site, context, error)
    return JSONResponse({"options": options})


async def use_passkey(site: Site, context: RequestContext) -> Response:
    """Begin a session of the account whose passkey has signed."""
    answer = _answer(context)
    try:
        passkey = await site.store.passkeys.find(key_id_of(answer))
        if passkey is None:
            raise RefusalError("refusal-passkey-unknown")
        count = _ceremony(site, context).check_used(answer, passkey)
    except AskerError as error:
        return _refused(site, context, error)
    await site.store.passkeys.note_use(passkey.id, count)
    token = await site.store.accounts.new_sign_in(passkey.person, passkey.name)
    return _go(await begin_session(site, context, token))


def _ceremony(site: Site, context: RequestContext) -> Ceremony:
    return Ceremony(site.origin(context.request), context.session)


def _member(context: RequestContext) -> str:
    if context.person.rank <= Rank.GUEST:
        raise RefusalError("refusal-passkey-member")
    return context.person.id


def _answer(context: RequestContext) -> str:
    return context.said("answer")[:LONGEST_ANSWER]


def _go(redirection: RedirectResponse) -> Response:
    """Have a script go where a form would have been sent."""
    return JSONResponse({"go": redirection.headers["location"]})


def _refused(site: Site, context: RequestContext, error: AskerError) -> Response:
    return JSONResponse({"error": sentence_of(site.words, context.locale, error)}, 422)
