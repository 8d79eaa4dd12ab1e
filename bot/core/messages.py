"""What frontends and the dispatcher exchange: commands and presses in, replies out.

Values only. A frontend turns what its platform sends into a `CommandRequest` or a `ButtonPress`,
and a `Reply` into what its platform shows; it decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from ganshare.errors import GanshareError, ParameterError
from ganshare.sentences import sentence

__all__ = [
    "Action",
    "Button",
    "ButtonPress",
    "CommandRequest",
    "File",
    "Form",
    "Person",
    "Place",
    "Rank",
    "Reply",
]

LONGEST_DATA = 64  # bytes of a button's data; Telegram allows no more


class Rank(IntEnum):
    """What a person may do; each rank includes those below."""

    GUEST = 0  # of the web page, not signed in
    MEMBER = 1
    CURATOR = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Person:
    """The person who asks.

    Args:
        id: "discord:42", "telegram:42", "web:..." or "terminal:..."; limits count by it.
        name: as the platform shows it; chosen by a stranger, so never trusted as markup.
        rank: in this place.
        locale: BCP 47, as the platform tells it.
        born: when the account was made, in seconds since 1970, where the platform tells.
        acts_as_member: whether what the owner has named them does not count here.
    """

    id: str
    name: str
    rank: Rank = Rank.MEMBER
    locale: str = "en"
    born: float | None = None
    acts_as_member: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, a group, a private chat or the web page.

    Args:
        id: "discord:CHANNEL", "telegram:CHAT", "web", "terminal".
        is_private: whether nobody else can read it.
        within: places around it whose settings hold here, the nearest first: the channel of a
            thread, the server of a channel ("discordserver:SERVER").
    """

    id: str
    is_private: bool = False
    within: tuple[str, ...] = ()

    @property
    def server(self) -> str | None:
        """The place that stands for the whole server; None where there is none."""
        return next((each for each in self.within if each.startswith("discordserver:")), None)


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A command.

    Args:
        command: its name, without the slash.
        arguments: by parameter name, as they were typed or chosen.
        key: the platform's id of the message; a repeated delivery has the same.
        reply_to: where this frontend posts what comes of it; kept with the job.
        picture: bytes of an attached image, unchecked.
        edits: the painting or job whose prompt was edited; its other options hold still.
    """

    command: str
    arguments: Mapping[str, str | int]
    person: Person
    place: Place
    key: str
    reply_to: Mapping[str, Any] = field(default_factory=dict)
    picture: bytes | None = None
    edits: str = ""


class Action(StrEnum):
    """What a button does; its subject is an artwork, a job, or a page."""

    AGAIN = "again"  # the same prompt with a new seed
    VARY = "vary"  # beginning from the painting
    PAINT = "paint"  # what a picture was described as
    EDIT = "edit"  # the prompt, to paint it again
    MASTER = "master"  # the full PNG as a file
    DELETE = "delete"  # requester or admin
    REPORT = "report"
    HIDE = "hide"  # a reported painting; KEEP finds nothing wrong with it
    KEEP = "keep"
    REVIEW = "review"  # the report after that of an artwork
    CANCEL = "cancel"  # of a job
    QUEUE = "queue"  # where the job stands now
    SHOW = "show"  # one painting of a page, with its own buttons
    PICK = "pick"  # the same of several that were asked for at once, for all to see
    GALLERY = "gallery"  # a page: the id of the artwork that it begins after
    MINE = "mine"
    FORGET = "forget"  # all of a person
    LINK = "link"  # a code: these two accounts are one person
    UNLINK = "unlink"  # one of the person's wallets
    VOTE = "vote"  # turns one's vote; an artwork, after a dash perhaps the round to go on with
    NEXT = "next"  # a painting of a round that one has not seen; the round's id
    ENTER = "enter"  # an artwork into the round of the place
    SELL = "sell"  # the requester's artwork may be sold; NO_SALE: it may not
    NO_SALE = "no-sale"


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a reply.

    Args:
        url: where it leads; where a platform has no such buttons, it is pressed instead.
    """

    action: Action
    subject: str
    label: str
    emoji: str = ""
    url: str = ""

    @property
    def data(self) -> str:
        """What the platform sends back when it is pressed; `parse_data` reads it."""
        return f"{self.action}:{self.subject}"


def parse_data(data: str) -> tuple[Action, str]:
    """Read a button's data; raises ParameterError if no button of ours has it."""
    name, colon, subject = data.partition(":")
    known = name in frozenset(Action)
    legal = subject == "" or (subject.isascii() and subject.replace("-", "").isalnum())
    if not (known and colon and legal and len(data.encode()) <= LONGEST_DATA):
        raise ParameterError(sentence("button"), given=data)
    return Action(name), subject


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A button that was pressed; the fields are those of `CommandRequest`."""

    action: Action
    subject: str
    person: Person
    place: Place
    key: str
    reply_to: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class File:
    """Bytes to show or to hand over."""

    data: bytes
    name: str
    media_type: str
    description: str = ""  # for those who don't see it


@dataclass(frozen=True, slots=True)
class Form:
    """One text that is asked for, with what it says until it is edited.

    Args:
        subject: the painting or job whose prompt it is, for `CommandRequest.edits`.
    """

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a frontend shows: plain text in its parts, never markup.

    Anything that looks like markup or a mention came from a user: frontends show it literally.

    Args:
        title: one line.
        text: a few sentences.
        fields: (name, value) pairs, such as ("Seed", "42").
        pictures: shown with the text; one for a painting, several for a page of the gallery.
        document: handed over unchanged, as the master PNG.
        buttons: in rows.
        colour: 0xRRGGBB, an accent where the platform has one.
        is_passing: one sentence that may vanish by itself, such as that a vote was taken.
        is_private: to be seen by the asker alone; where a platform cannot do that in the place,
            its frontend sends it as a direct message.
        replaces: answers a press, and is shown in place of the message that had the button.
        job: whose progress this message shows from now on; the frontend gives its address
            to `Dispatcher.save_message`.
        locale: language that it is in.
        artworks: ids of the paintings that it shows, in the order of their pictures; the frontend
            shows them by `PaintingMessages`, so that they can be taken out again. None for a job,
            whose message is renewed anyway.
        listed: how many of the first fields are about one of these each, in the same order.
        for_review: whether hidden paintings may be seen, as by admins.
        form: that title and text ask to be filled in; where a platform has no forms, they are said.
        error: that the text tells of; None where what was asked for was done.
    """

    title: str = ""
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    pictures: tuple[File, ...] = ()
    document: File | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    colour: int | None = None
    is_private: bool = False
    is_passing: bool = False
    replaces: bool = False
    job: str | None = None
    locale: str = "en"
    artworks: tuple[str, ...] = ()
    listed: int = 0
    for_review: bool = False
    form: Form | None = None
    error: GanshareError | None = field(default=None, compare=False, repr=False)
