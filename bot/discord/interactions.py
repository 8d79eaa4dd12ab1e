"""Handles commands and button presses: acknowledges at once, dispatches, shows the replies."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.core.autocomplete import Offer
from bot.core.commands.vote import is_going_on
from bot.core.dispatcher import Dispatcher
from bot.core.messages import Action, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.errors import sentence_of
from bot.discord.deferred_response import DeferredResponse
from bot.discord.errors import NETWORK
from bot.discord.message_refs import ORIGIN
from bot.discord.messages.forms import modal_of
from bot.discord.requests import is_private_place, person_of, place_of, read_command, read_press
from ganshare.errors import AskerError
from ganshare.monitoring.log import get_logger

__all__ = ["InteractionHandler"]

SECONDS_TO_FORM = 2.0  # for the store; Discord wants the form within three
REMEMBERED = 10_000  # interactions; one that comes twice does so within minutes
_FOR_ALL = frozenset({"paint", "random", "describe", "gallery"})  # answered for everyone
_NEW_FOR_ALL = frozenset({Action.AGAIN, Action.VARY, Action.PAINT, Action.PICK})
_PAGES = frozenset({Action.GALLERY, Action.MINE})
_ONE_AFTER_ANOTHER = frozenset({Action.VOTE, Action.NEXT})  # paintings of a round
_ALWAYS_NEW = _NEW_FOR_ALL | {Action.MASTER, Action.SHOW}

_log = get_logger(__name__)


class InteractionHandler:
    """Passes interactions to the dispatcher and shows its replies.

    The store is not asked before the acknowledgement, so a slow store delays no acknowledgement.
    """

    def __init__(self, dispatcher: Dispatcher, words: Catalogue) -> None:
        self._dispatcher, self._words = dispatcher, words
        self._seen: OrderedDict[int, None] = OrderedDict()

    async def command(
        self, interaction: "discord.Interaction[Any]", name: str, given: Mapping[str, Any]
    ) -> None:
        """Run a command; errors are answered or logged."""
        if self._is_repeated(interaction):
            return
        response = self._defer(interaction, is_private=name not in _FOR_ALL)
        await response.acknowledge()
        # Several paintings get a message each; which is whose, only `posted` says.
        message = None if (given.get("count") or 1) > 1 else response.message

        async def answer() -> list[Reply]:
            return await self._dispatcher.answer(
                await read_command(interaction, name, given, message)
            )

        await self._show(response, await self._replies(interaction, answer()))

    async def press(self, interaction: "discord.Interaction[Any]", data: str) -> None:
        """Carry out what a button stands for."""
        if self._is_repeated(interaction):
            return
        if data.startswith(f"{Action.EDIT}:"):
            await self._open_form(interaction, data)
            return
        action, _, subject = data.partition(":")
        is_below_own = interaction.message is not None and interaction.message.flags.ephemeral
        in_place = action in _PAGES or (is_below_own and action not in _ALWAYS_NEW)
        if action in _ONE_AFTER_ANOTHER:
            seen_alone = is_below_own or is_private_place(interaction)
            in_place = is_going_on(subject) and seen_alone
        response = self._defer(
            interaction, is_private=action not in _NEW_FOR_ALL, in_place=in_place
        )
        await response.acknowledge()

        async def press() -> list[Reply]:
            return await self._dispatcher.press(read_press(interaction, data, response.message))

        await self._show(response, await self._replies(interaction, press()))

    async def _open_form(self, interaction: "discord.Interaction[Any]", data: str) -> None:
        """Answer a press with a form, which cannot be had once the press is acknowledged."""

        async def press() -> list[Reply]:
            async with asyncio.timeout(SECONDS_TO_FORM):
                return await self._dispatcher.press(read_press(interaction, data, None))

        replies = await self._replies(interaction, press())
        if replies[0].form is not None:
            try:
                await interaction.response.send_modal(modal_of(replies[0], data, self._words))
            except (discord.HTTPException, *NETWORK) as error:
                _log.warning("a form was not shown", why=type(error).__name__)
            return
        response = self._defer(interaction, is_private=True)
        await response.acknowledge()
        await self._show(response, replies)

    async def submit(self, interaction: "discord.Interaction[Any]", data: str, text: str) -> None:
        """Paint the prompt that was typed into a form."""
        if self._is_repeated(interaction):
            return
        response = self._defer(interaction, is_private=False)
        await response.acknowledge()

        async def answer() -> list[Reply]:
            edits = read_press(interaction, data, None).subject
            asked = await read_command(interaction, "paint", {"prompt": text}, response.message)
            return await self._dispatcher.answer(replace(asked, edits=edits))

        await self._show(response, await self._replies(interaction, answer()))

    async def complete(
        self, interaction: "discord.Interaction[Any]", command: str, parameter: str, typed: str
    ) -> Sequence[Offer]:
        """Offer texts while an option is typed."""
        person, place = person_of(interaction), place_of(interaction)
        return await self._dispatcher.complete(command, parameter, typed, person, place)

    def _defer(
        self, interaction: "discord.Interaction[Any]", *, is_private: bool, in_place: bool = False
    ) -> DeferredResponse:
        messages = self._dispatcher.painting_messages
        return DeferredResponse(interaction, messages, is_private=is_private, in_place=in_place)

    def _is_repeated(self, interaction: "discord.Interaction[Any]") -> bool:
        """Whether this process has it in hand already; the gateway may deliver it twice."""
        if interaction.id in self._seen:
            return True
        self._seen[interaction.id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False

    async def _replies(
        self, interaction: "discord.Interaction[Any]", answer: Awaitable[list[Reply]]
    ) -> list[Reply]:
        """Have the dispatcher answer; what fails before it gets there is answered here."""
        locale = str(interaction.locale)
        try:
            return await answer
        except AskerError as error:
            text = sentence_of(self._words, locale, error)
        except (discord.HTTPException, *NETWORK) as error:
            _log.warning("an attached picture was not fetched", why=type(error).__name__)
            text = self._words.say(locale, "world-away-other")
        except Exception as error:
            number = secrets.token_hex(4)
            _log.error("unexpected error", id=number, exc_info=error)
            text = self._words.say(locale, "internal-error", id=number)
        return [Reply(text=text, is_private=True)]

    async def _show(self, response: DeferredResponse, replies: Sequence[Reply]) -> None:
        for job, address in await response.show(replies):
            await self._dispatcher.save_message(job, ORIGIN, address.to_json())
