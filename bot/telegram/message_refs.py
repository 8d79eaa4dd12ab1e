"""References to Telegram messages as the store keeps them, and ids of people and places."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["ORIGIN", "MessageRef", "Spot", "chat_number", "person_id"]

ORIGIN = "telegram"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where to write.

    Args:
        message: to reply to, if it is still there.
        thread: topic of a forum.
    """

    chat: int
    message: int | None = None
    thread: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As a job's `reply_to`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Spot":
        """Read what `to_json` gave; other keys belong to others."""
        return cls(values["chat"], values.get("message"), values.get("thread"))


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message of ours.

    Args:
        is_photo: else it is a text.
        photo: Telegram's id of the finished picture in it, for inline mode.
    """

    chat: int
    message: int
    is_photo: bool
    thread: int | None = None
    photo: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {name: value for name, value in asdict(self).items() if name != "photo" or value}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "MessageRef":
        """Read what `to_json` gave."""
        others = values.get("thread"), values.get("photo")
        return cls(values["chat"], values["message"], values["is_photo"], *others)


def person_id(number: int) -> str:
    """The id of a person or a place by Telegram's number."""
    return f"{ORIGIN}:{number}"


def chat_number(person: str) -> int | None:
    """The group or channel in whose name something was asked; None for people."""
    number = person.removeprefix(f"{ORIGIN}:")
    return int(number) if number.startswith("-") and number[1:].isdecimal() else None
