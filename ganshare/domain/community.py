"""Accounts, places, posts, blocks and reports, as bots, web page and store exchange them.

Values only, no I/O. All times are the database's: seconds since 1970.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = [
    "FORGOTTEN",
    "Alert",
    "ApiToken",
    "Block",
    "ForgottenBlobs",
    "Note",
    "PlaceChange",
    "PlaceSettings",
    "Post",
    "Ranked",
    "Report",
    "Scope",
    "Session",
    "Showing",
    "ShownMessage",
]

FORGOTTEN = "forgotten:"  # what names begin with that lead to nobody


@dataclass(frozen=True, slots=True)
class Post:
    """Where a job's message stands.

    Args:
        origin: the frontend that wrote it.
        address: what that frontend needs to edit it.
    """

    job: str
    origin: str
    address: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Showing:
    """A message that shows a painting, on a platform where messages stay.

    Args:
        message: its name there, which a reaction below it comes with.
        address: what its frontend needs to edit it.
        locale: that it speaks.
    """

    artwork: str
    origin: str
    message: str
    address: Mapping[str, Any]
    locale: str


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message with one painting or several, and all that is needed to show it again.

    Args:
        message: its name on the platform.
        address: what its frontend needs to edit it.
        person: the account that alone sees it; "" if others do, too.
        content: what it says, as the bots write it; {} if that is not known.
        artworks: that it shows, or did before they were hidden.
        due: changes since it was last made right.
    """

    origin: str
    message: str
    address: Mapping[str, Any]
    person: str
    locale: str
    content: Mapping[str, Any]
    artworks: tuple[str, ...]
    due: int = 0


@dataclass(frozen=True, slots=True)
class PlaceSettings:
    """What is allowed in one place; the defaults where nothing was set.

    Args:
        allowed: whether the bot paints here at all.
        max_side: pixels of the longer side; None: as the engines allow.
        max_steps: None: as everywhere.
        daily_quota: paintings of one person (all linked accounts) in 24 hours; None: no quota.
        language: BCP 47 tag in which the bot answers; None: the asker's own.
        curation_place: id of the place where paintings are voted on; None: here.
        guests_per_day: paintings in 24 hours of one visitor who is not signed in; None: as the
            setting of the whole installation says.
        automatic_entry: whether paintings that are finished here enter the round by themselves;
            None: as the round's rules say.
        consent_by_asking: whether who asks here agrees thereby to a sale; else they are asked
            once a painting has won.
        visibility: of what is asked for here by who has not chosen; None: public, and unlisted in
            private chats.
        moderation_place: id of the place where moderators are told of reports and refused prompts;
            None: nowhere.
        news_topic: topic of a forum on Telegram in which news of rounds are told.
    """

    place: str
    allowed: bool = True
    max_side: int | None = None
    max_steps: int | None = None
    daily_quota: int | None = None
    language: str | None = None
    curation_place: str | None = None
    guests_per_day: int | None = None
    automatic_entry: bool | None = None
    consent_by_asking: bool = False
    visibility: str | None = None
    moderation_place: str | None = None
    news_topic: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """Who changed what in a place, and when; a value of None went back to its default."""

    place: str
    changes: Mapping[str, Any]
    by: str
    created: float


@dataclass(frozen=True, slots=True)
class Block:
    """A person who may not ask for paintings, blocked by whom and why."""

    person: str
    by: str
    reason: str
    created: float


@dataclass(frozen=True, slots=True)
class Report:
    """A complaint about a painting; a person counts once per painting.

    Args:
        closed: when an admin dealt with it; None while it is open.
    """

    artwork: str
    person: str
    reason: str
    created: float
    closed: float | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person on a leaderboard.

    Args:
        name: that they were last seen by; "" if that is not known.
    """

    person: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Alert:
    """What moderators are to be told.

    Args:
        place: where they are told.
        kind: "report", "prompt-refused" or "prompt-flagged".
        person: who reported, or wrote the prompt.
        about: the place where it happened.
        text: the artwork's id, or the prompt.
        rules: that the prompt met.
    """

    id: str
    place: str
    kind: str
    person: str
    about: str
    text: str
    rules: str
    created: float


@dataclass(frozen=True, slots=True)
class Note:
    """One entry of the moderation log, which is only ever added to.

    Args:
        kind: "prompt", "picture", "block", "unblock", "report", "hide", "show" or "delete".
        person: whom it is about.
        place: where it happened; "" where there is no place.
        text: what was refused or looked at.
        reason: the rule, or the reason that was given.
    """

    id: str
    kind: str
    person: str
    place: str
    text: str
    reason: str
    created: float


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in session of the web page.

    Args:
        person: the chat account that the sign-in link was given to.
        token: for the cookie; known only when the session begins, since the store keeps its hash.
    """

    person: str
    name: str
    expires: float
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ForgottenBlobs:
    """Blobs of a deleted artwork that are still to be removed."""

    artwork: str
    keys: tuple[str, ...]


class Scope(StrEnum):
    """What a program may do with a token."""

    READ = "read"  # what its person sees
    WRITE = "write"  # what members do: paint, vote, report, delete their own, choose
    MODERATE = "moderate"  # what the owner lets its person do besides


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey that signs an account in on the page.

    Args:
        id: of the credential; so is `public_key`, in base64url.
        person: the account; `name` as it was when the passkey was made.
        label: by which its person knows it.
        sign_count: signatures that its authenticator says it has made; 0 if it counts none.
        used: when it last signed in; None: never.
    """

    id: str
    person: str
    name: str
    label: str
    public_key: str
    sign_count: int
    created: float
    used: float | None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of the API, without its secret.

    Args:
        person: the account that it acts for; `name` as it was when the token was made.
        label: by which its person knows it.
        used: when it was last; None: never.
    """

    id: str
    person: str
    name: str
    label: str
    scopes: frozenset[Scope]
    created: float
    used: float | None
    expires: float
