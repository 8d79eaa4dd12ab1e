"""`RequestContext`: one request with its session, person, language and theme."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from bot.core.messages import Person, Place
from bot.web.sessions import Session

__all__ = ["PLACE", "THEMES", "RequestContext", "accepted_language", "address_of", "way_back"]

PLACE = Place("web")
THEMES = ("auto", "light", "dark")
_RANGE = re.compile(r"\s*([A-Za-z0-9-]{1,35}|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")


@dataclass
class RequestContext:
    """A request and what is known about its sender.

    Args:
        locale: one of the languages that there are.
        is_new: whether the session's cookie is still to be set.
        waiting: reported paintings that wait for this admin.
    """

    request: Request
    session: Session
    person: Person
    locale: str
    theme: str = "auto"
    is_new: bool = False
    waiting: int = 0
    form: FormData = field(default_factory=FormData)

    @property
    def path(self) -> str:
        """Of the page, without what it was asked with."""
        return self.request.url.path

    @property
    def wants_json(self) -> bool:
        """Whether a script asks, which shows the answer itself."""
        return self.request.headers.get("accept", "") == "application/json"

    def said(self, name: str) -> str:
        """A text of the form; "" if it has none of that name."""
        value = self.form.get(name)
        return value if isinstance(value, str) else ""

    def picture(self, name: str) -> UploadFile | None:
        """A file of the form; None if none was chosen."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.size else None


def address_of(request: Request) -> str:
    """The address that limits count by; of an IPv6 the network that one household has."""
    host = request.client.host if request.client else "nowhere"
    return ":".join(host.split(":")[:4]) if host.count(":") > 1 else host


def accepted_language(header: str, languages: tuple[str, ...]) -> str:
    """Choose from what a browser says that its user reads; the first there is if nothing fits."""
    accepted: list[tuple[float, str]] = []
    for part in header[:1000].split(",")[:30]:
        if match := _RANGE.fullmatch(part):
            accepted.append((float(match[2] or 1.0), match[1].partition("-")[0].lower()))
    for quality, language in sorted(accepted, key=lambda pair: -pair[0]):
        if quality > 0 and language in languages:
            return language
    return languages[0]


def way_back(request: Request) -> str:
    """The page that a form was on, if it was one of ours; the first page otherwise."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    is_ours = parts.netloc == request.headers.get("host") and parts.path.startswith("/")
    # "//elsewhere" would be another site.
    if not is_ours or parts.path.startswith(("//", "/\\")) or "/sign-in/" in parts.path:
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
