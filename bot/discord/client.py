"""The Discord client: app commands, buttons and reactions; no privileged intents."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands

from bot.core.dispatcher import Dispatcher
from bot.core.rendering.catalogue import Catalogue
from bot.core.rounds.reaction_votes import ReactionVotes
from bot.discord.commands.app_commands import app_commands_of, describe_menu
from bot.discord.commands.command_sync import sync_if_changed
from bot.discord.commands.translator import CatalogueTranslator
from bot.discord.endpoints import point_at
from bot.discord.errors import NETWORK
from bot.discord.interactions import InteractionHandler
from bot.discord.message_refs import server_id
from bot.discord.messages.buttons import ReplyButton, is_below
from bot.discord.messages.embeds import render
from bot.discord.messages.forms import typed_in
from bot.discord.reactions import Reactions
from ganshare.monitoring.log import get_logger
from ganshare.settings import BotSettings

__all__ = ["PaintingClient"]

LONGEST_REST = 30.0  # seconds that discord.py may wait for room by itself
_log = get_logger(__name__)


class PaintingClient(discord.AutoShardedClient):
    """Hears commands and presses; a bot without text commands needs no `commands.Bot`.

    It keeps no messages and no members, so that its memory doesn't grow with the servers it is in.

    Args:
        reaction_votes: takes in reactions; without them, votes come by buttons only.
        options: further ones of discord.py's.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        words: Catalogue,
        settings: BotSettings | None = None,
        reaction_votes: ReactionVotes | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            intents=discord.Intents.default(),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=LONGEST_REST,
            **options,
        )
        if settings is not None:
            point_at(self, settings)
        self._words, self._dispatcher = words, dispatcher
        self._interactions = InteractionHandler(dispatcher, words)
        self.reactions = Reactions(self, reaction_votes)
        self.tree = app_commands.CommandTree(self)
        for command in app_commands_of(
            words, self._interactions.command, self._interactions.complete
        ):
            self.tree.add_command(command)
        self.tree.add_command(describe_menu(words, self._interactions.command))

    async def setup_hook(self) -> None:
        """Once logged in: know the buttons of former lives, and tell Discord of new commands."""
        self.add_dynamic_items(ReplyButton)
        await self.tree.set_translator(CatalogueTranslator(self._words))
        try:
            await sync_if_changed(self.tree)
        except (discord.HTTPException, *NETWORK) as error:
            _log.warning("the commands were not sent", why=type(error).__name__)

    async def on_press(self, interaction: "discord.Interaction[Any]", data: str) -> None:
        """Carry out what a button's data stands for."""
        await self._interactions.press(interaction, data)

    async def on_interaction(self, interaction: "discord.Interaction[Any]") -> None:
        """Take forms, of former lives too, and presses of buttons that no message has.

        discord.py knows only the forms that it has sent itself, and leaves those presses out.
        """
        given: Mapping[str, Any] = interaction.data or {}
        data = str(given.get("custom_id", ""))
        if interaction.type is discord.InteractionType.modal_submit:
            await self._interactions.submit(interaction, data, typed_in(given))
            return
        is_press = interaction.type is discord.InteractionType.component
        if is_press and not is_below(interaction.message, data):
            await self._interactions.press(interaction, data)

    async def on_ready(self) -> None:
        """Log that all shards are there."""
        _log.info("Discord is connected", servers=len(self.guilds), shards=self.shard_count)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Say how to begin, where the server lets the bot write."""
        channels = [guild.system_channel, *guild.text_channels]
        where = next((each for each in channels if each and _may_write(each)), None)
        if where is None:
            return
        reply = await self._dispatcher.welcome(server_id(guild.id), str(guild.preferred_locale))
        if reply is None:
            return
        try:
            await where.send(embeds=(await render(reply)).embeds)
        except (discord.HTTPException, *NETWORK) as error:
            _log.info("a server was not welcomed", why=type(error).__name__)

    # --- votes by reaction --------------------------------------------------------------------

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """A vote, perhaps."""
        await self.reactions.on_reaction(event, up=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """A vote that is taken back, perhaps."""
        await self.reactions.on_reaction(event, up=False)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        """All reactions of a message are gone."""
        await self.reactions.on_reactions_cleared(event)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """All of one emoji are gone."""
        await self.reactions.on_reactions_cleared(event, event.emoji)

    async def on_shard_ready(self, shard_id: int) -> None:
        """A session begins; what happened before it was not heard."""
        self.reactions.missed.set()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note since when a shard hears nothing."""
        self.reactions.on_shard_lost(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Discord sends what was missed; after a long time it may not have kept it all."""
        self.reactions.on_shard_resumed(shard_id)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what no handler caught; the values of an event are other people's."""
        _log.exception("an event of Discord's was not handled", handler=event_method)


def _may_write(channel: discord.TextChannel) -> bool:
    granted = channel.permissions_for(channel.guild.me)
    return granted.view_channel and granted.send_messages and granted.embed_links
