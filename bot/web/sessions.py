"""Cookie sessions of guests and members, and the token that protects forms (CSRF).

The cookie holds 256 random bits that no script can read. A form carries a token that is made from
them, so that another site, which cannot read the cookie, cannot make such a form.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.core.messages import Person, Rank

__all__ = ["Cookie", "Session", "guest_name", "is_from_elsewhere"]

_GUEST, _MEMBER = "g", "m"
_SHORTEST, _LONGEST = 32, 200
_YEAR = 365 * 86_400
_SALT = 16  # letters before the rest of a form's token


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie says: a guest's random words, or the token of a session in the store."""

    kind: str
    token: str

    @classmethod
    def new_guest(cls) -> "Session":
        """A fresh guest session."""
        return cls(_GUEST, secrets.token_urlsafe(32))

    @classmethod
    def of_member(cls, token: str) -> "Session":
        """The session of a member who has just signed in; never the token of the guest session."""
        return cls(_MEMBER, token)

    @property
    def is_member(self) -> bool:
        """Whether the store should know the token."""
        return self.kind == _MEMBER

    @property
    def form_token(self) -> str:
        """The token that every form of this session carries.

        Each page has another one: of one that stays, the length of compressed pages would tell
        letter after letter (BREACH).
        """
        return self._form_token(secrets.token_hex(_SALT // 2))

    def _form_token(self, salt: str) -> str:
        return salt + hmac.new(self.token.encode(), f"form {salt}".encode(), "sha256").hexdigest()

    @property
    def rate_name(self) -> str:
        """Names its bucket without keeping the token in memory."""
        return "session " + self._digest("rate")

    def guest(self, locale: str) -> Person:
        """The guest as a person; the id does not reveal the cookie."""
        return Person(f"web:{self._digest('person')}", "", Rank.GUEST, locale)

    def accepts(self, form_token: object) -> bool:
        """Whether a form of this session carried the token."""
        return isinstance(form_token, str) and hmac.compare_digest(
            form_token.encode(), self._form_token(form_token[:_SALT]).encode()
        )

    def key(self, *parts: str) -> str:
        """A key of the queue for one sending of one form: again the same, the same job."""
        text = "\0".join((self.token, *parts))
        return "web:" + hashlib.sha256(text.encode()).hexdigest()[:40]

    def _digest(self, use: str) -> str:
        digest = hmac.new(self.token.encode(), use.encode(), hashlib.sha256).digest()
        return base64.b32encode(digest[:15]).decode().lower()


@dataclass(frozen=True, slots=True)
class Cookie:
    """Where the session is kept; behind https no other site or subdomain can set it."""

    is_https: bool

    @property
    def name(self) -> str:
        """The prefix makes browsers insist on Secure, on the path and on this very host."""
        return "__Host-ganshare" if self.is_https else "ganshare"

    def read(self, request: Request) -> Session | None:
        """The session that a request comes with."""
        kind, dot, token = request.cookies.get(self.name, "").partition(".")
        legal = token.isascii() and token.replace("-", "").replace("_", "").isalnum()
        if not (dot and legal and _SHORTEST <= len(token) <= _LONGEST):
            return None
        return Session(kind, token) if kind in (_GUEST, _MEMBER) else None

    def write(self, response: Response, session: Session) -> None:
        """Send it along with an answer."""
        self.set(response, self.name, f"{session.kind}.{session.token}", is_secret=True)

    def set(self, response: Response, name: str, value: str, *, is_secret: bool = False) -> None:
        """Set a cookie of ours; "lax", so that a link from a chat finds its reader signed in."""
        response.set_cookie(
            name,
            value,
            max_age=_YEAR,
            path="/",
            secure=self.is_https,
            httponly=is_secret,
            samesite="lax",
        )


def is_from_elsewhere(request: Request, own_origin: str) -> bool:
    """Whether the browser says that another site made this request; older ones say nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and origin.lower() != own_origin


def guest_name(person: Person) -> str:
    """A stable display name for a guest that reveals nothing of the cookie."""
    return person.name or f"guest {person.id[-4:]}"
