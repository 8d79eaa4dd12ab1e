"""The response to one interaction: acknowledge, edit, follow up, all by the interaction's token.

Discord wants the acknowledgement within three seconds and takes the token for fifteen minutes. The
first reply takes the place of "thinking"; a private one after a public acknowledgement can't, and
"thinking" is deleted for it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.core.delivery.renewals import PaintingMessages
from bot.core.messages import Reply
from bot.core.rendering.painting_content import bare
from bot.discord.errors import NETWORK
from bot.discord.message_refs import ORIGIN, TOKEN_SECONDS, MessageRef, person_id
from bot.discord.messages.embeds import render
from bot.discord.requests import is_private_place, job_ref
from ganshare.monitoring.log import get_logger

__all__ = ["DeferredResponse"]

ALREADY, TOO_LATE = 40060, 10062
_ELSEWHERE = "…"
_SILENT = discord.AllowedMentions.none()
_log = get_logger(__name__)


class DeferredResponse:
    """An interaction, and what came of it so far.

    Args:
        messages: note those that show paintings, before they do.
        is_private: whether its replies are for the asker's eyes alone, as far as they may be.
        in_place: whether the first reply replaces the message with the button.
    """

    def __init__(
        self,
        interaction: "discord.Interaction[Any]",
        messages: PaintingMessages,
        *,
        is_private: bool = False,
        in_place: bool = False,
    ) -> None:
        self._interaction = interaction
        self._in_direct = is_private_place(interaction)
        self._messages = messages
        below = interaction.message if in_place else None
        self._in_place = in_place
        self._is_private = below.flags.ephemeral if below else is_private and not self._in_direct
        self.message: int | None = None  # that says "thinking"

    async def acknowledge(self) -> None:
        """Say: heard. Failing that, go on: the answer may still arrive, and a job must not be lost.

        It may have arrived although no answer came, after which the second try is refused.
        """
        try:
            response = await self._interaction.response.defer(
                thinking=not self._in_place, ephemeral=self._is_private
            )
        except discord.HTTPException as error:
            known = {ALREADY: "acknowledged before", TOO_LATE: "acknowledged too late"}
            _log.warning(
                known.get(error.code, "not acknowledged"), status=error.status, code=error.code
            )
        except NETWORK as error:
            _log.warning("not acknowledged", why=type(error).__name__)
        except (TypeError, KeyError):  # a server that says no more than "done"
            _log.info("acknowledged without a word about the message")
        else:
            if response is not None and not self._in_place:
                self.message = response.message_id

    async def show(self, replies: Sequence[Reply]) -> list[tuple[str, MessageRef]]:
        """Show the replies; give the messages that jobs have from now on.

        A reply that cannot be shown is logged; the delivery service sends a job's message again.
        """
        posted: list[tuple[str, MessageRef]] = []
        for index, reply in enumerate(replies):
            try:
                message = await (self._first(reply) if index == 0 else self._further(reply))
            except (discord.HTTPException, *NETWORK) as error:
                code = getattr(error, "code", None)
                _log.warning("a reply was not shown", why=type(error).__name__, code=code)
                continue
            # Private messages are out of reach for the bot's own token.
            if reply.job is not None and not message.flags.ephemeral:
                posted.append((reply.job, job_ref(self._interaction, message.id)))
        return posted

    async def _first(self, reply: Reply) -> discord.Message:
        is_hidden = reply.is_private and not self._is_private and not self._in_direct
        if not is_hidden:
            return await self._replace(reply)
        if self._in_place:
            return await self._further(reply)
        # While it says "thinking", the next reply is as public as that, so it ends first.
        await self._interaction.edit_original_response(content=_ELSEWHERE)
        message = await self._further(reply)
        await self._interaction.delete_original_response()
        return message

    async def _replace(self, reply: Reply) -> discord.Message:
        below = self._interaction.message if self._in_place else None
        number = self.message if below is None else below.id
        if number is None and reply.artworks:
            number = (await self._edit_first(bare(reply))).id
        is_new = below is None and not reply.artworks
        if number is None or is_new:
            return await self._edit_first(reply)
        return await self._show_noted(number, reply, self._edit_first, self._is_private)

    async def _further(self, reply: Reply) -> discord.Message:
        if not reply.artworks:
            return await self._send_further(reply)
        sent = await self._send_further(bare(reply))

        async def edit(shown: Reply) -> discord.Message:
            sheet = await render(shown)
            return await sent.edit(embeds=sheet.embeds, attachments=sheet.files, view=sheet.view)

        return await self._show_noted(sent.id, reply, edit, sent.flags.ephemeral)

    async def _show_noted(
        self,
        number: int,
        reply: Reply,
        edit: Callable[[Reply], Awaitable[discord.Message]],
        is_ephemeral: bool,
    ) -> discord.Message:
        """Show a reply in a message whose address is kept before."""
        made = self._interaction
        user = made.user.id
        address = MessageRef(made.channel_id or 0, number, user)
        if is_ephemeral:
            address = replace(address, application=made.application_id, token=made.token)
        is_alone = is_ephemeral or is_private_place(made)
        shown: list[discord.Message] = []

        async def edit_and_keep(what: Reply) -> None:
            shown.append(await edit(what))

        await self._messages.show(
            ORIGIN,
            address.to_json(),
            reply,
            edit_and_keep,
            person=person_id(user) if is_alone else "",
            expires=TOKEN_SECONDS if is_ephemeral else None,
        )
        return shown[-1]

    async def _edit_first(self, reply: Reply) -> discord.Message:
        sheet = await render(reply)
        return await self._interaction.edit_original_response(
            content=None,
            embeds=sheet.embeds,
            attachments=sheet.files,
            view=sheet.view,
            allowed_mentions=_SILENT,
        )

    async def _send_further(self, reply: Reply) -> discord.Message:
        sheet = await render(reply)
        is_private = (reply.is_private or self._is_private) and not self._in_direct
        return await self._interaction.followup.send(
            embeds=sheet.embeds,
            files=sheet.files,
            view=sheet.view or discord.utils.MISSING,
            ephemeral=is_private,
            allowed_mentions=_SILENT,
            wait=True,
        )
