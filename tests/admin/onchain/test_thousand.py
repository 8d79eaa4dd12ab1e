"""A thousand live orders: taken off sale with kills in between, and read through bad endpoints."""

import asyncio
import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from admin.ledger import Collection, Ledger, Listing, ListingState, TransactionState
from admin.marketplace.seaport.amounts import Currency, Fee
from admin.marketplace.seaport.contract import CANCEL, GET_ORDER_STATUS
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import NATIVE, Domain, order_hash
from admin.marketplace.seaport.signing import sign_orders
from admin.minting.unlist import listing_drift
from admin.testing.anvil import CHAIN_ID, Market, anvil, make_market
from admin.testing.endpoints import Faults, Wild
from admin.testing.making import make_quick_keystore
from admin.testing.opensea import Opensea
from admin.testing.processes import PASSWORD, start_admin
from admin.testing.services import serve
from ganshare.chain.multicall import MULTICALL

pytestmark = [pytest.mark.chain, pytest.mark.slow]

COUNT = 1_000
GAS_LIMIT = 32_000_000  # of a transaction, on Polygon
RUNS = 20
COMPILER = Path(".node/contracts/node_modules/solc").absolute()  # of `make contracts`


@dataclass
class Shop:
    """A seller with many orders, and the commands."""

    market: Market
    folder: Path
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return self.environment["GANSHARE_DATABASE_URL"]

    @property
    def collection(self) -> Collection:
        return Collection(CHAIN_ID, self.market.collection)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        log = self.folder / "admin.log"
        return start_admin(self.environment, self.folder, *arguments, "--yes", log=log)

    def finish(self, *arguments: str) -> None:
        code = self.start(*arguments).wait()
        assert code == 0, (self.folder / "admin.log").read_text("utf-8")[-3_000:]

    async def sent(self) -> int:
        async with Ledger(self.url) as ledger:
            return len(await ledger.transactions(CHAIN_ID, self.market.owner.address))


@pytest.fixture(scope="module")
def shop(
    tools: Path, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "ledger.db").write_bytes(sqlite_template.read_bytes())
    with ExitStack() as stack:
        chain = stack.enter_context(anvil(tools, block_time=0.5, gas_limit=GAS_LIMIT))
        market = make_market(chain, tools)
        chain.ask("anvil_setCode", MULTICALL, compile_multicall())
        opensea = Opensea(market.collection, fees=[(market.market_fee, 1.0)])
        make_quick_keystore(folder / "minter.json", PASSWORD, bytes(market.owner.key))
        (folder / "prices.toml").write_text('currency = "POL"\ndefault = "0.5"\n', "utf-8")
        environment = {
            "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/ledger.db",
            "ADMIN_RPC_URLS": market.chain.url,
            "ADMIN_CHAIN_ID": str(CHAIN_ID),
            "ADMIN_KEYSTORE": str(folder / "minter.json"),
            "ADMIN_COLLECTION": market.collection,
            "ADMIN_CONFIRMATIONS": "2",
            "ADMIN_SEAPORT": market.seaport,
            "ADMIN_CONDUIT_KEY": market.conduit_key,
            "ADMIN_CURRENCY": f"POL {NATIVE} 18",
            "ADMIN_OPENSEA_COLLECTION": "paintings",
            "ADMIN_OPENSEA_API_KEY": "opensea-key",
            "ADMIN_OPENSEA_API_BASE": stack.enter_context(serve(opensea.app)) + "/api/v2",
        }
        found = Shop(market, folder, environment)
        asyncio.run(offer(found))
        yield found


def compile_multicall() -> str:
    """The bytecode of Multicall.sol beside this file."""
    source = Path(__file__).with_name("Multicall.sol").read_text("utf-8")
    settings = {"outputSelection": {"*": {"*": ["evm.deployedBytecode.object"]}}}
    asked = {"language": "Solidity", "sources": {"M": {"content": source}}, "settings": settings}
    code = "const solc = require(process.argv[1]); let text = ''; process.stdin.on('data', part => "
    code += "text += part).on('end', () => process.stdout.write(solc.compile(text)));"
    command = ["node", "-e", code, str(COMPILER)]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    made = json.loads(done.stdout)["contracts"]["M"]["Multicall"]["evm"]
    return "0x" + str(made["deployedBytecode"]["object"])


async def offer(shop: Shop) -> None:
    """Put a thousand orders into the ledger, as if they had been posted."""
    market = shop.market
    block = market.chain.ask("eth_getBlockByNumber", "latest", False)
    terms = Terms(
        seller=market.owner.address,
        collection=market.collection,
        currency=Currency("POL", NATIVE, 18),
        fees=(Fee(market.market_fee, 100), Fee(market.creator_fee, 500)),
        zone=None,
        conduit_key=market.conduit_key,
        start=int(block["timestamp"], 16),
        duration=86_400,
        counter=0,
    )
    orders = [listing(terms, token, 10**18, token) for token in range(1, COUNT + 1)]
    signatures = sign_orders(
        orders,
        Domain(CHAIN_ID, market.seaport),
        lambda digest: bytes(market.owner.unsafe_sign_hash(digest).signature),
    )
    made = [
        Listing(
            shop.collection,
            order.offer[0].identifier,
            0,
            "0x" + order_hash(order).hex(),
            order,
            signature,
            ListingState.POSTED,
            "POL",
        )
        for order, signature in zip(orders, signatures, strict=True)
    ]
    async with Ledger(shop.url) as ledger, ledger.held():
        await ledger.record_listings(made)


async def test_they_are_read_every_time_through_late_failing_and_limited_endpoints(
    shop: Shop,
) -> None:
    faults = (Faults(late=0.3), Faults(unheard=0.02), Faults(limited=0.01))
    wild = Wild(httpx.AsyncHTTPTransport(), *faults, url=shop.market.chain.url)
    chain = wild.chain(CHAIN_ID)
    began = time.monotonic()
    async with Ledger(shop.url) as ledger, contextlib.aclosing(wild):
        for _ in range(RUNS):
            assert await listing_drift(ledger, chain, shop.collection, shop.market.seaport) == []
    seconds, asked = (time.monotonic() - began) / RUNS, wild.asked.total() / RUNS
    print(f"{COUNT} orders: {asked:.0f} questions and {seconds:.1f} s a time")  # noqa: T201


async def test_they_are_taken_off_sale_with_two_kills_in_between_and_listing_works_afterwards(
    shop: Shop,
) -> None:
    began = time.monotonic()
    first = await shop.sent()
    for more in (3, 7):
        process = shop.start("unlist", "--all")
        while await shop.sent() < first + more:
            assert process.poll() is None
            await asyncio.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()
    await asyncio.to_thread(shop.finish, "unlist", "--all")
    seconds = time.monotonic() - began
    async with Ledger(shop.url) as ledger:
        listings = await ledger.listings(shop.collection)
        sent = await ledger.transactions(CHAIN_ID, shop.market.owner.address)
    assert {each.state for each in listings} == {ListingState.CANCELLED}
    assert {each.state for each in sent} == {TransactionState.CONFIRMED}
    assert max(each.gas for each in sent) < 16_000_000
    assert max(len(each.data) for each in sent) < 128 * 1024
    named = [hash_ for each in sent for hash_ in each.subject]
    assert len(named) == len(set(named)) == COUNT
    for each in (listings[0], listings[-1]):
        asked = bytes.fromhex(each.hash[2:])
        status = shop.market.chain.call(shop.market.seaport, GET_ORDER_STATUS, asked)
        assert status[1], each
    used = sum(int(receipt(shop, each.hash)["gasUsed"], 16) for each in sent)
    print(f"{len(sent)} transactions, {used / COUNT:,.0f} gas an order, {seconds:.0f} s")  # noqa: T201
    await asyncio.to_thread(shop.finish, "list", "--prices", "prices.toml")


def receipt(shop: Shop, hash_: str | None) -> dict[str, str]:
    found: dict[str, str] = shop.market.chain.ask("eth_getTransactionReceipt", hash_)
    return found


def test_one_transaction_for_all_of_them_is_more_than_a_block_takes(shop: Shop) -> None:
    """Why they are cancelled in batches."""

    async def read() -> list[Listing]:
        async with Ledger(shop.url) as ledger:
            return await ledger.listings(shop.collection)

    data = CANCEL.call_data([each.order.as_components() for each in asyncio.run(read())])
    assert len(data) > 128 * 1024
