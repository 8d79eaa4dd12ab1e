"""Errors as problem details (RFC 9457): a status, a code that stays, and one sentence."""

import secrets
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.core.rendering.errors import sentence_of
from bot.web.request_context import accepted_language
from bot.web.site import Refused, Site
from ganshare.errors import (
    AdmissionError,
    AskerError,
    GanshareError,
    InternalError,
    JobError,
    VoteError,
    WorldError,
)
from ganshare.monitoring.log import get_logger

__all__ = ["PROBLEM", "problem"]

PROBLEM = "application/problem+json"
_STATUS = {
    "no-artwork": 404,
    "no-job": 404,
    "vote-gone": 404,
    "round-gone": 404,
    "command": 404,
    "token-none": 404,
    "quota": 429,
    "guest-quota": 429,
    "vote-fast": 429,
}
_FORBIDDEN = ("rank-", "place", "blocked-quietly", "guest", "share-", "reports-there", "round-else")
_OF_KIND = ((AdmissionError, 429), (JobError, 409), (VoteError, 409), (AskerError, 422))
_HTTP = {404: "api-not-found", 405: "api-wrong-method"}

_log = get_logger(__name__)


def problem(site: Site, request: Request, error: Exception) -> Response:
    """Answer with what is the matter, in the caller's language."""
    locale = accepted_language(request.headers.get("accept-language", ""), site.words.languages)
    headers: dict[str, str] = {}
    values: dict[str, object] = {}
    match error:
        case Refused():
            code, status = error.message.removeprefix("web-"), error.status_code
            detail = site.words.say(locale, error.message, **error.values)
            headers, values = dict(error.headers or {}), dict(error.values)
        case HTTPException():
            status = error.status_code
            message = _HTTP.get(status, "web-broken-form")
            code, detail = message.removeprefix("web-"), site.words.say(locale, message)
            headers = dict(error.headers or {})
        case AskerError():
            code, status = error.code or "refused", _status(error)
            detail = sentence_of(site.words, locale, error)
            values = dict(error.values)
        case WorldError():
            code, status, headers = "unavailable", 503, {"Retry-After": "5"}
            detail = site.words.say(locale, "world-away-other")
        case InternalError():  # the dispatcher has logged it
            code, status, detail = "internal", 500, str(error)
        case _:
            number = secrets.token_hex(4)
            code, status = "internal", 500
            detail = site.words.say(locale, "internal-error", id=number)
            _log.error("a request of the API failed", id=number, exc_info=error)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="ganshare"'
    body = {
        "type": f"urn:ganshare:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "values": values,
    }
    return JSONResponse(body, status, headers | {"Vary": "Accept-Language"}, PROBLEM)


def _status(error: GanshareError) -> int:
    code = error.code or ""
    if code in _STATUS:
        return _STATUS[code]
    if code.startswith(_FORBIDDEN) or "not-yours" in code:
        return 403
    return next(status for kind, status in _OF_KIND if isinstance(error, kind))
