"""`Site`: the services, guards and rendering that every page needs."""

import ipaddress
import math
import re
import secrets
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.app import Front
from bot.core.context import DispatcherOptions
from bot.core.messages import Person, Rank
from bot.core.rendering.replies import shortened
from bot.web.job_stream import Follower
from bot.web.picture_sizes import PictureSizes
from bot.web.rate_limiter import Rate, RateLimiter
from bot.web.request_context import PLACE, THEMES, RequestContext, accepted_language, address_of
from bot.web.sessions import Cookie, Session, guest_name, is_from_elsewhere
from bot.web.static_files import Assets
from ganshare.errors import GanshareError
from ganshare.settings import BotSettings

__all__ = ["MEGABYTES", "Refused", "Site", "is_own_host"]

MEGABYTES = 10  # of a form, picture included
LONGEST_TITLE = 120  # of a prompt where it is one, in UTF-16 units
_FORM_FIELDS = 24
_FIELD_BYTES = 64 * 1024
_NOTICES = 1000
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]+)(?::[0-9]{1,5})?")
_LANGUAGE_NAMES = {"en": "English", "zh": "中文"}  # each in itself

# Generous for people, even several behind one address, and tight for scripts.
_READS = Rate(burst=200, per_second=20)
_PICTURES = Rate(burst=1000, per_second=100)
_SENDS = Rate(burst=12, per_second=0.4)
_SENDS_OF_ADDRESS = Rate(burst=60, per_second=2)
_STREAMS, _STREAMS_OF_ADDRESS = 12, 600  # a school has one address
_GUESTS_OF_ADDRESS = 3  # times the paintings of one guest

Handler = Callable[["Site", RequestContext], Awaitable[Response]]


class Refused(HTTPException):
    """A request that is not carried out, with the id and values of its sentence."""

    def __init__(self, status: int, message: str, **values: int) -> None:
        headers = {"Retry-After": str(values["seconds"])} if "seconds" in values else None
        super().__init__(status, message, headers)
        self.message, self.values = message, values


class Site:
    """The page of one front; it keeps nothing that a restart must not forget."""

    def __init__(self, front: Front, settings: BotSettings) -> None:
        self.front, self.settings = front, settings
        self.store, self.blobs, self.words = front.store, front.blobs, front.words
        self._named = DispatcherOptions(
            admins=frozenset(settings.admins), curators=frozenset(settings.curators)
        )
        self.assets = Assets()
        self.picture_sizes = PictureSizes()
        self.follower = Follower(front.store, front.blobs)
        self.is_https = (settings.web_url or "").startswith("https://")
        self.cookie = Cookie(self.is_https)
        self.has_chats = bool(settings.discord_token or settings.telegram_token)
        self._reads, self._pictures = RateLimiter(_READS), RateLimiter(_PICTURES)
        self._sends, self._sends_of_address = RateLimiter(_SENDS), RateLimiter(_SENDS_OF_ADDRESS)
        of_address = _GUESTS_OF_ADDRESS * max(1, settings.web_guests_per_day)
        self._guests = RateLimiter(Rate(of_address, of_address / 86_400))
        self._streams: Counter[str] = Counter()
        self._notices: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("bot.web"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
        )
        self._templates.filters["shortened"] = partial(shortened, units=LONGEST_TITLE)

    # --- who is there -------------------------------------------------------------------------

    def endpoint(
        self, handler: Handler, keep: Callable[..., Awaitable[Response]] | None = None
    ) -> Callable[[Request], Awaitable[Response]]:
        """Wrap a page: its visitor is known, their form is ours, and they are not too fast.

        Args:
            keep: answers who is too fast, with what they had typed.
        """

        async def answer(request: Request) -> Response:
            context = await self.receive(request)
            try:
                if request.method == "POST":
                    await self._accept_form(context)
                response = await handler(self, context)
            except Refused as refused:
                if keep is None or refused.status_code != 429 or not context.form:
                    raise
                response = await keep(self, context, refused)
            finally:
                await request.close()  # the form's files
            if context.is_new:
                self.cookie.write(response, context.session)
            return response

        return answer

    async def receive(self, request: Request) -> RequestContext:
        """Tell who sends a request; raises Refused if they send too many, or to another host."""
        self.check_host(request)
        self.check_reads(request)
        return await self._context(request, looks_up=True)

    async def stranger(self, request: Request, *, looks_up: bool) -> RequestContext:
        """Tell who sends a request that failed; as a guest if the store may be what failed."""
        try:
            return await self._context(request, looks_up=looks_up)
        except GanshareError:
            return await self._context(request, looks_up=False)

    async def _context(self, request: Request, *, looks_up: bool) -> RequestContext:
        known = self.cookie.read(request)
        session = known or Session.new_guest()
        locale = request.cookies.get("language", "")
        if locale not in self.words.languages:
            header = request.headers.get("accept-language", "")
            locale = accepted_language(header, self.words.languages)
        person = session.guest(locale)
        if looks_up and session.is_member:
            session, person = await self._member(session, locale)
        theme = request.cookies.get("theme", "")
        return RequestContext(
            request,
            session,
            person,
            locale,
            theme if theme in THEMES else THEMES[0],
            is_new=session != known,
            waiting=await self.store.community.waiting() if person.rank >= Rank.ADMIN else 0,
        )

    async def _member(self, session: Session, locale: str) -> tuple[Session, Person]:
        found = await self.store.accounts.session(session.token)
        if found is not None:
            rank = await self.rank(found.person)
            return session, Person(found.person, found.name, rank, locale)
        session = Session.new_guest()
        return session, session.guest(locale)

    async def rank(self, person: str) -> Rank:
        """What the owner has named them, by any of their accounts."""
        if not (self._named.admins or self._named.curators):
            return Rank.MEMBER
        return self._named.rank_of(await self.store.accounts.of_person(person)) or Rank.MEMBER

    async def _accept_form(self, context: RequestContext) -> None:
        request = context.request
        if is_from_elsewhere(request, self.origin(request)):
            raise Refused(403, "web-old-form")
        try:
            self.check_sends(request, context.session.rate_name)
        except Refused:
            if int(request.headers.get("content-length") or _FIELD_BYTES) < _FIELD_BYTES:
                context.form = await self.form(request)  # to be kept, not to be carried out
            raise
        context.form = await self.form(request)
        if not context.session.accepts(context.form.get("token")):
            raise Refused(403, "web-old-form")

    @staticmethod
    async def form(request: Request) -> FormData:
        """Read a form, with one picture at most; raises Refused."""
        try:
            return await request.form(
                max_files=1, max_fields=_FORM_FIELDS, max_part_size=_FIELD_BYTES
            )
        except Refused:
            raise
        except HTTPException as error:  # of the parser: in pieces, too many fields, too long
            raise Refused(400, "web-broken-form") from error

    # --- what they may ------------------------------------------------------------------------

    def check_host(self, request: Request) -> None:
        """Raise Refused if the page is asked for under a name that is not its own."""
        if not is_own_host(request.headers.get("host", ""), self.settings.web_url):
            raise Refused(421, "web-wrong-host")

    def check_reads(self, request: Request) -> None:
        """Raise Refused if an address asks too often."""
        self._limit(self._reads, address_of(request))

    def check_sends(self, request: Request, name: str) -> None:
        """Raise Refused if a session or a program, or an address, does too much."""
        self._limit(self._sends_of_address, address_of(request))
        self._limit(self._sends, name)

    def check_pictures(self, request: Request) -> None:
        """Raise Refused if an address fetches pictures faster than people look at them."""
        self.check_host(request)
        self._limit(self._pictures, address_of(request))

    def check_guest(self, context: RequestContext) -> None:
        """Raise Refused if from a guest's address guests have had enough; a cookie is forgotten."""
        if context.person.rank is Rank.GUEST and self._guests.take(address_of(context.request)):
            raise Refused(429, "web-guests-today")

    def uncount_guest(self, context: RequestContext) -> None:
        """Let what was refused not count among the paintings of a guest's address."""
        if context.person.rank is Rank.GUEST:
            self._guests.give_back(address_of(context.request))

    async def guests_per_day(self) -> int:
        """What a guest may paint in a day: as the place says, else as the whole installation."""
        chosen = (await self.store.places.settings(PLACE.id)).guests_per_day
        return self.settings.web_guests_per_day if chosen is None else chosen

    async def may_paint(self, context: RequestContext) -> bool:
        """Whether there is any sense in asking; the dispatcher decides."""
        return context.person.rank > Rank.GUEST or await self.guests_per_day() > 0

    @contextmanager
    def stream(self, request: Request, name: str) -> Iterator[None]:
        """Count an open page; raises Refused if one person or address has too many."""
        names = {
            name: _STREAMS,
            f"address {address_of(request)}": _STREAMS_OF_ADDRESS,
        }
        if any(self._streams[each] >= most for each, most in names.items()):
            raise Refused(429, "web-too-fast", seconds=10)
        self._streams.update(names.keys())
        try:
            yield
        finally:
            self._streams.subtract(names.keys())
            self._streams += Counter()  # forgets those at zero

    @staticmethod
    def _limit(limiter: RateLimiter, name: str) -> None:
        if wait := limiter.take(name):
            raise Refused(429, "web-too-fast", seconds=math.ceil(wait))

    # --- how it is told -----------------------------------------------------------------------

    def origin(self, request: Request) -> str:
        """The page's own address, without a path."""
        host = request.headers.get("host", "")
        return (self.settings.web_url or f"{request.url.scheme}://{host}").lower()

    def page(
        self, context: RequestContext, name: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Render a page in the visitor's language."""
        own = {
            "context": context,
            "person_name": guest_name(context.person),
            "t": partial(self.words.say, context.locale),
            "asset": self.assets.path,
            "absolute": lambda path: self.origin(context.request) + path,
            "hidden": partial(_hidden, context.session.form_token),
            "languages": [(each, _LANGUAGE_NAMES[each]) for each in self.words.languages],
            "notices": self._take_notices(context),
            "nonce": secrets.token_hex(16),
            "has_shares": self.front.gate is not None,
            "kept": "",
            "is_curator": context.person.rank >= Rank.CURATOR,
            "is_admin": context.person.rank >= Rank.ADMIN,
            "has_chats": self.has_chats,
        }
        text = self._templates.get_template(name).render(own | values)
        # Browsers may keep it for the way back, so that a long wall is found as it was left.
        kept = "private, no-cache" if status < 400 else "no-store"
        headers = {"Vary": "Cookie, Accept-Language", "Cache-Control": kept}
        return HTMLResponse(text, status, headers)

    def message(
        self, context: RequestContext, status: int, sentence: str, title: str = ""
    ) -> HTMLResponse:
        """A page that says one sentence."""
        title = title or self.words.say(context.locale, "web-error-title")
        return self.page(context, "message.html", status, title=title, sentence=sentence, back="/")

    def redirect(self, context: RequestContext, path: str, notice: str = "") -> RedirectResponse:
        """Redirect to a page of ours, which shows the notice once."""
        if notice:
            number = secrets.token_urlsafe(8)
            self._notices[number] = (context.session.rate_name, notice)
            while len(self._notices) > _NOTICES:
                self._notices.popitem(last=False)
            path += ("&" if "?" in path else "?") + f"notice={number}"
        return RedirectResponse(path, 303)

    def _take_notices(self, context: RequestContext) -> list[str]:
        number = context.request.query_params.get("notice", "")
        owner, text = self._notices.get(number, ("", ""))
        if owner != context.session.rate_name:
            return []
        del self._notices[number]
        return [text]


def _hidden(token: str) -> Markup:
    return Markup('<input type="hidden" name="token" value="{}">').format(token)


def is_own_host(host: str, web_url: str | None) -> bool:
    """Whether a Host header names the page: its public address, an IP address or localhost.

    Another name could be pointed here by its owner, to read the page through the browser of a
    user on this machine (DNS rebinding).
    """
    if web_url and host.lower() == urlsplit(web_url).netloc.lower():
        return True
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = match[1].strip("[]")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.lower() == "localhost"
    return True
