"""References to Discord messages as jobs store them, and ids of people and places."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import discord

__all__ = [
    "ORIGIN",
    "TOKEN_SECONDS",
    "MessageRef",
    "born_of",
    "person_id",
    "person_number",
    "place_id",
    "place_number",
    "server_id",
]

ORIGIN = "discord"
TOKEN_SECONDS = 900.0  # after which nobody can edit what only its asker sees


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message, or a channel for one.

    Args:
        message: None as long as there is none of its own.
        user: who asked.
        application: by whose interaction it can be edited, where only its asker sees it.
        token: of that interaction, which Discord takes for `TOKEN_SECONDS`.
    """

    channel: int
    message: int | None = None
    user: int | None = None
    application: int | None = None
    token: str | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON; snowflakes are too large for numbers in some readers."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "MessageRef":
        """Read what `to_json` gave; KeyError or ValueError if it is something else."""
        message, user, application = (
            None if (value := values.get(name)) is None else int(value)
            for name in ("message", "user", "application")
        )
        return cls(int(values["channel"]), message, user, application, values.get("token"))


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


def server_id(guild: int) -> str:
    """The place id of a whole server, for settings that hold in all its channels."""
    return f"{ORIGIN}server:{guild}"


def place_id(channel: int) -> str:
    """Give the id of a place, for its settings."""
    return f"{ORIGIN}:{channel}"
