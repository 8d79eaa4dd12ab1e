"""SIGKILLs while minting and listing, two admins at once: everything once, nothing lost.

Fifty of them on SQLite, some on PostgreSQL.

The commands run as processes against a chain that makes a block every moment, and an OpenSea that
fails after storing, before storing, and asks to slow down.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from admin.contract.collection import OWNER_OF, TOTAL_SUPPLY, TRANSFER
from admin.ledger import Collection, Ledger, ListingState, Token, TokenState
from admin.marketplace.seaport.contract import FULFILL_ORDER
from admin.testing.anvil import CHAIN_ID, Market, anvil, make_market
from admin.testing.making import make_quick_keystore
from admin.testing.opensea import Opensea
from admin.testing.processes import PASSWORD, plan_paintings, start_admin
from admin.testing.services import Collector, serve
from ganshare.testing import postgres_server

pytestmark = [pytest.mark.chain, pytest.mark.slow]

AMOUNTS = {"sqlite": (100, 50), "postgresql": (40, 16)}  # tokens, kills
TROUBLES = ("", "", "", "500 after", "timeout after", "429", "500 before")


@dataclass
class Setup:
    """Everything that the commands need, and what they left behind."""

    market: Market
    opensea: Opensea
    ipfs: Collector
    folder: Path
    environment: dict[str, str]
    database: Path  # the folder that it keeps its files in
    count: int
    kills: int
    processes: list[bytes] = field(default_factory=list)  # what /proc told of them

    @property
    def url(self) -> str:
        return self.environment["GANSHARE_DATABASE_URL"]

    @property
    def collection(self) -> Collection:
        return Collection(CHAIN_ID, self.market.collection)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        process = start_admin(
            self.environment, self.folder, *arguments, log=self.folder / "admin.log"
        )
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                self.processes.append(Path(f"/proc/{process.pid}/{name}").read_bytes())
        return process

    def reconcile(self) -> int:
        command = [sys.executable, "-m", "admin", "reconcile"]
        environment = os.environ | self.environment
        return subprocess.run(command, env=environment, cwd=self.folder, check=False).returncode

    def mint(self) -> "subprocess.Popen[bytes]":
        return self.start("mint", "--yes", "--batch", "7", "--report", "report")

    def list(self) -> "subprocess.Popen[bytes]":
        return self.start("list", "--yes", "--prices", "prices.toml", "--report", "report")

    def nonce(self) -> int:
        found = self.market.chain.ask(
            "eth_getTransactionCount", self.market.owner.address, "latest"
        )
        return int(found, 16)

    def log(self) -> str:
        return (self.folder / "admin.log").read_text("utf-8", "replace")


@pytest.fixture(scope="module", params=list(AMOUNTS))
def setup(
    request: pytest.FixtureRequest, tools: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Setup]:
    folder = tmp_path_factory.mktemp("kills")
    count, kills = AMOUNTS[request.param]
    with ExitStack() as stack:
        url, database = f"sqlite+aiosqlite:///{folder}/ganshare.db", folder
        if request.param == "postgresql":
            try:
                server = stack.enter_context(postgres_server())
            except LookupError as error:
                pytest.skip(str(error))
            url, database = server.create_database("kills"), server.folder
        market = make_market(stack.enter_context(anvil(tools, block_time=0.5)), tools)
        fees = [(market.market_fee, 1.0), (market.creator_fee, 5.0)]
        opensea = Opensea(market.collection, fees=fees, troubles=TROUBLES)
        ipfs = Collector()
        keystore = folder / "minter.json"
        make_quick_keystore(keystore, PASSWORD, bytes(market.owner.key))
        (folder / "prices.toml").write_text('currency = "POL"\ndefault = "0.050001"\n', "utf-8")
        environment = {
            "GANSHARE_DATABASE_URL": url,
            "GANSHARE_BLOBS_URL": f"file://{folder}/blobs",
            "GANSHARE_LOG": "json",
            "ADMIN_RPC_URLS": f"{market.chain.url},{market.chain.url}/",
            "ADMIN_CHAIN_ID": str(CHAIN_ID),
            "ADMIN_KEYSTORE": str(keystore),
            "ADMIN_COLLECTION": market.collection,
            "ADMIN_CONFIRMATIONS": "0",
            "ADMIN_SEAPORT": market.seaport,
            "ADMIN_CONDUIT_KEY": market.conduit_key,
            "ADMIN_OPENSEA_COLLECTION": "paintings",
            "ADMIN_OPENSEA_API_KEY": "opensea-key",
            "ADMIN_OPENSEA_API_BASE": stack.enter_context(serve(opensea.app)) + "/api/v2",
            "ADMIN_IPFS_API": stack.enter_context(serve(ipfs.app)) + "/api/v0",
        }
        yield Setup(market, opensea, ipfs, folder, environment, database, count, kills)


@pytest.fixture(scope="module")
def planned(setup: Setup) -> list[Token]:
    """Small paintings in the ledger, their pictures among the blobs."""
    return asyncio.run(plan_paintings(setup.environment, setup.collection, setup.count))


def kill_often(start: Any, seed: int, kills: int, longest: float) -> int:
    """Start and kill again and again; gives how many really were killed under way."""
    die = random.Random(seed)
    killed = 0
    for _ in range(kills):
        process = start()
        try:
            process.wait(1.2 + die.random() * longest)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
    return killed


def finish(start: Any) -> None:
    assert start().wait(240) == 0


async def test_many_kills_and_two_admins_mint_and_list_everything_once(
    setup: Setup, planned: list[Token]
) -> None:
    first, count, kills = setup.nonce(), setup.count, setup.kills
    killed = kill_often(setup.mint, 1, kills // 2, 2.5)
    both = [setup.mint(), setup.mint()]
    assert sorted(process.wait(240) for process in both) in ([0, 0], [0, 3])
    finish(setup.mint)
    assert setup.market.chain.call(setup.market.collection, TOTAL_SUPPLY) == (count,)
    killed += kill_often(setup.list, 2, kills // 2, 2.5)
    both = [setup.list(), setup.list()]
    assert sorted(process.wait(240) for process in both) in ([0, 0], [0, 3])
    finish(setup.list)
    assert killed >= kills // 3
    print(f"killed under way: {killed} of {kills}")  # noqa: T201

    async with Ledger(setup.url) as ledger:
        tokens = await ledger.tokens(setup.collection)
        listings = await ledger.listings(setup.collection)
        sent = await ledger.transactions(CHAIN_ID, setup.market.owner.address)
    assert Counter(each.state for each in tokens) == {TokenState.MINTED: count}
    assert [each.nonce for each in sent] == list(range(first, setup.nonce()))
    assert len(transfers(setup)) == len(set(transfers(setup))) == count
    live = [each for each in listings if each.state is ListingState.POSTED]
    assert len({each.token for each in live}) == len(live) == count
    assert sorted(setup.opensea.stored) == sorted(each.hash for each in live)


def transfers(setup: Setup) -> list[str]:
    wanted = {"fromBlock": "0x0", "address": setup.market.collection}
    topics = {"topics": ["0x" + TRANSFER.hex()]}
    return [each["topics"][3] for each in setup.market.chain.ask("eth_getLogs", wanted | topics)]


async def test_what_was_posted_can_be_bought(setup: Setup, planned: list[Token]) -> None:
    async with Ledger(setup.url) as ledger:
        listings = await ledger.listings(setup.collection, ListingState.POSTED)
    for each in (listings[0], listings[-1]):
        data = FULFILL_ORDER.call_data((each.order.as_parameters(), each.signature), bytes(32))
        setup.market.chain.send(setup.market.buyer, setup.market.seaport, data, each.price)
        owner = setup.market.chain.call(setup.market.collection, OWNER_OF, each.token)[0]
        assert owner.lower() == setup.market.buyer.address.lower()
    assert setup.reconcile() == 0
    async with Ledger(setup.url) as ledger:
        filled = await ledger.listings(setup.collection, ListingState.FILLED)
    assert {each.hash for each in filled} == {listings[0].hash, listings[-1].hash}


def test_no_key_and_no_password_is_left_anywhere(setup: Setup, planned: list[Token]) -> None:
    """Neither in files, logs and the database, nor in the process list, nor when it crashes."""
    for seconds in (1.5, 2.5):  # with the key open, and about to be
        crashing = setup.list()
        with contextlib.suppress(subprocess.TimeoutExpired):
            crashing.wait(seconds)
        crashing.send_signal(signal.SIGABRT)
        crashing.wait()
    key = bytes(setup.market.owner.key)
    secrets = (key, key.hex().encode(), PASSWORD.encode())
    files = {*setup.folder.rglob("*"), *setup.database.rglob("*")}
    texts = [(str(each), each.read_bytes()) for each in files if each.is_file()]
    texts += [("a process", each) for each in setup.processes]
    assert len(texts) > setup.count
    for name, text in texts:
        assert not any(secret in text for secret in secrets), name
        assert name == "a process" or b"opensea-key" not in text, name


def test_metadata_on_ipfs_is_what_the_tokens_say(setup: Setup, planned: list[Token]) -> None:
    names = [json.loads(data) for data in setup.ipfs.files.values() if data.startswith(b"{")]
    assert len(names) == setup.count
    assert all(each["image"].removeprefix("ipfs://") in setup.ipfs.files for each in names)
