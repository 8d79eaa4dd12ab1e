"""Discord's `Messenger`: one message per job, and private notices.

All requests use the bot's token, since an interaction's token expires after 15 minutes.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import discord

from bot.core.delivery.platform import MessageGone, PlaceGone
from bot.core.messages import Reply
from bot.discord.errors import as_messenger_errors
from bot.discord.message_refs import ORIGIN, MessageRef, person_number
from bot.discord.messages.channel_budget import ChannelBudget
from bot.discord.messages.embeds import render
from ganshare.domain.jobs import Job, JobState

__all__ = ["DiscordMessenger", "edit_by_token"]

PATIENCE = 90.0  # seconds for one request, its waiting for room included
NONCE = 25  # characters
ARCHIVED = 50083  # Discord's code for a thread that is archived


class DiscordMessenger:
    """Shows jobs in their messages."""

    origin = ORIGIN

    def __init__(self, client: discord.Client, budget: ChannelBudget | None = None) -> None:
        self._client, self._budget = client, budget or ChannelBudget()

    async def show(
        self, job: Job, address: Mapping[str, Any] | None, reply: Reply
    ) -> Mapping[str, Any]:
        """Edit the message at an address, or send one where the job was asked for.

        Without an address the message that the answer to the command was to become is looked for
        first: a process that died between the two left it "thinking".
        """
        if address is not None:
            return await self._edit(job, self._read(address), reply)
        asked = self._read(job.reply_to)
        if asked.message is not None:
            try:
                return await self._edit(job, asked, reply)
            except MessageGone:
                pass
        return await self._send(job, asked, reply)

    async def tell(self, person: str, reply: Reply) -> Mapping[str, Any]:
        """Send a person a direct message."""
        number = person_number(person)
        if number is None:
            raise PlaceGone(f"{person} is not an account on Discord.", given=person)
        sheet = await render(reply)
        with as_messenger_errors():
            async with asyncio.timeout(PATIENCE):
                channel = await self._client.create_dm(discord.Object(number))
                sent = await channel.send(
                    embeds=sheet.embeds,
                    files=sheet.files,
                    view=sheet.view or discord.utils.MISSING,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
        return MessageRef(channel.id, sent.id, number).to_json()

    async def ping(
        self, job: Job, address: Mapping[str, Any], person: str, name: str, text: str
    ) -> None:
        """Reply to the job's message with a mention of who asked."""
        there, user = self._read(address), person_number(person)
        if user is None or there.message is None or there.token is not None:
            return
        with self._budget.request(there.channel, is_preview=False), as_messenger_errors():
            async with asyncio.timeout(PATIENCE):
                await self._client.get_partial_messageable(there.channel).send(
                    content=f"<@{user}> {text}",
                    reference=discord.MessageReference(
                        message_id=there.message, channel_id=there.channel, fail_if_not_exists=False
                    ),
                    allowed_mentions=discord.AllowedMentions(
                        everyone=False,
                        users=[discord.Object(user)],
                        roles=False,
                        replied_user=False,
                    ),
                    nonce=f"done{job.id}"[:NONCE],
                )

    async def _edit(self, job: Job, address: MessageRef, reply: Reply) -> Mapping[str, Any]:
        if address.message is None:
            raise MessageGone("The address names no message.")
        is_place = job.state is JobState.QUEUED
        with self._budget.request(
            address.channel, is_preview=not job.state.over, is_place=is_place
        ):
            sheet = await render(reply)
            shown: dict[str, Any] = {
                "embeds": sheet.embeds,
                "attachments": sheet.files,
                "view": sheet.view,
            }
            shown["allowed_mentions"] = discord.AllowedMentions.none()
            if address.token is not None:
                await edit_by_token(self._client, address, **shown)
                return address.to_json()
            message = self._message(address.channel, address.message)
            with as_messenger_errors():
                async with asyncio.timeout(PATIENCE):
                    try:
                        await message.edit(**shown)
                    except discord.HTTPException as error:
                        if error.code != ARCHIVED:
                            raise
                        # As if someone wrote there; where it is locked, Discord refuses.
                        await self._client.http.edit_channel(address.channel, archived=False)
                        await message.edit(**{**shown, "attachments": (await render(reply)).files})
        return address.to_json()

    async def _send(self, job: Job, asked: MessageRef, reply: Reply) -> Mapping[str, Any]:
        """Send a message, once: after an unknown outcome, Discord gives back the first one.

        That one may say less than what is said now, or be deleted meanwhile.
        """
        sent = await self._send_once(job, asked, reply, nonce=job.id[-NONCE:])
        address = MessageRef(asked.channel, sent.id, asked.user)
        if _says(sent) != (await render(reply)).embeds[0].title:
            try:
                return await self._edit(job, address, reply)
            except MessageGone:
                sent = await self._send_once(job, asked, reply, nonce=f"{job.id[1 - NONCE :]}+")
        return MessageRef(asked.channel, sent.id, asked.user).to_json()

    async def _send_once(
        self, job: Job, asked: MessageRef, reply: Reply, nonce: str
    ) -> discord.Message:
        with self._budget.request(asked.channel, is_preview=not job.state.over):
            sheet = await render(reply)
            there = self._client.get_partial_messageable(asked.channel)
            with as_messenger_errors():
                async with asyncio.timeout(PATIENCE):
                    return await there.send(
                        # Whose it is: it stands below no command. Nobody is pinged.
                        content=f"<@{asked.user}>" if asked.user else None,
                        embeds=sheet.embeds,
                        files=sheet.files,
                        view=sheet.view or discord.utils.MISSING,
                        allowed_mentions=discord.AllowedMentions.none(),
                        nonce=nonce,
                    )

    def _message(self, channel: int, message: int) -> discord.PartialMessage:
        return self._client.get_partial_messageable(channel).get_partial_message(message)

    @staticmethod
    def _read(address: Mapping[str, Any]) -> MessageRef:
        try:
            return MessageRef.from_json(address)
        except (KeyError, ValueError) as error:
            raise PlaceGone("The address is not one of Discord's.", given=dict(address)) from error


async def edit_by_token(client: discord.Client, where: MessageRef, **changes: Any) -> None:
    """Edit a message by the token of its interaction; raises MessageGone once that is too old."""
    if where.application is None or where.token is None or where.message is None:
        raise MessageGone("The address has no interaction's token.")
    webhook = discord.Webhook.partial(where.application, where.token, client=client)
    with as_messenger_errors():
        async with asyncio.timeout(PATIENCE):
            try:
                await webhook.edit_message(where.message, **changes)
            except discord.HTTPException as error:
                if error.status in (401, 403, 404):
                    raise MessageGone("The interaction's token has expired.") from error
                raise


def _says(message: discord.Message) -> str | None:
    return message.embeds[0].title if message.embeds else None
