"""Posts round announcements and updates vote buttons."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.core.delivery.platform import Away, MessageGone, PlaceGone
from bot.core.messages import Action, Button, Reply
from bot.core.rendering.replies import VOTE_EMOJI
from bot.discord.errors import as_messenger_errors
from bot.discord.message_refs import ORIGIN, MessageRef, place_number
from bot.discord.messages.buttons import rows_of
from bot.discord.messages.channel_budget import ChannelBudget
from bot.discord.messages.embeds import render
from bot.discord.messenger import NONCE, PATIENCE, edit_by_token

__all__ = ["DiscordAnnouncer"]


class DiscordAnnouncer:
    """Sends announcements to channels."""

    origin = ORIGIN

    def __init__(self, client: discord.Client, budget: ChannelBudget) -> None:
        self._client, self._budget = client, budget

    async def post(
        self, place: str, reply: Reply, name: str, topic: int | None = None
    ) -> Mapping[str, Any] | None:
        """Send a message once: Discord knows a repeated one by its nonce.

        A painting gets a first reaction of ours, which counts for nothing, to be clicked on.
        """
        channel = place_number(place)
        if channel is None:
            raise PlaceGone(f"{place} is not a place on Discord.", given=place)
        if not self._client.is_ready():
            raise Away("Discord is not connected yet.")
        sheet = await render(reply)
        nonce = hashlib.sha256(name.encode()).hexdigest()[:NONCE]
        with self._budget.request(channel, is_preview=False), as_messenger_errors():
            async with asyncio.timeout(PATIENCE):
                sent = await self._client.get_partial_messageable(channel).send(
                    embeds=sheet.embeds,
                    files=sheet.files,
                    view=sheet.view or discord.utils.MISSING,
                    allowed_mentions=discord.AllowedMentions.none(),
                    nonce=nonce,
                )
        if any(each.action is Action.VOTE for row in reply.buttons for each in row):
            await self._seed(channel, sent.id)
        return MessageRef(channel, sent.id).to_json()

    async def relabel(
        self, address: Mapping[str, Any], buttons: Sequence[Sequence[Button]]
    ) -> None:
        """Change a message's buttons; its pictures stay."""
        await self._edit(address, is_preview=True, view=rows_of(buttons))

    async def renew(self, address: Mapping[str, Any], reply: Reply) -> Mapping[str, Any]:
        """Edit a message; one that only its asker sees, by the interaction's token."""
        if not self._client.is_ready():
            raise Away("Discord is not connected yet.")
        sheet = await render(reply)
        await self._edit(
            address, is_preview=False, embeds=sheet.embeds, attachments=sheet.files, view=sheet.view
        )
        return address

    async def _edit(self, address: Mapping[str, Any], *, is_preview: bool, **changes: Any) -> None:
        try:
            where = MessageRef.from_json(address)
        except (KeyError, ValueError) as error:
            raise MessageGone("The address names no message.") from error
        if where.message is None:
            raise MessageGone("The address names no message.")
        if where.application is not None and where.token is not None:
            await edit_by_token(self._client, where, **changes)
            return
        message = self._client.get_partial_messageable(where.channel).get_partial_message(
            where.message
        )
        with self._budget.request(where.channel, is_preview=is_preview), as_messenger_errors():
            async with asyncio.timeout(PATIENCE):
                await message.edit(**changes)

    async def _seed(self, channel: int, message: int) -> None:
        """Put the first reaction below a painting; where that is not allowed, none is there."""
        there = self._client.get_partial_messageable(channel).get_partial_message(message)
        try:
            async with asyncio.timeout(PATIENCE):
                await there.add_reaction(VOTE_EMOJI)
        except (discord.HTTPException, OSError, TimeoutError):
            return
