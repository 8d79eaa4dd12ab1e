"""Shares by the commands: deployed, offered as one order, bought singly; what they unlock."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from admin.contract.shares import BALANCE_OF, URI
from admin.ledger import Collection, Ledger, Listing
from admin.marketplace.seaport.order import PARAMETERS
from admin.testing.anvil import CHAIN_ID, anvil, make_market
from admin.testing.opensea import Opensea
from admin.testing.processes import run_admin
from admin.testing.services import serve
from ganshare.chain.abi import Function

pytestmark = [pytest.mark.chain, pytest.mark.slow]

_ORDER = f"({PARAMETERS},uint120,uint120,bytes,bytes)"
_CRITERIA = "(uint256,uint8,uint256,uint256,bytes32[])[]"
FULFILL = Function(f"fulfillAdvancedOrder({_ORDER},{_CRITERIA},bytes32,address)", ("bool",))


class Shop:
    """A local chain with its market, and whoever types the commands."""

    def __init__(self, stack: ExitStack, tools: Path, folder: Path) -> None:
        self.folder = folder
        market = self.market = make_market(stack.enter_context(anvil(tools)), tools)
        opensea = Opensea("", fees=[(market.market_fee, 1.0), (market.creator_fee, 5.0)])
        self.opensea = opensea
        self.environment = {
            "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/ganshare.db",
            "GANSHARE_BLOBS_URL": f"file://{folder}/blobs",
            "ADMIN_RPC_URLS": market.chain.url,
            "ADMIN_CHAIN_ID": str(CHAIN_ID),
            "ADMIN_KEYSTORE": str(folder / "minter.json"),
            "ADMIN_CONFIRMATIONS": "0",
            "ADMIN_SEAPORT": market.seaport,
            "ADMIN_CONDUIT_KEY": market.conduit_key,
            "ADMIN_OPENSEA_COLLECTION": "paintings",
            "ADMIN_OPENSEA_API_KEY": "opensea-key",
            "ADMIN_OPENSEA_API_BASE": stack.enter_context(serve(opensea.app)) + "/api/v2",
            "SHARES_CONFIRMATIONS": "0",
        }

        store = [sys.executable, "-m", "ganshare", "store", "migrate"]
        subprocess.run(store, env=os.environ | self.environment, check=True, capture_output=True)
        self.minter = self.type("keys", "new", "minter.json").strip()
        market.chain.fund(self.minter)

    def type(self, *words: str, password: bool = True) -> str:
        return run_admin(self.environment, self.folder, *words, password=password)

    def deploy(self, *words: str) -> str:
        """Make shares, set them, and give their contract's address."""
        said = self.type("shares", "deploy", *words, "--owner", self.minter, "--yes")
        for name in ("ADMIN_GATE_CONTRACT", "ADMIN_GATE_TOKEN_ID"):
            self.environment[name] = re.findall(rf"{name}=(\S+)", said)[0]
        self.opensea.contract = self.environment["ADMIN_GATE_CONTRACT"]
        return self.opensea.contract

    def held(self, wallet: str, edition: int = 1) -> int:
        address = self.environment["ADMIN_GATE_CONTRACT"]
        return int(self.market.chain.call(address, BALANCE_OF, wallet, edition)[0])

    def orders(self) -> dict[int, Listing]:
        """What is for sale, by edition."""

        async def read() -> dict[int, Listing]:
            async with Ledger(self.environment["GANSHARE_DATABASE_URL"]) as ledger:
                where = Collection(CHAIN_ID, self.environment["ADMIN_GATE_CONTRACT"])
                return {each.token: each for each in await ledger.listings(where)}

        return asyncio.run(read())

    def buy(self, edition: int, count: int = 1) -> None:
        """Buy some shares of the order for all of an edition."""
        listed = self.orders()[edition]
        of = listed.order.offer[0].amount
        whole = (listed.order.as_parameters(), count, of, listed.signature, b"")
        data = FULFILL.call_data(whole, [], bytes(32), "0x" + "00" * 20)
        paid = listed.order.price * count // of
        self.market.chain.send(self.market.buyer, self.market.seaport, data, paid)


@pytest.fixture
def shop(tools: Path, tmp_path: Path) -> Iterator[Shop]:
    with ExitStack() as stack:
        yield Shop(stack, tools, tmp_path)


def test_shares_are_made_sold_singly_and_told(shop: Shop) -> None:
    words = ("--name", "Shares")
    address = shop.deploy(*words)
    assert shop.environment["ADMIN_GATE_TOKEN_ID"] == "1"
    assert shop.held(shop.minter) == 4
    again = ("shares", "deploy", *words, "--owner", shop.minter, "--yes")
    assert "made before" in shop.type(*again)

    said = shop.type("shares", "list", "--price", "0.4", "--yes")
    assert "edition 1: posted" in said
    shop.buy(1)
    assert shop.held(shop.market.buyer.address) == 1
    assert shop.held(shop.minter) == 3

    (shop.folder / "kit.txt").write_text("secret")
    shop.type("shares", "unlockable", "add", "kit.txt", password=False)
    shop.type("shares", "set-uri", "--yes")
    (uri,) = shop.market.chain.call(address, URI, 1)
    metadata = json.loads(uri.partition("utf8,")[2])
    assert metadata["unlockables"][0]["name"] == "kit.txt"
    shop.type("shares", "grant", "discord:42", "--hours", "2", password=False)
    assert "discord:42" in shop.type("shares", "status", password=False)
    shop.type("shares", "report", password=False)
    assert "discord:42" in (shop.folder / "shares-report/report.csv").read_text("utf-8")


def test_editions_are_made_priced_and_sold_each_on_its_own(shop: Shop) -> None:
    address = shop.deploy("--name", "Shares", "--editions", "2,3,50")
    assert shop.environment["ADMIN_GATE_TOKEN_ID"] == "1,2,3"
    assert [shop.held(shop.minter, each) for each in (1, 2, 3, 4)] == [2, 3, 50, 0]
    named = [
        json.loads(shop.market.chain.call(address, URI, each)[0].partition("utf8,")[2])["name"]
        for each in (1, 2, 3)
    ]
    assert named == ["Shares 1", "Shares 2", "Shares 3"]

    said = shop.type("shares", "list", "--edition", "1", "--price", "0.5", "--yes")
    assert ("edition 1: posted" in said, "edition 2" in said) == (True, False)
    said = shop.type("shares", "list", "--price", "0.1", "--yes")
    assert all(f"edition {each}: posted" in said for each in (2, 3))
    prices = {edition: each.order.price for edition, each in shop.orders().items()}
    assert prices == {1: 10**18, 2: 3 * 10**17, 3: 5 * 10**18}  # the first keeps its own
    shop.buy(1, 2)
    shop.buy(3, 7)
    buyer = shop.market.buyer.address
    assert [shop.held(buyer, each) for each in (1, 2, 3)] == [2, 0, 7]
