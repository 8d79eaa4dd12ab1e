"""The web page as an ASGI application: its routes, and its error pages."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.app import Front
from bot.core.rendering.errors import sentence_of
from bot.web.api.problems import problem
from bot.web.api.routes import api_routes
from bot.web.api.shown import ROOT
from bot.web.body_limit import BodyLimit
from bot.web.security_headers import SecurityHeaders
from bot.web.site import MEGABYTES, Refused, Site
from bot.web.views import (
    account_links,
    actions,
    feeds,
    gallery,
    home,
    jobs,
    leaderboards,
    media,
    moderation,
    passkeys,
    privacy,
    rounds,
    shares,
    sheets,
    tokens,
    walls,
)
from ganshare.errors import AskerError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.settings import BotSettings

__all__ = ["web_app"]

Endpoint = Callable[[Request], Awaitable[Response]]

_log = get_logger(__name__)


def web_app(front: Front, settings: BotSettings) -> Starlette:
    """Build the page; its `state.site` is what stands behind it."""
    site = Site(front, settings)
    middleware = [
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6),
        Middleware(SecurityHeaders, is_https=site.is_https),
        Middleware(BodyLimit, largest=MEGABYTES * 1024**2),
    ]
    if settings.web_proxies:
        trusted = list(settings.web_proxies)
        middleware.insert(0, Middleware(ProxyHeadersMiddleware, trusted_hosts=trusted))
    app = Starlette(
        routes=_routes(site),
        middleware=middleware,
        exception_handlers={HTTPException: partial(_explain, site)},
    )
    app.state.site = site
    return app


def _routes(site: Site) -> list[Route]:
    looks = {
        "/": home.home,
        "/gallery": gallery.gallery,
        "/now": home.now_page,
        "/leaderboards": leaderboards.leaderboards_page,
        "/gallery/{tab}": walls.wall_page,
        "/paintings/{artwork}/artist": walls.artist_page,
        "/paintings/{artwork}/artist.atom": feeds.artist_feed,
        "/feeds/{tab}.atom": feeds.wall_feed,
        "/oembed": feeds.oembed,
        "/sitemap.xml": feeds.sitemap,
        "/rounds/{round}/{artwork}": rounds.ballot_page,
        "/mine": walls.mine,
        "/round": rounds.round_page,
        "/desk": rounds.curation_page,
        "/help": gallery.help_page,
        "/suggest": home.suggest,
        "/compose": home.compose,
        "/paintings/{artwork}": gallery.painting,
        "/paintings/{artwork}/manifest.json": gallery.manifest,
        "/jobs/{job}": jobs.job_page,
        "/jobs/{job}/events": jobs.job_events,
        "/sheets/{jobs}": sheets.sheet_page,
        "/link": account_links.link_page,
        "/privacy": privacy.privacy_page,
        "/export": privacy.export,
        "/shares": shares.shares_page,
        "/shares/statement.csv": shares.statement,
        "/unlockables/{unlockable}/{key}": shares.unlockable_file,
        "/moderation": moderation.moderation_page,
        "/tokens": tokens.tokens_page,
        "/sign-in": actions.sign_in_page,
        "/sign-in/{token}": actions.sign_in_page,
        "/robots.txt": gallery.robots,
    }
    does = {
        "/press": actions.press,
        "/desk": rounds.decide,
        "/link": account_links.link,
        "/privacy": privacy.change_privacy,
        "/shares/message": shares.wallet_message,
        "/shares/wallet": shares.link_wallet,
        "/shares/unlink": shares.unlink_wallet,
        "/unlockables/{unlockable}": shares.open_unlockable,
        "/moderation": moderation.moderate,
        "/round": rounds.hold_round,
        "/tokens": tokens.change_tokens,
        "/invite": account_links.invite_self,
        "/sign-in": actions.sign_in,
        "/sign-in/passkey": passkeys.use_passkey,
        "/sign-in/passkey/options": passkeys.request_options,
        "/passkeys": passkeys.add_passkey,
        "/passkeys/options": passkeys.creation_options,
        "/passkeys/remove": passkeys.remove_passkey,
        "/sign-out": actions.sign_out,
        "/language": actions.language,
        "/theme": actions.theme,
    }
    gives: dict[str, Callable[[Site, Request], Awaitable[Response]]] = {
        "/pictures/{artwork}/{sum}.{suffix}": media.picture,
        "/pictures/{artwork}/{sum}/{size}.jpg": media.sized_picture,
        "/frames/{job}/{attempt:int}-{step:int}.jpg": media.frame,
        "/static/{version}/{name}": media.static,
        "/favicon.ico": media.favicon,
        "/healthz": media.health,
    }
    return [
        *(_route(site, "GET", path, site.endpoint(page)) for path, page in looks.items()),
        *(_route(site, "POST", path, site.endpoint(deed)) for path, deed in does.items()),
        *(_route(site, "GET", path, partial(give, site)) for path, give in gives.items()),
        *api_routes(site),
        _route(site, "POST", "/paint", site.endpoint(actions.paint, actions.keep_prompt)),
    ]


def _route(site: Site, method: str, path: str, endpoint: Endpoint) -> Route:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:  # here, where the answer still gets the headers of all others
            return await _explain(site, request, error)

    return Route(path, answer, methods=[method])


# --- when something fails: one sentence each ----------------------------------------------------

_MESSAGES = {404: "web-not-found", 405: "web-wrong-method"}


async def _explain(site: Site, request: Request, error: Exception) -> Response:
    """Answer with a page that says what is allowed, or that it is not their fault."""
    if request.url.path.startswith(f"{ROOT}/"):
        return problem(site, request, error)
    context = await site.stranger(request, looks_up=_status(error) != 429)
    say = partial(site.words.say, context.locale)
    status, title, headers = _status(error), "", {}
    match error:
        case Refused():
            sentence, headers = say(error.message, **error.values), dict(error.headers or {})
        case HTTPException():
            sentence = say(_MESSAGES.get(status, "web-broken-form"))
            headers = dict(error.headers or {})
        case AskerError():
            sentence = sentence_of(site.words, context.locale, error)
        case WorldError():
            _log.warning("a page waits for the world", reason=str(error))
            sentence, headers = say("world-away-other"), {"Retry-After": "5"}
        case _:
            number = secrets.token_hex(4)
            # The path alone may hold a token.
            place = request.scope.get("route")
            _log.error("a page failed", id=number, route=getattr(place, "path", ""), exc_info=error)
            sentence = say("internal-error", id=number)
    if status == 404:
        title = say("web-not-found-title")
    response = site.message(context, status, sentence, title)
    response.headers.update(headers)
    if context.is_new and status != 429:
        site.cookie.write(response, context.session)
    return response


def _status(error: Exception) -> int:
    match error:
        case HTTPException():
            return error.status_code
        case AskerError():
            return 400
        case WorldError():
            return 503
        case _:
            return 500
