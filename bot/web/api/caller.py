"""`Caller`: one request of a program, with the person that its token acts for."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.core.context import CommandContext
from bot.core.messages import Action, ButtonPress, CommandRequest, Person, Rank, Reply
from bot.web.request_context import PLACE, accepted_language, address_of
from bot.web.site import Refused, Site
from ganshare.domain.community import ApiToken, Scope
from ganshare.errors import InternalError

__all__ = ["Caller", "receive"]

NOBODY = "web:nobody"  # asks without a token: sees what is public


@dataclass
class Caller:
    """A request and who sends it.

    Args:
        token: None: whoever asks sees what guests see, and changes nothing.
        body: the JSON object, or the texts of the form.
        picture: of the form, unchecked.
    """

    request: Request
    person: Person
    token: ApiToken | None
    body: dict[str, Any] = field(default_factory=dict)
    picture: bytes | None = None

    @property
    def locale(self) -> str:
        """The language of texts and errors."""
        return self.person.locale

    @property
    def rate_name(self) -> str:
        """Names what is limited: the person, with however many tokens."""
        return f"token {self.person.id}" if self.token else f"address {address_of(self.request)}"

    def query(self, name: str) -> str:
        """A parameter of the query; "" without it."""
        return self.request.query_params.get(name, "")[:100]

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])[:100]

    def text(self, name: str) -> str:
        """A text of the body; "" without it."""
        value = self.body.get(name, "")
        return value if isinstance(value, str) else str(value)

    def _key(self) -> str:
        """The key of a deed: of two with the same Idempotency-Key one is done."""
        given = self.request.headers.get("idempotency-key", "")[:200]
        who = f"{self.person.id}\0{self.request.url.path}\0{given or secrets.token_hex(16)}"
        return "web:api:" + hashlib.sha256(who.encode()).hexdigest()[:40]

    def command(self, name: str, arguments: dict[str, Any] | None = None) -> CommandRequest:
        """What the dispatcher is to do, as if it were typed on the page."""
        given, key = arguments or {}, self._key()
        return CommandRequest(name, given, self.person, PLACE, key, picture=self.picture)

    async def answer(
        self, site: Site, name: str, arguments: dict[str, Any] | None = None
    ) -> list[Reply]:
        """Carry out a command; raises its mistake."""
        return _done(await site.front.dispatcher.answer(self.command(name, arguments)))

    async def press(self, site: Site, action: Action, subject: str) -> list[Reply]:
        """Press a button; raises its mistake."""
        press = ButtonPress(action, subject, self.person, PLACE, self._key())
        return _done(await site.front.dispatcher.press(press))

    async def context(self, site: Site) -> CommandContext:
        """What the dispatcher knows of the caller: through it they see what they may."""
        return await site.front.dispatcher.context(self.command("gallery"))


def _done(replies: list[Reply]) -> list[Reply]:
    if error := next((each.error for each in replies if each.error is not None), None):
        raise error
    if not replies:
        raise InternalError("No reply.")
    return replies


async def receive(site: Site, request: Request, scope: Scope | None) -> Caller:
    """Tell who sends a request; raises Refused without the token that it needs."""
    site.check_host(request)
    site.check_reads(request)
    header = request.headers.get("accept-language", "")
    locale = accepted_language(header, site.words.languages)
    caller = Caller(request, Person(NOBODY, "", Rank.GUEST, locale), None)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind:
        token = None
        if kind.lower() == "bearer":
            token = await site.store.api_tokens.find(secret.strip()[:200])
        if token is None:
            raise Refused(401, "api-token-bad")
        caller.token, caller.person = token, await _person(site, token, locale)
    elif scope is not None:
        raise Refused(401, "api-token-needed")
    if scope is not None and caller.token is not None and scope not in caller.token.scopes:
        raise Refused(403, f"api-scope-{scope}")
    if request.method not in ("GET", "HEAD"):
        site.check_sends(request, caller.rate_name)
        await _read_body(site, caller)
    return caller


async def _person(site: Site, token: ApiToken, locale: str) -> Person:
    if Scope.MODERATE not in token.scopes:
        return Person(token.person, token.name, Rank.MEMBER, locale, acts_as_member=True)
    return Person(token.person, token.name, await site.rank(token.person), locale)


async def _read_body(site: Site, caller: Caller) -> None:
    """Take the JSON object, or the form with a picture, that a request comes with."""
    request = caller.request
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        form = await site.form(request)
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                caller.picture = await value.read()
            else:
                caller.body[name] = value
        return
    data = await request.body()
    if not data.strip():
        return
    try:
        body = json.loads(data)
    except ValueError as error:  # of Unicode, too
        raise Refused(400, "api-json") from error
    except RecursionError as error:
        raise Refused(400, "api-json") from error
    if not isinstance(body, dict) or not all(
        isinstance(value, str | int) and not isinstance(value, bool) for value in body.values()
    ):
        raise Refused(400, "api-json")
    caller.body = body
