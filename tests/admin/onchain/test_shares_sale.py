"""Shares by the commands: deployed, offered as one order, bought singly; what they unlock."""

import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from admin.contract.shares import BALANCE_OF, URI
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


def test_shares_are_made_sold_singly_and_told(tools: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:
        market = make_market(stack.enter_context(anvil(tools)), tools)
        opensea = Opensea("", fees=[(market.market_fee, 1.0), (market.creator_fee, 5.0)])
        environment = {
            "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/ganshare.db",
            "GANSHARE_BLOBS_URL": f"file://{tmp_path}/blobs",
            "ADMIN_RPC_URLS": market.chain.url,
            "ADMIN_CHAIN_ID": str(CHAIN_ID),
            "ADMIN_KEYSTORE": str(tmp_path / "minter.json"),
            "ADMIN_CONFIRMATIONS": "0",
            "ADMIN_SEAPORT": market.seaport,
            "ADMIN_CONDUIT_KEY": market.conduit_key,
            "ADMIN_OPENSEA_COLLECTION": "paintings",
            "ADMIN_OPENSEA_API_KEY": "opensea-key",
            "ADMIN_OPENSEA_API_BASE": stack.enter_context(serve(opensea.app)) + "/api/v2",
            "SHARES_CONFIRMATIONS": "0",
        }

        def type_(*words: str, password: bool = True) -> str:
            return run_admin(environment, tmp_path, *words, password=password)

        store = [sys.executable, "-m", "ganshare", "store", "migrate"]
        subprocess.run(store, env=os.environ | environment, check=True, capture_output=True)
        minter = type_("keys", "new", "minter.json").strip()
        market.chain.fund(minter)
        words = ("--name", "Shares", "--owner", minter, "--yes")
        said = type_("shares", "deploy", *words)
        address = re.findall(r"ADMIN_GATE_CONTRACT=(0x\w{40})", said)[0]
        assert "ADMIN_GATE_TOKEN_ID=1" in said
        environment |= {"ADMIN_GATE_CONTRACT": address, "ADMIN_GATE_TOKEN_ID": "1"}
        assert market.chain.call(address, BALANCE_OF, minter, 1) == (4,)
        assert "made before" in type_("shares", "deploy", *words)

        opensea.contract = address
        said = type_("shares", "list", "--price", "0.4", "--yes")
        assert "edition 1: posted" in said
        buy_one(market, tmp_path, environment)
        assert market.chain.call(address, BALANCE_OF, market.buyer.address, 1) == (1,)
        assert market.chain.call(address, BALANCE_OF, minter, 1) == (3,)

        (tmp_path / "kit.txt").write_text("secret")
        type_("shares", "unlockable", "add", "kit.txt", password=False)
        type_("shares", "set-uri", "--yes")
        (uri,) = market.chain.call(address, URI, 1)
        metadata = json.loads(uri.partition("utf8,")[2])
        assert metadata["unlockables"][0]["name"] == "kit.txt"
        type_("shares", "grant", "discord:42", "--hours", "2", password=False)
        assert "discord:42" in type_("shares", "status", password=False)
        type_("shares", "report", password=False)
        assert "discord:42" in (tmp_path / "shares-report/report.csv").read_text("utf-8")


def buy_one(market: object, folder: Path, environment: dict[str, str]) -> None:
    """Buy one share of the order that is in the ledger."""
    import asyncio

    from admin.ledger import Collection, Ledger

    async def read() -> list[object]:
        async with Ledger(environment["GANSHARE_DATABASE_URL"]) as ledger:
            where = Collection(CHAIN_ID, environment["ADMIN_GATE_CONTRACT"])
            return list(await ledger.listings(where))

    (listed,) = asyncio.run(read())
    order = listed.order  # type: ignore[attr-defined]
    signature = listed.signature  # type: ignore[attr-defined]
    whole = (order.as_parameters(), 1, 4, signature, b"")
    data = FULFILL.call_data(whole, [], bytes(32), "0x" + "00" * 20)
    market.chain.send(market.buyer, market.seaport, data, order.price // 4)  # type: ignore[attr-defined]
