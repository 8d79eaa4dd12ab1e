"""Telegram's `Messenger` and `Announcer`: one message per job, private notices, announcements."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.delivery.platform import MessageGone, PlaceGone
from bot.core.messages import Button, Reply
from bot.telegram.errors import as_messenger_errors
from bot.telegram.message_refs import ORIGIN, MessageRef, Spot
from bot.telegram.rate_limiter import Urgency
from bot.telegram.sender import Sender
from ganshare.domain.jobs import Job, JobState

__all__ = ["TelegramAnnouncer", "TelegramMessenger"]


class TelegramMessenger:
    """Shows jobs in their messages; the rate limiter says how often."""

    origin = ORIGIN

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def show(
        self, job: Job, address: Mapping[str, Any] | None, reply: Reply
    ) -> Mapping[str, Any]:
        """Edit the message at an address, or send one where the job was asked for."""
        urgency = _urgency(job, is_new=address is None)
        with as_messenger_errors():
            if address is None:
                sent = await self._sender.send(self._spot(job), reply, urgency)
                return sent.to_json()
            known = _address(address)
            edited = await self._sender.edit(
                known, reply, urgency, keeps_picture=not job.state.over
            )
            return edited.to_json()

    async def tell(self, person: str, reply: Reply) -> Mapping[str, Any]:
        """Send a person a private message."""
        number = person.removeprefix(f"{ORIGIN}:")
        if not number.isdecimal():
            raise PlaceGone(f"{person} is not an account on Telegram.", given=person)
        with as_messenger_errors():
            sent = await self._sender.send(Spot(int(number)), reply, Urgency.FINAL)
            return sent.to_json()

    async def ping(
        self, job: Job, address: Mapping[str, Any], person: str, name: str, text: str
    ) -> None:
        """Reply to the job's message with a mention of who asked."""
        number = person.removeprefix(f"{ORIGIN}:")
        user = int(number) if number.isdecimal() else None  # else it was asked in a group's name
        with as_messenger_errors():
            await self._sender.mention(_address(address), user, name, text)

    @staticmethod
    def _spot(job: Job) -> Spot:
        try:
            return Spot.from_json(job.reply_to)
        except KeyError as error:
            raise PlaceGone(f"The job {job.id} does not say where it was asked for.") from error


class TelegramAnnouncer:
    """Posts announcements in groups, and updates vote buttons."""

    origin = ORIGIN

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def post(
        self, place: str, reply: Reply, name: str, topic: int | None = None
    ) -> Mapping[str, Any] | None:
        """Send a message to a group, or to a topic of it."""
        number = place.removeprefix(f"{ORIGIN}:")
        if not number.removeprefix("-").isdecimal():
            raise PlaceGone(f"{place} is not a place on Telegram.", given=place)
        with as_messenger_errors():
            spot = Spot(int(number), thread=topic)
            sent = await self._sender.send(spot, reply, Urgency.ANSWER)
            return sent.to_json()

    async def relabel(
        self, address: Mapping[str, Any], buttons: Sequence[Sequence[Button]]
    ) -> None:
        """Change a message's buttons; refused where nothing but paintings has room now."""
        with as_messenger_errors():
            await self._sender.relabel(_address(address), buttons)

    async def renew(self, address: Mapping[str, Any], reply: Reply) -> Mapping[str, Any]:
        """Edit a message; refused where there is no room now."""
        with as_messenger_errors():
            edited = await self._sender.edit(_address(address), reply, Urgency.FINAL)
            return edited.to_json()


def _urgency(job: Job, *, is_new: bool) -> Urgency:
    if job.state.over:
        return Urgency.FINAL
    waits = job.state is JobState.QUEUED and not is_new
    return Urgency.WAITING if waits else Urgency.PROGRESS


def _address(address: Mapping[str, Any]) -> MessageRef:
    try:
        return MessageRef.from_json(address)
    except KeyError as error:
        raise MessageGone("The message's address cannot be read.") from error
