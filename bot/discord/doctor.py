"""Discord's part of `ganshare bot doctor`: what is wrong, and what to click to fix it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.core.doctor import Finding
from bot.core.rendering.catalogue import load_words
from bot.discord.commands.app_commands import app_commands_of
from bot.discord.commands.command_sync import is_in_sync, sync
from bot.discord.commands.translator import CatalogueTranslator
from bot.discord.endpoints import point_at
from bot.discord.errors import NETWORK
from bot.discord.frontend import token_of
from bot.discord.permissions import invite_url, missing
from ganshare.settings import BotSettings

__all__ = ["examine"]

PORTAL = "https://discord.com/developers/applications"
MOST_NAMED = 8
_FAILED = (discord.HTTPException, *NETWORK)


async def examine(settings: BotSettings, *, syncs: bool = False) -> list[Finding]:
    """Look at everything, one thing after the other; what cannot be looked at is left out.

    Args:
        syncs: whether to send our commands to Discord, changed or not.
    """
    if settings.discord_token is None:
        advice = (
            f"No token. At {PORTAL} choose New Application, then Bot, then Reset Token; set "
            "BOT_DISCORD_TOKEN to the token that it shows."
        )
        return [Finding("Discord token", ok=False, advice=advice, is_needed=False)]
    return [finding async for finding in _look(settings, syncs=syncs)]


async def _look(settings: BotSettings, *, syncs: bool) -> AsyncIterator[Finding]:
    client = discord.Client(intents=discord.Intents.default())
    point_at(client, settings)
    async with client:
        try:
            await client.login(token_of(settings))
        except discord.LoginFailure:
            advice = (
                f"Discord refuses the token. At {PORTAL} choose the application, then Bot, then "
                "Reset Token; set BOT_DISCORD_TOKEN to the new one."
            )
            yield Finding("Discord token", ok=False, advice=advice)
            return
        except _FAILED as error:
            yield _unreachable(settings, error)
            return
        yield Finding("Discord token", ok=True, advice=f"It is that of {client.user}.")
        try:
            yield _of_application(await client.application_info())
            yield await _of_commands(client, syncs=syncs)
            async for finding in _of_guilds(client):
                yield finding
        except _FAILED as error:
            yield _unreachable(settings, error)


def _unreachable(settings: BotSettings, error: Exception) -> Finding:
    where = settings.discord_api_base or "https://discord.com"
    advice = f"{where} does not answer as it should ({type(error).__name__}); check the network."
    return Finding("Discord reachable", ok=False, advice=advice)


def _of_application(info: discord.AppInfo) -> Finding:
    """What stands in the developer portal; no privileged intent is needed."""
    name = "Discord application"
    where = f"At {PORTAL}/{info.id}"
    if info.interactions_endpoint_url:
        advice = (
            f"{where}/information, empty Interactions Endpoint URL and save: with one, commands go "
            "there and never reach this bot."
        )
        return Finding(name, ok=False, advice=advice)
    if info.bot_require_code_grant:
        advice = f"{where}/bot, switch off Requires OAuth2 Code Grant: it blocks invitations."
        return Finding(name, ok=False, advice=advice)
    if not info.bot_public:
        advice = f"Only its owner can invite it; to change that, {where}/bot, Public Bot."
        return Finding(name, ok=True, advice=advice)
    return Finding(name, ok=True, advice="Set up well; it needs no privileged intent.")


async def _of_commands(client: discord.Client, *, syncs: bool) -> Finding:
    name, words = "Discord commands", load_words()
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(client)
    for command in app_commands_of(words, _nothing, _nothing):
        tree.add_command(command)
    await tree.set_translator(CatalogueTranslator(words))
    if syncs:
        await sync(tree)
    if await is_in_sync(tree):
        return Finding(name, ok=True, advice=f"Discord has all {len(tree.get_commands())} of them.")
    advice = (
        "Discord has others than this version's; the bot sends them when it starts, and "
        "`ganshare bot doctor --sync` does now."
    )
    return Finding(name, ok=False, advice=advice, is_needed=False)


async def _nothing(*_: Any) -> Any:
    """Stand for a handler; the doctor answers nobody."""


async def _of_guilds(client: discord.Client) -> AsyncIterator[Finding]:
    application = client.application_id or 0
    link = invite_url(application)
    guilds = [guild async for guild in client.fetch_guilds(limit=200)]
    if not guilds:
        advice = f"It is on no server. Open {link} and choose one that you manage."
        yield Finding("Discord servers", ok=False, advice=advice)
        return
    advice = f"It is on {len(guilds)}; for another one, open {link}"
    yield Finding("Discord servers", ok=True, advice=advice)
    for guild in guilds:
        yield await _of_guild(client, guild.id, link)


async def _of_guild(client: discord.Client, guild_id: int, link: str) -> Finding:
    """Compare what the bot may do in each channel with what it needs."""
    guild = await client.fetch_guild(guild_id)
    me = await guild.fetch_member(client.user.id if client.user else 0)
    name = f"Discord server {guild.name}"
    lacking = missing(me.guild_permissions)
    if lacking:
        advice = (
            f"It lacks {', '.join(lacking)}. Open {link} and choose the server again, or grant it "
            "in Server Settings, Roles, the bot's own role."
        )
        return Finding(name, ok=False, advice=advice)
    channels = [each for each in await guild.fetch_channels() if _is_text(each)]
    hidden = [each for each in channels if not each.permissions_for(me).view_channel]
    barred = {
        f"#{each.name} ({', '.join(lacking)})"
        for each in channels
        if each not in hidden and (lacking := missing(each.permissions_for(me)))
    }
    if barred:
        advice = (
            f"It lacks permissions in {_some(sorted(barred))}. In each: Edit Channel, Permissions, "
            "add the bot's role and allow these."
        )
        return Finding(name, ok=False, advice=advice, is_needed=False)
    seen = len(channels) - len(hidden)
    return Finding(name, ok=True, advice=f"It may paint in {seen} of {len(channels)} channels.")


def _is_text(channel: discord.abc.GuildChannel) -> bool:
    return channel.type in (discord.ChannelType.text, discord.ChannelType.news)


def _some(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
