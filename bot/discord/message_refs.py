"""References to Discord messages as jobs store them, and ids of people and places."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

__all__ = [
    "ORIGIN",
    "MessageRef",
    "born_of",
    "person_id",
    "person_number",
    "place_id",
    "place_number",
]

ORIGIN = "discord"


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message, or a channel for one.

    Args:
        message: None as long as there is none of its own.
        user: who asked.
    """

    channel: int
    message: int | None = None
    user: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON; snowflakes are too large for numbers in some readers."""
        found = {"channel": self.channel, "message": self.message, "user": self.user}
        return {name: str(value) for name, value in found.items() if value is not None}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "MessageRef":
        """Read what `to_json` gave; KeyError or ValueError if it is something else."""
        message, user = values.get("message"), values.get("user")
        return cls(
            int(values["channel"]),
            None if message is None else int(message),
            None if user is None else int(user),
        )


def person_id(user: int) -> str:
    """The person id by which limits count."""
    return f"{ORIGIN}:{user}"


def person_number(person: str) -> int | None:
    """The Discord user id of a person; None for people of other platforms."""
    origin, _, number = person.partition(":")
    return int(number) if origin == ORIGIN and number.isascii() and number.isdecimal() else None


def born_of(user: int) -> float:
    """Tell when an account was made, in seconds since 1970; its snowflake says so."""
    return discord.utils.snowflake_time(user).timestamp()


def place_number(place: str) -> int | None:
    """Give a channel's number; None for places of other platforms."""
    return person_number(place)


def place_id(channel: int) -> str:
    """Give the id of a place, for its settings."""
    return f"{ORIGIN}:{channel}"
