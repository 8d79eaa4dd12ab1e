"""The whole way by the commands, as docs/minting.md tells it: from a curated set to sold tokens."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from admin.contract.collection import OWNER_OF, arguments_of, deployment
from admin.ledger import Collection, Ledger, Listing, ListingState
from admin.marketplace.seaport.contract import FULFILL_ORDER
from admin.testing.anvil import CHAIN_ID, Market, Reverted, anvil, make_market
from admin.testing.curated import curate
from admin.testing.opensea import Opensea
from admin.testing.processes import run_admin
from admin.testing.services import Collector, Scan, serve

pytestmark = [pytest.mark.chain, pytest.mark.slow]

CONTRACTS = Path(".node/contracts").absolute()  # of `make contracts`
TESTS = Path(__file__).parents[2]
OLD = TESTS / "upgrades/1d18b2a"


class Owner:
    """Somebody who types the commands."""

    def __init__(
        self,
        folder: Path,
        market: Market,
        opensea: Opensea,
        scan: Scan,
        environment: dict[str, str],
    ) -> None:
        self.folder = folder
        self.scan = scan
        self.opensea = opensea
        self.market = market
        self.environment = environment

    def type(self, *words: str, code: int = 0, password: bool = True) -> str:
        return run_admin(self.environment, self.folder, *words, code=code, password=password)

    def listings(self, *states: ListingState) -> list[Listing]:
        async def read() -> list[Listing]:
            async with Ledger(self.environment["GANSHARE_DATABASE_URL"]) as ledger:
                found = Collection(CHAIN_ID, self.environment["ADMIN_COLLECTION"])
                return await ledger.listings(found, *states)

        return asyncio.run(read())

    def buy(self, listing: Listing) -> None:
        data = FULFILL_ORDER.call_data(
            (listing.order.as_parameters(), listing.signature), bytes(32)
        )
        self.market.chain.send(self.market.buyer, self.market.seaport, data, listing.price)


@pytest.fixture
def owner(tools: Path, tmp_path: Path) -> Iterator[Owner]:
    with ExitStack() as stack:
        market = make_market(stack.enter_context(anvil(tools)), tools)
        opensea = Opensea("", fees=[(market.market_fee, 1.0), (market.creator_fee, 5.0)])
        scan = Scan(pending=0)
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
            "ADMIN_EXPLORER_API": stack.enter_context(serve(scan.app)) + "/v2/api",
            "ADMIN_EXPLORER_API_KEY": "scan-key",
            "BOT_CURATORS": "discord:1",
            "ADMIN_IPFS_API": stack.enter_context(serve(Collector().app)) + "/api/v0",
        }
        yield Owner(tmp_path, market, opensea, scan, environment)


def make_key(owner: Owner) -> str:
    """Make the minter's key, with coins; gives its address."""
    minter = owner.type("keys", "new", "minter.json").strip()
    owner.market.chain.fund(minter)
    return minter


def deploy(owner: Owner) -> None:
    """Make a key and a collection; the marketplace learns of it."""
    make_key(owner)
    words = ("--name", "Paintings", "--symbol", "PAINT", "--owner", owner.market.owner.address)
    said = owner.type("deploy", *words, "--yes")
    found = re.search(r"ADMIN_COLLECTION=(0x\w{40})", said)
    assert found is not None, said
    use(owner, found[1])


def use(owner: Owner, collection: str) -> None:
    owner.environment["ADMIN_COLLECTION"] = owner.opensea.contract = collection


def deploy_first_version(owner: Owner) -> str:
    """Make a key, and a collection with the contract of 1d18b2a; gives its address."""
    people = {"minter": make_key(owner)}
    people |= dict.fromkeys(("admin", "royalty_receiver"), owner.market.owner.address)
    names = {"name": "Paintings", "symbol": "PAINT", "contract_uri": "ipfs://contract"}
    arguments = arguments_of(deployment(**names, **people, royalty_basis_points=500))
    code = bytes.fromhex((TESTS / "admin/contract/first-version.hex").read_text())
    use(owner, owner.market.chain.deploy(owner.market.owner, code + (arguments or b"")))
    return owner.environment["ADMIN_COLLECTION"]


def explain(owner: Owner) -> None:
    """The explorer gets the source: what it is given compiles to what is on the chain."""
    input_file = str(CONTRACTS.parent / "Paintings.input.json")
    assert "Dry run" in owner.type(
        "verify-contract", "--input", input_file, "--dry-run", password=False
    )
    assert owner.scan.submitted == []
    told = owner.type("verify-contract", "--input", input_file, password=False)
    assert "Pass - Verified" in told
    [form] = owner.scan.submitted
    assert form["contractaddress"] == owner.environment["ADMIN_COLLECTION"]
    whole = json.loads(form["sourceCode"])
    assert len(whole["sources"]) > 10
    code = "const solc = require(process.argv[1]); let text = ''; process.stdin.on('data', part => "
    code += "text += part).on('end', () => process.stdout.write(solc.compile(text)));"
    command = ["node", "-e", code, str(CONTRACTS / "node_modules" / "solc")]
    done = subprocess.run(
        command, input=json.dumps(whole), capture_output=True, text=True, check=True
    )
    made = json.loads(done.stdout)["contracts"]["Paintings.sol"]["Paintings"]["evm"]
    sent = owner.market.chain.ask(
        "eth_getTransactionByHash",
        creation(owner.market, owner.environment["ADMIN_COLLECTION"]),
    )
    assert sent["input"] == "0x" + made["bytecode"]["object"] + form["constructorArguments"]


def creation(market: Market, collection: str) -> str:
    """The hash of the transaction that made a contract."""
    for number in range(int(market.chain.ask("eth_blockNumber"), 16), 0, -1):
        for each in market.chain.ask("eth_getBlockByNumber", hex(number), False)["transactions"]:
            receipt = market.chain.ask("eth_getTransactionReceipt", each)
            if str(receipt["contractAddress"]).lower() == collection.lower():
                return str(each)
    raise LookupError(collection)


def test_from_the_curated_set_to_sold_tokens(owner: Owner) -> None:
    pictures = asyncio.run(curate(owner.environment))
    prices = owner.folder / "prices.toml"
    prices.write_text('currency = "POL"\ndefault = "0.5"\n')
    deploy(owner)
    explain(owner)
    assert "`ganshare admin approve` allows it" in owner.type("doctor", code=3, password=False)
    owner.type("approve", "--yes")
    owner.type("doctor", password=False)

    dry = owner.type("plan", "--prices", "prices.toml", "--dry-run", password=False)
    assert "may not be sold" in dry
    assert "3 tokens in 1 transactions" in dry
    assert re.search(r"tokens +none", owner.type("status", password=False))
    owner.type("plan", password=False)
    assert "Dry run" in owner.type("mint", "--dry-run")
    assert "3 planned" in owner.type("status", password=False)
    owner.type("mint", "--yes")
    assert "3 minted" in owner.type("status", password=False)
    (owner.folder / "a.png").write_bytes(pictures[0])
    assert "ipfs://bafkrei" in owner.type("verify", "a.png", password=False)
    (owner.folder / "last.png").write_bytes(pictures[-1])
    assert "no token of this picture" in owner.type("verify", "last.png", code=2, password=False)

    assert "Dry run" in owner.type("list", "--prices", "prices.toml", "--dry-run")
    assert owner.listings() == []
    owner.type("list", "--prices", "prices.toml", "--yes")
    cheap = owner.listings(ListingState.POSTED)
    assert [each.price for each in cheap] == [5 * 10**17] * 3
    owner.buy(cheap[0])

    prices.write_text('currency = "POL"\ndefault = "0.8"\n')
    owner.type("list", "--prices", "prices.toml", "--yes", "--reprice")
    for old in cheap[1:]:
        with pytest.raises(Reverted):
            owner.buy(old)
    dear = owner.listings(ListingState.POSTED)
    assert [each.price for each in dear] == [8 * 10**17] * 2
    # What holds on the chain needs no OpenSea.
    owner.environment["ADMIN_OPENSEA_API_BASE"] = "http://127.0.0.1:9/api/v2"
    owner.type("unlist", str(dear[0].token), "--yes")
    with pytest.raises(Reverted):
        owner.buy(dear[0])
    owner.buy(dear[1])
    told = owner.type("reconcile", "--dry-run", password=False)
    assert f"order {dear[1].hash} of token {dear[1].token}: filled" in told
    assert f"token {dear[1].token}: belongs to {owner.market.buyer.address} now" in told
    assert owner.listings(ListingState.POSTED) == [dear[1]]
    owner.type("reconcile", password=False)
    assert {each.token for each in owner.listings(ListingState.FILLED)} == {
        cheap[0].token,
        dear[1].token,
    }
    sold = owner.market.chain.call(owner.environment["ADMIN_COLLECTION"], OWNER_OF, dear[1].token)
    assert sold[0].lower() == owner.market.buyer.address.lower()
    assert (owner.folder / "admin-report" / "report.html").exists()


def test_a_store_and_a_collection_of_1d18b2a_go_on_together(owner: Owner) -> None:
    """A painting approved in a store of that commit is sold as a token of a contract of it."""
    with contextlib.closing(sqlite3.connect(owner.folder / "ganshare.db")) as database:
        database.executescript((OLD / "ganshare.sql").read_text("utf-8"))
        [winner] = database.execute(
            "SELECT artwork FROM ledger_tokens WHERE state = 'pinned'"
        ).fetchone()
        database.execute("DELETE FROM ledger_tokens")  # of a collection that no chain has
        database.commit()
    shutil.copytree(OLD / "blobs", owner.folder / "blobs")
    migrate = [sys.executable, "-m", "ganshare", "store", "migrate"]
    subprocess.run(migrate, env={**os.environ, **owner.environment}, check=True)
    (owner.folder / "prices.toml").write_text('currency = "POL"\ndefault = "0.5"\n')
    owner.environment["BOT_CURATORS"] = "discord:5"
    collection = deploy_first_version(owner)
    owner.type("approve", "--yes")
    owner.type("curate", "consent", winner, password=False)
    owner.type("plan", "--prices", "prices.toml", password=False)
    owner.type("mint", "--yes")
    owner.type("list", "--prices", "prices.toml", "--yes")
    [listing] = owner.listings(ListingState.POSTED)
    owner.buy(listing)
    owner.type("reconcile", password=False)
    assert [each.hash for each in owner.listings(ListingState.FILLED)] == [listing.hash]
    assert "(first version)" in owner.type("collection", "show", password=False)
    [buyer] = owner.market.chain.call(collection, OWNER_OF, listing.token)
    assert buyer.lower() == owner.market.buyer.address.lower()
