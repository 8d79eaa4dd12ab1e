"""One account on either stand-in behind one interface: what it asks, what it is shown, when.

Tests that must hold on every platform are written once, against it.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.testing import discord_people, telegram_people
from bot.testing.discord_world import DiscordWorld as DiscordWorld
from bot.testing.discord_world import Interaction
from bot.testing.telegram_world import BOT_ID, Chat
from bot.testing.telegram_world import TelegramWorld as TelegramWorld
from ganshare.testing import TIMEOUT

__all__ = ["Account", "Asked", "DiscordAccount", "Shown", "TelegramAccount"]


class Shown(Protocol):
    """A message as its readers have it at some moment."""

    @property
    def number(self) -> int:
        """By which the platform knows it."""

    @property
    def words(self) -> str:
        """All its words, its title first."""

    @property
    def details(self) -> Mapping[str, str]:
        """What stands below it, by name: "Seed" and so on."""

    @property
    def labels(self) -> Sequence[str]:
        """The words on its buttons."""

    @property
    def files(self) -> Sequence[bytes]:
        """Its pictures and documents."""


class Asked(Protocol):
    """A command or a press, and what came of it."""

    @property
    def seconds(self) -> float | None:
        """Until the asker saw that they were heard; None until then."""

    def answers(self) -> Sequence[Shown]:
        """The messages that answer it, as they stand."""

    def states(self, shown: Shown) -> Sequence[Shown]:
        """All that a message has shown, in order."""

    async def until(
        self, true: Callable[[Shown], object] = lambda _: True, seconds: float = TIMEOUT
    ) -> Shown:
        """Wait for an answer that is as wanted."""


class Account(Protocol):
    """A user of one platform."""

    @property
    def person(self) -> str:
        """As the store knows them."""

    async def ask(self, command: str, **options: str) -> Asked:
        """Send a command."""

    async def press(self, shown: Shown, label: str) -> Asked:
        """Press a button of a message."""


# --- Discord ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _OnDiscord:
    world: DiscordWorld
    json: Mapping[str, Any]

    @property
    def embed(self) -> Mapping[str, Any]:
        return self.json["embeds"][0] if self.json["embeds"] else {}

    @property
    def number(self) -> int:
        return int(self.json["id"])

    @property
    def words(self) -> str:
        title, text = self.embed.get("title", ""), self.embed.get("description", "")
        parts = (title, self.json["content"], text)
        return _unescaped("\n".join(part for part in parts if part))

    @property
    def details(self) -> Mapping[str, str]:
        fields = self.embed.get("fields", ())
        return {each["name"]: _unescaped(each["value"]) for each in fields}

    @property
    def labels(self) -> Sequence[str]:
        return [each["label"] for row in self.json["components"] for each in row["components"]]

    @property
    def files(self) -> Sequence[bytes]:
        urls = [each["url"].removeprefix(f"{self.world.cdn}/") for each in self.json["attachments"]]
        return [self.world.files[url] for url in urls]


@dataclass(frozen=True)
class _AskedOnDiscord:
    people: discord_people.People
    interaction: Interaction

    @property
    def seconds(self) -> float | None:
        return self.interaction.acknowledged

    def answers(self) -> Sequence[_OnDiscord]:
        made, world = self.interaction, self.people.world
        messages = world.channels[made.channel].messages
        found = [messages[each] for each in (made.original, *made.followups) if each]
        return [
            _OnDiscord(world, each.json)
            for each in found
            if not each.deleted and not each.is_loading
        ]

    def states(self, shown: Shown) -> Sequence[_OnDiscord]:
        world = self.people.world
        posted = world.channels[self.interaction.channel].messages[shown.number]
        return [_OnDiscord(world, json) for _, json in posted.states]

    async def until(
        self, true: Callable[[Shown], object] = lambda _: True, seconds: float = TIMEOUT
    ) -> Shown:
        def found() -> Shown | None:
            return next((each for each in self.answers() if true(each)), None)

        shown: Shown = await self.people.until(found, seconds)
        return shown


@dataclass(frozen=True)
class DiscordAccount:
    """A user of the Discord stand-in, in one channel."""

    someone: discord_people.DiscordUser

    @property
    def person(self) -> str:
        """As the store knows them."""
        return f"discord:{self.someone.id}"

    async def ask(self, command: str, **options: str) -> Asked:
        """Send a command."""
        interaction = await self.someone.slash(command, **options)
        return _AskedOnDiscord(self.someone.people, interaction)

    async def press(self, shown: Shown, label: str) -> Asked:
        """Press a button of a message."""
        posted = self.someone.channel.messages[shown.number]
        return _AskedOnDiscord(self.someone.people, await self.someone.press(posted, label))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(?=[^\w\s])", "", text)


# --- Telegram -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _OnTelegram:
    world: TelegramWorld
    message: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.message["message_id"])

    @property
    def words(self) -> str:
        return telegram_people.shown(self.message)

    @property
    def details(self) -> Mapping[str, str]:
        lines = (line.partition(": ") for line in self.words.split("\n"))
        return {name: value for name, _, value in lines if value}

    @property
    def labels(self) -> Sequence[str]:
        rows = self.message.get("reply_markup", {}).get("inline_keyboard", ())
        return [button["text"] for row in rows for button in row]

    @property
    def files(self) -> Sequence[bytes]:
        found = [*self.message.get("photo", ())[-1:]]  # the largest of its sizes
        found += [self.message["document"]] if "document" in self.message else []
        return [self.world.file(each["file_id"])[1] for each in found]


@dataclass(frozen=True)
class _AskedOnTelegram:
    """Its answers reply to the message that it was, or stand in the place of what was pressed."""

    world: TelegramWorld
    chat: Chat
    message: int
    first: int  # answers have greater numbers
    began: float
    query: Mapping[str, Any] | None = None

    @property
    def seconds(self) -> float | None:
        if self.query is not None:
            return self.query["answered"] - self.began if "answered" in self.query else None
        mine = (at for at, _, each in self.chat.history if each and self._answers(each))
        return next((at - self.began for at in mine), None)

    def answers(self) -> Sequence[_OnTelegram]:
        found = [each for each in self.chat.messages.values() if self._answers(each)]
        if self.query is not None and self.message in self.chat.messages:
            found.append(self.chat.messages[self.message])
        return [_OnTelegram(self.world, each) for each in found]

    def _answers(self, message: Mapping[str, Any]) -> bool:
        is_later = message["message_id"] > self.first and message["from"]["id"] == BOT_ID
        replied = message.get("reply_to_message") or {}
        return is_later and replied.get("message_id") == self.message

    def states(self, shown: Shown) -> Sequence[_OnTelegram]:
        mine = [each for _, number, each in self.chat.history if number == shown.number]
        return [_OnTelegram(self.world, each) for each in mine if each is not None]

    async def until(
        self, true: Callable[[Shown], object] = lambda _: True, seconds: float = TIMEOUT
    ) -> Shown:
        def found() -> Shown | None:
            return next((each for each in self.answers() if true(each)), None)

        try:
            shown: Shown = await self.world.until(found, seconds)
        except TimeoutError:
            texts = [each.words for each in self.answers()]
            raise TimeoutError(f"The answers are only {texts}.") from None
        return shown


@dataclass(frozen=True)
class TelegramAccount:
    """A user of the Telegram stand-in, in one chat."""

    someone: telegram_people.TelegramUser
    chat: Chat

    @property
    def person(self) -> str:
        """As the store knows them."""
        return f"telegram:{self.someone.id}"

    async def ask(self, command: str, **options: str) -> Asked:
        """Send a command; what has no name of its own in a chat's line comes first."""
        words = [options.pop(name) for name in ("prompt", "query", "job") if name in options]
        named = [f"--{name} {value}" for name, value in options.items()]
        line = " ".join([f"/{command}", *words, *named])
        world, began = self.someone.world, time.monotonic()
        asked = await self.someone.say(line, self.chat)
        number = asked["message_id"]
        return _AskedOnTelegram(world, self.chat, number, number, began)

    async def press(self, shown: Shown, label: str) -> Asked:
        """Press a button of a message."""
        last = self.chat.last_id
        query = await self.someone.press(self.chat.messages[shown.number], label)
        world = self.someone.world
        return _AskedOnTelegram(world, self.chat, shown.number, last, query["at"], query)
