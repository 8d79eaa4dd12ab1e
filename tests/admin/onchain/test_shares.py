"""Over the wire on both platforms and the page: link, paint, sell the share, buy it back."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from admin.contract.shares import SAFE_TRANSFER, shares_deployment
from admin.testing.anvil import CHAIN_ID, Anvil
from bot.testing.accounts import DiscordAccount, TelegramAccount
from bot.testing.deployment import come, running
from bot.testing.discord_server import discord_server
from bot.testing.fake_engine import FakeEngine
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import someone
from bot.testing.telegram_server import telegram_server
from ganshare.blobs import open_blobs
from ganshare.store import Store, open_store
from ganshare.testing import TIMEOUT, make_report

pytestmark = [pytest.mark.chain, pytest.mark.slow]

REFUSED = "Only share holders can paint"


class Market:
    """Four shares on the chain, and who moves them."""

    def __init__(self, chain: Anvil) -> None:
        self.chain, self.owner = chain, Account.create()
        chain.fund(self.owner.address)
        self.contract = chain.deploy(
            self.owner,
            shares_deployment(
                name="Shares", symbol="SHARE", contract_uri="", admin=self.owner.address,
                holder=self.owner.address, royalty_receiver=self.owner.address,
                royalty_basis_points=500, supplies=[4], uris=["ipfs://share"],
            ),
        )  # fmt: skip

    def wallet(self) -> Any:
        """A new wallet with coins for gas, and one share."""
        account = Account.create()
        self.chain.fund(account.address)
        self.move(self.owner, account)
        return account

    def move(self, giver: Any, taker: Any) -> None:
        data = SAFE_TRANSFER.call_data(giver.address, taker.address, 1, 1, b"")
        self.chain.send(giver, self.contract, data)


class Deployment:
    """Bots and page as processes; an engine in the test's hands."""

    def __init__(self, store: Store, engine: FakeEngine, page: str, processes: Any) -> None:
        self.store, self.engine, self.page, self.processes = store, engine, page, processes

    async def until(self, true: Any) -> Any:
        return await come(true, self.processes, TIMEOUT)

    async def held(self, count: int) -> None:
        """Wait until the sweep has found that so many shares are held by linked wallets."""

        async def is_so() -> bool:
            rows = await self.store.shares.holdings.holders([self.token])
            return len(rows) == count

        await self.until(is_so)

    token = ""


@asynccontextmanager
async def deployed(folder: Path, market: Market) -> AsyncIterator[Any]:
    port = TelegramHarness.free_port()
    url, blobs = f"sqlite+aiosqlite:///{folder}/ganshare.db", f"file://{folder}/blobs"
    async with (
        discord_server() as discord,
        telegram_server() as telegram,
        open_store(url, migrate=True) as store,
    ):
        environment = {
            **discord.environment,
            **telegram.environment,
            "GANSHARE_DATABASE_URL": url,
            "GANSHARE_BLOBS_URL": blobs,
            "GANSHARE_LOG": "json",
            "BOT_WEB_LISTEN": f"127.0.0.1:{port}",
            "BOT_WEB_URL": f"http://127.0.0.1:{port}",
            "ADMIN_RPC_URLS": market.chain.url,
            "ADMIN_CHAIN_ID": str(CHAIN_ID),
            "ADMIN_GATE_CONTRACT": market.contract,
            "ADMIN_GATE_TOKEN_ID": "1",
            "SHARES_CONFIRMATIONS": "0",
            "SHARES_SWEEP_SECONDS": "1",
        }
        await store.queue.report_engine(make_report())
        with running(folder, environment, "bot run", "bot web") as processes:
            engine = FakeEngine(store, open_blobs(blobs))
            made = Deployment(store, engine, f"http://127.0.0.1:{port}", processes)
            made.token = f"{CHAIN_ID}:{market.contract.lower()}/1"

            async def all_are_there() -> bool:
                listens = discord.gateway.connected and len(telegram.world.commands) >= 8
                async with httpx.AsyncClient() as client:
                    try:
                        answer = await client.get(f"{made.page}/healthz")
                    except httpx.HTTPError:
                        return False
                return bool(listens and answer.is_success)

            await made.until(all_are_there)
            yield made, discord, telegram


async def sign_in_and_link(page: str, address: str, wallet: Any) -> httpx.AsyncClient:
    """What a browser does with the address that /link gave."""
    client = httpx.AsyncClient(base_url=page, headers={"Origin": page})

    def token(text: str) -> str:
        return re.findall(r'name="token" value="([0-9a-f]+)"', text)[0]

    shown = await client.get(address)
    sign_in = address.partition("/sign-in/")[2].partition("?")[0]
    values = {"token": token(shown.text), "sign_in": sign_in}
    answer = await client.post("/sign-in", data={**values, "to": "shares"})
    assert answer.headers["location"].startswith("/shares"), answer.text
    shown = await client.get("/shares")
    values = {"token": token(shown.text), "wallet": wallet.address}
    text = (await client.post("/shares/message", data=values)).json()["message"]
    signature = "0x" + wallet.sign_message(encode_defunct(text=text)).signature.hex()
    answer = await client.post(
        "/shares/wallet", data={**values, "message": text, "signature": signature}
    )
    assert answer.status_code == 200, answer.text
    client.headers["X-Token"] = values["token"]
    return client


async def paint_on_page(client: httpx.AsyncClient, prompt: str) -> httpx.Response:
    values = {"token": client.headers["X-Token"], "prompt": prompt, "nonce": prompt}
    return await client.post("/paint", data=values)


async def test_holders_paint_on_both_platforms_and_the_page(
    tmp_path: Path, local_chain: Anvil
) -> None:
    market = Market(local_chain)
    async with deployed(tmp_path, market) as (made, discord, telegram):
        world = discord.world
        ada = DiscordAccount(discord.people.join("Ada", world.channel(world.guild())))
        person = someone(telegram.world, "Ann")
        ann = TelegramAccount(person, person.chat)
        clients = []
        for account in (ada, ann):
            refused = await account.ask("paint", prompt="a castle in teal")
            await refused.until(lambda one: REFUSED in one.words)
            wallet = market.wallet()
            said = await (await account.ask("link")).until(lambda one: "?to=shares" in one.words)
            address = re.findall(r"http://\S+\?to=shares", said.words.replace("\\", ""))[0]
            client = await sign_in_and_link(made.page, address, wallet)
            clients.append(client)
            await made.held(1)

            # Painted while it is held; sold while it is being painted.
            await account.ask("paint", prompt="a castle in teal")
            job = await made.until(lambda a=account: made.store.queue.active(a.person))
            running_job = await made.engine.claim()
            assert running_job.id == job[0].id
            waiting = await account.ask("paint", prompt="a red fox")
            await waiting.until(lambda one: "red fox" in one.words)
            market.move(wallet, market.owner)
            await made.held(0)
            refused = await account.ask("paint", prompt="a lighthouse")
            await refused.until(lambda one: REFUSED in one.words)
            on_page = await paint_on_page(client, "a harbour")
            assert (on_page.status_code, REFUSED in on_page.text) == (422, True)
            with pytest.raises(LookupError):
                await made.engine.claim()  # the one that waited has no share any more
            assert (await made.engine.finish(running_job)).job == running_job.id
            assert await made.store.queue.active(account.person) == []

            # Bought back.
            market.move(market.owner, wallet)
            await made.held(1)
            await account.ask("paint", prompt="a mountain")
            await made.until(lambda a=account: made.store.queue.active(a.person))
            await made.engine.finish(await made.engine.claim())
            on_page = await paint_on_page(client, "a boat")
            assert on_page.headers["location"].startswith("/jobs/")
            await made.engine.finish(await made.engine.claim())
            shown = await (await account.ask("shares")).until(lambda one: "hold" in one.words)
            assert "You hold one share" in shown.words
            market.move(wallet, market.owner)
            await made.held(0)
        for client in clients:
            await client.aclose()
