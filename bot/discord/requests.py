"""Turns an interaction into a `CommandRequest` or a `ButtonPress`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord

from bot.core.commands.definitions import Kind, find_command
from bot.core.init_image import MAX_BYTES
from bot.core.messages import ButtonPress, CommandRequest, Person, Place, Rank, parse_data
from bot.core.rendering.errors import RefusalError
from bot.discord.message_refs import ORIGIN, MessageRef, born_of, person_id, place_id, server_id

__all__ = ["is_private_place", "job_ref", "person_of", "place_of", "read_command", "read_press"]


def person_of(interaction: "discord.Interaction[Any]") -> Person:
    """Build the `Person` with their rank.

    Members who manage the server are admins; those who manage a channel's messages are curators.
    """
    permissions = interaction.permissions
    manages = permissions.manage_guild or permissions.administrator
    rank = Rank.CURATOR if permissions.manage_messages else Rank.MEMBER
    rank = Rank.ADMIN if manages else rank
    if interaction.guild_id is None:
        rank = Rank.MEMBER
    user = interaction.user
    return Person(
        person_id(user.id), user.display_name, rank, str(interaction.locale), born_of(user.id)
    )


def is_private_place(interaction: "discord.Interaction[Any]") -> bool:
    """Whether nobody else can read it; a person's own app is taken to others' chats, too."""
    return interaction.guild_id is None and not interaction.context.private_channel


def _is_member(interaction: "discord.Interaction[Any]") -> bool:
    """Whether the bot itself is where somebody asks, and not only as their own app."""
    if interaction.context.private_channel:
        return False
    return interaction.is_guild_integration() or not interaction.is_user_integration()


async def read_command(
    interaction: "discord.Interaction[Any]",
    command: str,
    given: Mapping[str, Any],
    message: int | None,
) -> CommandRequest:
    """Build the request of a command.

    Args:
        given: by parameter name, as discord.py reads it; None for what was left out.
        message: that the answer will become, where there will be one only.

    Raises:
        RefusalError: the attached picture is too large.
        HTTPException, NotFound: the attachment cannot be fetched.
    """
    parameters = {each.name: each for each in find_command(command).parameters}
    arguments: dict[str, str | int] = {}
    picture: bytes | None = None
    for name, value in given.items():
        if value is None:
            continue
        if parameters[name].kind is Kind.PICTURE:
            picture = await _fetch(value)
        else:
            arguments[name] = value
    return CommandRequest(
        command,
        arguments,
        person_of(interaction),
        place_of(interaction),
        _key(interaction),
        _reply_to(interaction, message),
        picture,
    )


def read_press(
    interaction: "discord.Interaction[Any]", data: str, message: int | None
) -> ButtonPress:
    """Give the press of a button; raises ParameterError if no button of ours has such data."""
    action, subject = parse_data(data)
    return ButtonPress(
        action,
        subject,
        person_of(interaction),
        place_of(interaction),
        _key(interaction),
        _reply_to(interaction, message),
    )


async def _fetch(attachment: discord.Attachment) -> bytes:
    if attachment.size > MAX_BYTES:  # before it is fetched
        raise RefusalError(
            "refusal-picture-large",
            given=f"{attachment.size / 1024**2:.1f}",
            allowed=str(MAX_BYTES // 1024**2),
        )
    return await attachment.read()


def place_of(interaction: "discord.Interaction[Any]") -> Place:
    """Where it was asked, and within which channel and server."""
    channel = interaction.channel_id or interaction.user.id
    within = []
    if (parent := getattr(interaction.channel, "parent_id", None)) is not None:  # of a thread
        within.append(place_id(parent))
    if interaction.guild_id is not None:
        within.append(server_id(interaction.guild_id))
    return Place(place_id(channel), is_private_place(interaction), tuple(within))


def _key(interaction: "discord.Interaction[Any]") -> str:
    return f"{ORIGIN}:{interaction.id}"


def _reply_to(interaction: "discord.Interaction[Any]", message: int | None) -> Mapping[str, Any]:
    return job_ref(interaction, message).to_json()


def job_ref(interaction: "discord.Interaction[Any]", message: int | None) -> MessageRef:
    """Refer to a job's message; by the interaction's token where the bot sees no channel."""
    ref = MessageRef(interaction.channel_id or 0, message, interaction.user.id)
    is_seen = interaction.guild_id is None or interaction.app_permissions.view_channel
    if is_seen and _is_member(interaction):
        return ref
    return replace(ref, application=interaction.application_id, token=interaction.token)
