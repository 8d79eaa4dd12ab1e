"""What delivery needs of a platform: show a job's message, and send a private notice."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.core.messages import Button, Reply
from ganshare.domain.jobs import Job
from ganshare.errors import WorldError

__all__ = [
    "Announcer",
    "Away",
    "MessageGone",
    "Messenger",
    "PlaceGone",
    "Renewer",
    "SlowDown",
    "TopicClosed",
    "message_name",
]


class MessageGone(WorldError):  # noqa: N818  # says what is the case
    """The message was deleted: progress ends with it, a final painting is sent again."""


class PlaceGone(WorldError):  # noqa: N818  # the same
    """The channel or group is gone, or the bot may not write there, or was blocked."""


class TopicClosed(PlaceGone):
    """The topic of a forum is closed or gone; the rest of the group may not be."""


class Away(WorldError):  # noqa: N818  # the same
    """The platform cannot be reached now; worth a retry."""


class SlowDown(WorldError):  # noqa: N818  # the same
    """The platform wants fewer requests.

    Args:
        seconds: after which the next one is welcome.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The platform wants {seconds:g} s of rest.", given=seconds)
        self.seconds = seconds


class Messenger(Protocol):
    """One platform, as the delivery service uses it; each frontend implements it.

    Both methods raise MessageGone, PlaceGone, SlowDown or Away, and translate all errors of the
    platform's library into these. Editing a message that is already up to date succeeds.
    """

    origin: str

    async def show(
        self, job: Job, address: Mapping[str, Any] | None, reply: Reply
    ) -> Mapping[str, Any]:
        """Edit the message at an address, or send one where `job.reply_to` says.

        Args:
            job: whose message it is. Its id serves as the platform's nonce, where it has one, so
                that a repeated send makes no second message.
            address: as saved by `Dispatcher.save_message`, or from an earlier `show`; None for a
                new message.
            reply: all of the message; pictures of an earlier one go.

        Returns:
            The address from now on; plain JSON.
        """
        ...

    async def tell(self, person: str, reply: Reply) -> Mapping[str, Any]:
        """Send a person ("discord:42") a direct message; gives its address."""
        ...

    async def ping(
        self, job: Job, address: Mapping[str, Any], person: str, name: str, text: str
    ) -> None:
        """Answer a job's message with a text that notifies this person, and nobody else."""
        ...


class Renewer(Protocol):
    """One platform, as renewals use it. The method raises what those of `Messenger` do."""

    origin: str

    async def renew(self, address: Mapping[str, Any], reply: Reply) -> Mapping[str, Any]:
        """Show a reply in place of all that a message showed: text, pictures and buttons.

        Gives the address from now on.
        """
        ...


class Announcer(Renewer, Protocol):
    """One platform, as rounds use it: posts announcements, updates vote buttons.

    The methods raise what those of `Messenger` do.
    """

    async def post(
        self, place: str, reply: Reply, name: str, topic: int | None = None
    ) -> Mapping[str, Any] | None:
        """Send a message to a place ("discord:CHANNEL"); gives its address.

        Args:
            topic: of a forum on Telegram.
            name: of the announcement; serves as the platform's nonce, where it has one.
        """
        ...

    async def relabel(
        self, address: Mapping[str, Any], buttons: Sequence[Sequence[Button]]
    ) -> None:
        """Change the buttons of a message, and nothing else."""
        ...


def message_name(address: Mapping[str, Any] | None) -> str | None:
    """Name a message as reactions name it: "CHANNEL:MESSAGE"; None for what is no message.

    The address of a message that stays has a `message`, and where its number alone is not unique
    the `channel` or `chat` that it stands in.
    """
    found = address or {}
    if found.get("message") is None:
        return None
    parts = (found.get("channel"), found.get("chat"), found["message"])
    return ":".join(str(part) for part in parts if part is not None)
