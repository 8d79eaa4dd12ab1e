"""Scripted users of the Discord stand-in: they type commands, press buttons, delete messages."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.testing.discord_gateway import Gateway
from bot.testing.discord_shapes import channel_json, member_json
from bot.testing.discord_world import Channel, DiscordRefusal, DiscordWorld, Interaction, Posted
from ganshare.testing import TIMEOUT

__all__ = ["DiscordUser", "People"]

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5  # kinds of interactions
STRING, INTEGER, ATTACHMENT = 3, 4, 11  # kinds of options
BUTTON, TEXT_INPUT, LABEL = 2, 4, 18  # kinds of components
MANAGE_GUILD = 1 << 5
_GUILD, _BOT_DM = 0, 1  # contexts
_MEMBER = (1 << 10) | (1 << 11) | (1 << 31)


@dataclass
class DiscordUser:
    """A person with an app, in one channel.

    Args:
        permissions: in that channel, as Discord tells the bot.
        brings_app: whether the app is theirs, and not a member of the server.
    """

    people: "People"
    user: dict[str, Any]
    channel: Channel
    locale: str = "en-US"
    permissions: int = _MEMBER
    brings_app: bool = False

    @property
    def id(self) -> int:
        """Their snowflake."""
        return int(self.user["id"])

    async def slash(self, name: str, **options: Any) -> Interaction:
        """Send a command; bytes among the options become an attachment."""
        return await self._send(COMMAND, self._command(name, options))

    async def type(self, name: str, option: str, text: str) -> list[str]:
        """Type into an option and give what the bot offers."""
        data = self._command(name, {option: text})
        data["options"][0]["focused"] = True
        interaction = await self._send(AUTOCOMPLETE, data)
        await self.people.until(lambda: interaction.acknowledged is not None)
        return [each["value"] for each in interaction.choices]

    async def press(self, posted: Posted, label: str) -> Interaction:
        """Press the button whose label or emoji contains this."""
        for button in posted.buttons:
            emoji = (button.get("emoji") or {}).get("name") or ""
            if label.lower() in (button.get("label") or "").lower() or label == emoji:
                return await self.forge(posted, button["custom_id"])
        raise LookupError(f"no button {label} among {posted.buttons}")

    async def apply(self, name: str, said: dict[str, Any]) -> Interaction:
        """Choose a command from the menu of a message; `said` is that message as JSON."""
        command = next(each for each in self.people.world.commands if each["name"] == name)
        data = {"id": command["id"], "name": name, "type": 3, "target_id": said["id"]}
        resolved = {"resolved": {"messages": {said["id"]: said}}}
        return await self._send(COMMAND, data | resolved)

    async def forge(self, posted: Posted, custom_id: str) -> Interaction:
        """Send a press of a button that need not be there."""
        data = {"component_type": BUTTON, "custom_id": custom_id}
        return await self._send(COMPONENT, data, posted)

    async def submit(self, pressed: Interaction, posted: Posted | None, text: str) -> Interaction:
        """Fill in the form that a press was answered with, and send it."""
        await self.people.until(lambda: pressed.modal)
        asked = next(each for each in pressed.modal["components"] if each["type"] == LABEL)
        field = {"type": TEXT_INPUT, "id": 3, "custom_id": asked["component"]["custom_id"]}
        label = {"type": LABEL, "id": 2, "component": {**field, "value": text}}
        data = {"custom_id": pressed.modal["custom_id"], "components": [label]}
        return await self._send(SUBMIT, data, posted)

    async def delete(self, posted: Posted) -> None:
        """Delete a message, as moderators may."""
        posted.deleted = True
        ids = {"id": str(posted.id), "channel_id": str(self.channel.id)}
        await self.people.gateway.dispatch("MESSAGE_DELETE", ids, self.channel.guild)

    async def react(self, posted: Posted, emoji: str = "\u2764\ufe0f", **options: Any) -> None:
        """React to a message; a second time is as good as once.

        Args:
            options: is_super.
        """
        await self.people.turn(self, posted, emoji, up=True, **options)

    async def unreact(self, posted: Posted, emoji: str = "\u2764\ufe0f", **options: Any) -> None:
        """Take a reaction away."""
        await self.people.turn(self, posted, emoji, up=False, **options)

    async def clear(self, posted: Posted, emoji: str | None = None) -> None:
        """Remove all reactions, as moderators may."""
        for each, people in posted.reactions.items():
            if emoji in (None, each[0]):
                people.clear()
        self.people.world.count_reactions(posted)
        data: dict[str, Any] = {
            "channel_id": str(self.channel.id),
            "message_id": str(posted.id),
            "guild_id": str(self.channel.guild),
        }
        event = "MESSAGE_REACTION_REMOVE_ALL"
        if emoji is not None:
            event, data["emoji"] = "MESSAGE_REACTION_REMOVE_EMOJI", {"id": None, "name": emoji}
        await self.people.gateway.dispatch(event, data, self.channel.guild)

    async def again(self, interaction: Interaction) -> None:
        """Have the gateway deliver an interaction a second time."""
        await self._dispatch(interaction)

    def _command(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        world = self.people.world
        command = next((each for each in world.commands if each["name"] == name), None)
        if command is None:
            raise LookupError(f"no command {name} was synced")
        data: dict[str, Any] = {"id": command["id"], "name": name, "type": 1, "options": []}
        for option, value in options.items():
            kind = STRING if isinstance(value, str) else INTEGER
            if isinstance(value, bytes):
                file = world.attachment("picture.png", value)
                file["content_type"] = "image/png"
                data.setdefault("resolved", {}).setdefault("attachments", {})[file["id"]] = file
                kind, value = ATTACHMENT, file["id"]
            data["options"].append({"name": option, "type": kind, "value": value})
        return data

    async def _send(
        self, kind: int, data: dict[str, Any], posted: Posted | None = None
    ) -> Interaction:
        world, guild = self.people.world, self.channel.guild
        json: dict[str, Any] = {
            "type": kind,
            "data": data,
            "channel_id": str(self.channel.id),
            "channel": {**channel_json(world, self.channel), "permissions": str(self.permissions)},
            "app_permissions": str(_MEMBER if self.brings_app else world.permissions(self.channel)),
            "locale": self.locale,
            "entitlements": [],
            "authorizing_integration_owners": self._owners(),
            "attachment_size_limit": 10 << 20,
            "context": _BOT_DM if guild is None else _GUILD,
        }
        if guild is None:
            json["user"] = self.user
        else:
            json |= {"guild_id": str(guild), "guild_locale": "en-US"}
            json["guild"] = {"id": str(guild), "locale": "en-US", "features": []}
            json["member"] = member_json(world, self.user, permissions=str(self.permissions))
        if posted is not None:
            json["message"] = posted.json
        interaction = world.interaction(json, self.channel)
        await self._dispatch(interaction)
        return interaction

    def _owners(self) -> dict[str, str]:
        """By kind of installation: the server's, or their own."""
        return {"1": str(self.id)} if self.brings_app else {"0": str(self.channel.guild or 0)}

    async def _dispatch(self, interaction: Interaction) -> None:
        await self.people.gateway.dispatch(
            "INTERACTION_CREATE", interaction.json, self.channel.guild
        )


@dataclass
class People:
    """Makes people and waits for what the bot does."""

    world: DiscordWorld
    gateway: Gateway

    def join(self, name: str, channel: Channel, **values: Any) -> DiscordUser:
        """Add a user to a channel."""
        return DiscordUser(self, self.world.user(name), channel, **values)

    def write_to_bot(self, someone: DiscordUser) -> DiscordUser:
        """Give the same person, in their direct messages."""
        direct = self.world.direct(someone.id)
        return DiscordUser(self, someone.user, direct, someone.locale, someone.permissions)

    async def turn(
        self, someone: DiscordUser, posted: Posted, emoji: str, *, up: bool, is_super: bool = False
    ) -> None:
        """Toggle a user's reaction, and send the event to the bot."""
        if self.world.turn_reaction(posted, emoji, someone.id, up=up, is_super=is_super):
            await self.tell_of_reaction(posted, emoji, someone.id, up=up, is_super=is_super)

    async def tell_of_reaction(
        self, posted: Posted, emoji: str, user: int, *, up: bool = True, is_super: bool = False
    ) -> None:
        """Have the gateway deliver it; also for what was delivered before."""
        channel = self.world.channels[int(posted.json["channel_id"])]
        data: dict[str, Any] = {
            "user_id": str(user),
            "channel_id": str(channel.id),
            "message_id": str(posted.id),
            "emoji": {"id": None, "name": emoji},
            "burst": is_super,
            "type": int(is_super),
        }
        if channel.guild is not None:
            data["guild_id"] = str(channel.guild)
        if up:
            data["message_author_id"] = posted.json["author"]["id"]
            if channel.guild is not None:
                data["member"] = member_json(self.world, self.world.users[user])
        event = "MESSAGE_REACTION_ADD" if up else "MESSAGE_REACTION_REMOVE"
        await self.gateway.dispatch(event, data, channel.guild)

    def answer_to(self, interaction: Interaction) -> Posted | None:
        """Give the message that an interaction was answered with, unless it is deleted."""
        channel = self.world.channels[interaction.channel]
        posted = channel.messages.get(interaction.original or 0)
        return None if posted is None or posted.deleted else posted

    async def said(self, interaction: Interaction, seconds: float = TIMEOUT) -> Posted:
        """Wait until something stands where "thinking" was, and give the last word."""

        def word() -> Posted | None:
            posted = self.answer_to(interaction)
            if interaction.followups:
                channel = self.world.channels[interaction.channel]
                posted = channel.messages[interaction.followups[-1]]
            return None if posted is None or posted.is_loading else posted

        posted: Posted = await self.until(word, seconds)
        return posted

    async def until(self, condition: Callable[[], Any], seconds: float = TIMEOUT) -> Any:
        """Wait until a condition holds and give what it gives."""
        try:
            async with asyncio.timeout(seconds), self.world.news:
                while not (result := condition()):
                    await self.world.news.wait()
                return result
        except TimeoutError:
            last = [f"{e.method} {e.path} {e.status} {e.body}" for e in self.world.exchanges[-8:]]
            raise TimeoutError("\n".join(["in vain; the last requests:", *last])) from None

    def faults(self) -> list[str]:
        """Say what was wrong with any request or answer so far."""
        return [fault for exchange in self.world.exchanges for fault in exchange.faults]

    def refuse(self, status: int, code: int, *, retry_after: float | None = None) -> DiscordRefusal:
        """Build a refusal for `DiscordServer.fail`."""
        return DiscordRefusal(status, code, "made to happen", retry_after)
