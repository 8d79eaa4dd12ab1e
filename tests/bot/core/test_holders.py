"""Holders are let in on both platforms, put out when they sold, and left alone in an outage."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from telegram.ext import ExtBot

from bot.core.holders import HolderSync
from bot.core.rendering.catalogue import Catalogue
from bot.discord.endpoints import point_at
from bot.discord.holders import HolderRole
from bot.telegram.holders import HolderGroup
from bot.testing.discord_server import discord_server
from bot.testing.telegram_people import group, shown, someone
from bot.testing.telegram_server import telegram_server
from bot.testing.telegram_world import BOT_ID
from ganshare.settings import BotSettings
from ganshare.store import Store, open_store
from ganshare.store.db.tables_shares import sweeps

TOKEN, WALLET = "137:0xabc", "0x" + "a1" * 20


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with open_store(sqlite_url) as opened:
        yield opened


class Holder:
    """Somebody whose wallet gets shares and loses them, and who is looked after."""

    def __init__(self, store: Store, place: Any) -> None:
        gate: Any = SimpleNamespace(
            terms=SimpleNamespace(tokens=(TOKEN,)), settings=SimpleNamespace(sweep_seconds=1.0)
        )
        self.store, self.sync, self._block = store, HolderSync(store, gate, place), 0

    async def holds(self, account: str, count: int) -> None:
        self._block += 1
        await self.store.shares.wallets.link(account, WALLET, 0.0)
        await self.store.shares.holdings.record({TOKEN: {WALLET: count}}, self._block)
        await self.store.shares.holdings.mark_swept([TOKEN], self._block, whole=True)
        await self.sync.look()


async def test_holders_have_their_role_on_discord(store: Store) -> None:
    async with discord_server() as server:
        world = server.world
        guild = world.guild()
        ada = server.people.join("Ada", world.channel(guild))
        client = discord.Client(intents=discord.Intents.none())
        settings = BotSettings(
            **{
                name.removeprefix("BOT_").lower(): value
                for name, value in server.environment.items()
            }
        )
        point_at(client, settings)
        async with client:
            await client.login(settings.discord_token.get_secret_value())
            holder = Holder(store, HolderRole(client, f"{guild.id}:77"))
            await holder.holds(f"discord:{ada.id}", 1)
            assert world.granted[ada.id] == {77}
            # While the chain cannot be read, nobody loses the role.
            await store.database.write(sweeps.update().values(swept=1.0))
            await store.shares.holdings.record({TOKEN: {WALLET: 0}}, 90)
            await holder.sync.look()
            assert world.granted[ada.id] == {77}
            await store.shares.holdings.mark_swept([TOKEN], 90, whole=True)
            await holder.sync.look()
            assert world.granted[ada.id] == set()


async def test_who_is_not_on_the_server_is_no_mistake(store: Store) -> None:
    async with discord_server() as server:
        world = server.world
        guild = world.guild()
        client = discord.Client(intents=discord.Intents.none())
        environment = server.environment.items()
        there = {name.removeprefix("BOT_").lower(): value for name, value in environment}
        settings = BotSettings(**there)
        point_at(client, settings)
        async with client:
            await client.login(settings.discord_token.get_secret_value())
            holder = Holder(store, HolderRole(client, f"{guild.id}:77"))
            await holder.holds("discord:123456", 1)
            assert await store.shares.holdings.admitted(f"discord:{guild.id}:77") == set()


async def test_holders_are_invited_on_telegram_and_put_out(store: Store, words: Catalogue) -> None:
    async with telegram_server() as server:
        ann = someone(server.world, "Ann")
        chat = group(server.world, "Holders", ann)
        chat.standing[BOT_ID] = "administrator"
        base = server.environment["BOT_TELEGRAM_BASE_URL"]
        async with ExtBot(server.token, base_url=base) as bot:
            holder = Holder(store, HolderGroup(bot, str(chat.id), words))
            await holder.holds(f"telegram:{ann.id}", 1)
            (invitation,) = server.world.invitations
            assert invitation["member_limit"] == 1
            told = shown(await ann.receives())
            assert told.count(invitation["invite_link"]) == 2
            assert ("You hold a share" in told, "您持有份额" in told) == (True, True)
            await holder.holds(f"telegram:{ann.id}", 1)
            assert len(server.world.invitations) == 1
            await holder.holds(f"telegram:{ann.id}", 0)
            assert chat.standing[ann.id] == "left"
