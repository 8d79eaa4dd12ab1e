"""Gives holders of shares their role on Discord."""

from collections.abc import Callable
from typing import Any

import discord

from bot.discord.errors import as_messenger_errors
from bot.discord.message_refs import person_number
from ganshare.monitoring.log import get_logger

__all__ = ["HolderRole"]

_REASON = "shares of GANshare"
_log = get_logger(__name__)


class HolderRole:
    """The role of the setting SHARES_DISCORD_ROLE, "SERVER:ROLE"."""

    origin = "discord"

    def __init__(self, client: discord.Client, role: str) -> None:
        self._client, self.name = client, f"discord:{role}"
        guild, _, number = role.partition(":")
        self._guild, self._role = int(guild), int(number)

    async def admit(self, account: str) -> bool:
        """Give someone the role; False if they are not on the server, or it is not allowed."""
        return await self._change(self._client.http.add_role, account, gone=False)

    async def dismiss(self, account: str) -> bool:
        """Take the role; True also if they are not on the server any more."""
        return await self._change(self._client.http.remove_role, account, gone=True)

    async def _change(self, change: Callable[..., Any], account: str, *, gone: bool) -> bool:
        number = person_number(account)
        if number is None:
            return False
        with as_messenger_errors():
            try:
                await change(self._guild, number, self._role, reason=_REASON)
            except discord.NotFound:
                return gone
            except discord.Forbidden:
                _log.warning("the bot may not manage the holders' role", role=self.name)
                return False
        return True
