"""Discord's part of `python -m bot run`: interactions to the dispatcher, jobs to their messages.

discord.py resumes its sessions by itself; what it gives up on (no network for long, a gateway that
cannot be asked for) begins again here, with a new client.
"""

import asyncio
import time
from collections.abc import Awaitable

import aiohttp
import discord

from bot.app import Front
from bot.core.holders import HolderSync
from bot.core.rounds.reaction_votes import ReactionVotes
from bot.discord.announcer import DiscordAnnouncer
from bot.discord.client import PaintingClient
from bot.discord.errors import NETWORK
from bot.discord.holders import HolderRole
from bot.discord.message_refs import ORIGIN
from bot.discord.messages.channel_budget import ChannelBudget
from bot.discord.messenger import DiscordMessenger
from ganshare.errors import SettingsError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.settings import BotSettings

__all__ = ["run_discord", "token_of"]

RETRY = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
WATCH_SECONDS = 10.0
AGAIN_SECONDS = 1.0  # after which what has not ended is told to end once more
LOST_SECONDS = 120.0  # without a gateway, after which discord.py's growing pauses are cut short
WRONG_TOKEN = 4004  # how the gateway closes then
_AGAIN = (*NETWORK, discord.HTTPException, discord.GatewayNotFound, discord.ConnectionClosed)

_log = get_logger(__name__)


class _LostError(WorldError):
    """A shard has been without its gateway for long."""


async def run_discord(front: Front, settings: BotSettings) -> None:
    """Serve Discord until cancelled.

    Raises:
        SettingsError: there is no token, or Discord refuses it.
    """
    token = token_of(settings)
    failures = 0
    while True:
        reaction_votes = ReactionVotes(front.store, ORIGIN)
        client = PaintingClient(front.dispatcher, front.words, settings, reaction_votes)
        try:
            async with client:
                await client.login(token)
                failures = 0
                await _serve(front, client)
        except discord.LoginFailure as error:
            raise _token_refused() from error
        except (*_AGAIN, _LostError) as error:
            # Closing a connection that is half gone may fail; a cancellation has priority.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise asyncio.CancelledError from error
            if isinstance(error, discord.ConnectionClosed) and error.code == WRONG_TOKEN:
                raise _token_refused() from error
            pause = RETRY[min(failures, len(RETRY) - 1)]
            failures += 1
            _log.warning("Discord cannot be reached", why=_reason(error), next_try=pause)
            await asyncio.sleep(pause)


def token_of(settings: BotSettings) -> str:
    """Give the token; raises SettingsError without one."""
    if settings.discord_token is None:
        raise SettingsError(
            "BOT_DISCORD_TOKEN is not set; the Discord developer portal gives one under Bot."
        )
    return settings.discord_token.get_secret_value()


async def _serve(front: Front, client: PaintingClient) -> None:
    """Hear and deliver until one of them ends; then all do."""
    budget = ChannelBudget()
    delivery = front.delivery(DiscordMessenger(client, budget))
    announcer, reactions = DiscordAnnouncer(client, budget), client.reactions
    await _together(
        delivery.run(),
        front.scheduler(announcer, reactions.recount).run(),
        front.vote_counts(announcer).run(),
        front.renewals(announcer).run(),
        reactions.catch_up(),
        *_holders(front, client),
        client.connect(reconnect=True),
        _watch(client),
    )


def _holders(front: Front, client: PaintingClient) -> list[Awaitable[None]]:
    """What gives holders of shares their role, if there is one."""
    gate = front.gate
    if gate is None or gate.settings.discord_role is None:
        return []
    place = HolderRole(client, gate.settings.discord_role)
    return [HolderSync(front.store, gate, place).run()]


async def _together(*parts: Awaitable[None]) -> None:
    tasks = [asyncio.ensure_future(each) for each in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
    finally:
        left = set(tasks)
        while left:  # discord.py takes a cancellation for a lost connection when it identifies
            for each in left:
                each.cancel()
            _, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(client: PaintingClient) -> None:
    """Raise once a shard is away for long: discord.py may wait 17 minutes for its next try."""
    lost_since: float | None = None
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        if not any(shard.is_closed() for shard in client.shards.values()):
            lost_since = None
        elif lost_since is None:
            lost_since = time.monotonic()
        elif time.monotonic() - lost_since > LOST_SECONDS:
            raise _LostError("The gateway is lost.")


def _token_refused() -> SettingsError:
    return SettingsError(
        "Discord refuses BOT_DISCORD_TOKEN; reset it in the developer portal under Bot, and set "
        "the new one."
    )


def _reason(error: BaseException) -> str:
    """Say what happened, without the URLs that some errors carry."""
    if isinstance(error, discord.HTTPException):
        return f"{error.status}, code {error.code}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to {error.host}"
    return type(error).__name__
