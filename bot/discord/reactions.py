"""Counts reactions as votes: events as they arrive, and whole lists after a gap.

A resumed session receives the events that it missed. After a new session, the reactions below the
paintings of open rounds are fetched, normal and super ones.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Literal

import discord

from bot.core.delivery.platform import Away, MessageGone, PlaceGone, SlowDown
from bot.core.rounds.reaction_votes import VOTE_EMOJIS, Lists, ReactionVotes, plain_emoji
from bot.discord.errors import as_messenger_errors
from bot.discord.message_refs import MessageRef, born_of, person_id
from ganshare.domain.community import Showing
from ganshare.domain.votes import Round, Voter
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["Reactions"]

NORMAL: Literal[0] = 0  # Discord's kinds
SUPER: Literal[1] = 1
PAGE = 100  # people at a time
LONG_SECONDS = 60.0  # without a connection, after which a resumed session is not enough
RETRY_SECONDS = 15.0

_log = get_logger(__name__)


class Reactions:
    """Reactions below the bot's messages.

    Args:
        reaction_votes: None where reactions are no votes.
    """

    def __init__(self, client: discord.Client, reaction_votes: ReactionVotes | None) -> None:
        self._client, self._reaction_votes = client, reaction_votes
        self.missed = asyncio.Event()  # set: something may have happened unheard
        self._lost: dict[int, float] = {}

    # --- as they come -------------------------------------------------------------------------

    async def on_reaction(self, event: discord.RawReactionActionEvent, *, up: bool) -> None:
        """Handle a reaction that was added or removed."""
        if (
            self._reaction_votes is None
            or self._is_own(event.user_id)
            or event.emoji.id is not None
        ):
            return
        is_bot = event.member is not None and event.member.bot
        called = "" if event.member is None else event.member.display_name
        voter = Voter(person_id(event.user_id), is_bot, born_of(event.user_id), called)
        name = f"{event.channel_id}:{event.message_id}"
        author = event.message_author_id
        is_ours = author is not None and self._is_own(author)
        await self._take(
            self._reaction_votes.on_reaction(
                name, event.emoji.name, voter, up=up, is_super=event.burst, is_ours=is_ours
            )
        )

    async def on_reactions_cleared(
        self,
        event: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent,
        emoji: discord.PartialEmoji | None = None,
    ) -> None:
        """Handle reactions that a moderator removed."""
        if self._reaction_votes is None or (emoji is not None and emoji.id is not None):
            return
        name = f"{event.channel_id}:{event.message_id}"
        await self._take(
            self._reaction_votes.on_reactions_cleared(name, None if emoji is None else emoji.name)
        )

    async def _take(self, work: Any) -> None:
        """Do it; what the store cannot take now is read from Discord's list later."""
        try:
            await work
        except WorldError as error:
            _log.warning("a reaction was not counted yet", reason=str(error))
            self.missed.set()

    def _is_own(self, user: int) -> bool:
        return self._client.user is not None and user == self._client.user.id

    # --- what was missed ----------------------------------------------------------------------

    def on_shard_lost(self, shard: int) -> None:
        """Note that a shard has lost its connection."""
        self._lost.setdefault(shard, time.monotonic())

    def on_shard_resumed(self, shard: int) -> None:
        """Note that a shard has resumed; Discord sends what it missed."""
        since = self._lost.pop(shard, None)
        if since is not None and time.monotonic() - since > LONG_SECONDS:
            self.missed.set()

    async def catch_up(self) -> None:
        """Read the lists after each gap, until cancelled."""
        while True:
            await self.missed.wait()
            self.missed.clear()
            self._lost.clear()
            if self._reaction_votes is None:
                continue
            try:
                await self._reaction_votes.reconcile(self._lists)
            except WorldError as error:
                _log.warning("missed votes are read later", reason=str(error))
                self.missed.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def recount(self, rounds: Sequence[Round]) -> None:
        """Read the lists of rounds that are about to be ended."""
        if self._reaction_votes is not None:
            await self._reaction_votes.reconcile(self._lists, [each.id for each in rounds])

    async def _lists(self, showing: Showing) -> Lists | None:
        """All voters below a message; None if it is gone, or cannot be reached now."""
        where = MessageRef.from_json(showing.address)
        if where.message is None:
            return None
        message = self._client.get_partial_messageable(where.channel).get_partial_message(
            where.message
        )
        for pause in (1.0, 2.0, 4.0, None):
            try:
                with as_messenger_errors():
                    return await self._read(await message.fetch())
            except (MessageGone, PlaceGone):
                return None  # votes stay: nobody has taken them back
            except (SlowDown, Away) as error:
                if pause is None:
                    self.missed.set()
                    raise
                seconds = error.seconds if isinstance(error, SlowDown) else pause
                await asyncio.sleep(seconds)
        return None

    async def _read(self, message: discord.Message) -> Lists:
        lists: dict[tuple[str, bool], list[Voter]] = {}
        for reaction in message.reactions:
            if not isinstance(reaction.emoji, str):
                continue
            plain = plain_emoji(reaction.emoji)
            if plain not in VOTE_EMOJIS:
                continue
            name = reaction.emoji
            if reaction.normal_count:
                lists[plain, False] = await self._people(message, name, NORMAL)
            if reaction.burst_count:
                lists[plain, True] = await self._people(message, name, SUPER)
        return lists

    async def _people(
        self, message: discord.Message, emoji: str, kind: Literal[0, 1]
    ) -> list[Voter]:
        """All people of one kind, page by page, in the order of their ids."""
        found: list[Voter] = []
        after: int | None = None
        while True:
            page = await self._client.http.get_reaction_users(
                message.channel.id, message.id, emoji, PAGE, after, kind
            )
            users = [(int(each["id"]), bool(each.get("bot"))) for each in page]
            found += [
                Voter(person_id(user), is_bot or self._is_own(user), born_of(user))
                for user, is_bot in users
            ]
            if len(users) < PAGE:
                return found
            after = max(user for user, _ in users)
