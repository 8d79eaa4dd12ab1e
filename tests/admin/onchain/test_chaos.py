"""Blocks mined at will while everything around the commands goes wrong, and they are killed.

At the end the ledger is equal to the chain, nothing was sold below the agreed price, and nothing is
stuck without a sentence that names the way out. GANSHARE_CHAOS_BLOCKS=1800 is the long run, and
GANSHARE_CHAOS_SEED makes it another one.
"""

import asyncio
import os
import random
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from admin.contract.collection import OWNER_OF, TOTAL_SUPPLY
from admin.ledger import Collection, Ledger, ListingState, TokenState, TransactionState
from admin.marketplace.seaport.contract import GET_COUNTER, GET_ORDER_STATUS
from admin.marketplace.seaport.order import order_hash
from admin.testing.anvil import CHAIN_ID, Market, anvil, make_market
from admin.testing.chain_faults import ChainFaults
from admin.testing.endpoints import Faults, Wild
from admin.testing.making import make_quick_keystore
from admin.testing.opensea import Opensea, read_order
from admin.testing.processes import PASSWORD, plan_paintings, start_admin
from admin.testing.services import Collector, relay, serve

pytestmark = [pytest.mark.chain, pytest.mark.slow]

BLOCKS = int(os.environ.get("GANSHARE_CHAOS_BLOCKS", "100"))
SEED = int(os.environ.get("GANSHARE_CHAOS_SEED", "1"))
KILLS = BLOCKS // 36  # 50 in 1,800 blocks
TOKENS = 12 if BLOCKS < 1_000 else 100
FINAL = 3  # confirmations, in blocks
COIN = 10**18
LONGEST = 600.0  # seconds that a command may take, on a machine however busy
COMMANDS = {
    "mint --batch 4": 4,
    "list": 3,
    "list --reprice": 4,
    "reconcile": 3,
    "unlist --all": 1,
    "unlist --all --counter": 1,
    "collection pause": 1,
    "collection unpause": 1,
    "chain unstick": 1,
}
# A command that an answer names, or what to do: wait, run again, put a setting right.
WAY_OUT = re.compile(
    r"ganshare admin|next run|wait for|again|later|ADMIN_|goes on|is still|take it off|not on sale"
)


@dataclass
class Chaos:
    """The seller's place, what is typed there, and the lowest price that was agreed to."""

    market: Market
    opensea: Opensea
    faults: ChainFaults
    folder: Path
    environment: dict[str, str]
    price: float = 1.0  # of the table
    floor: int = COIN
    killed: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    mute: list[str] = field(default_factory=list)  # failures without a way out

    @property
    def collection(self) -> Collection:
        return Collection(CHAIN_ID, self.market.collection)

    def run(self, command: str, kill_after: float | None = None) -> tuple[int | None, str]:
        """Run a command; gives its exit code, None if it was killed, and what it said."""
        words = command.split()
        if words[0] == "list":
            table = f'currency = "POL"\ndefault = "{self.price:g}"\n'
            (self.folder / "prices.toml").write_text(table, "utf-8")
            words += ["--prices", "prices.toml"]
        signs = words[0] != "reconcile"
        log = self.folder / f"{sum(self.codes.values()):04}-{words[0]}.log"
        process = start_admin(
            self.environment,
            self.folder,
            *words,
            *(["--yes"] if signs else []),
            log=log,
            module="admin.testing.hurried",
            password=signs,
        )
        code: int | None
        try:
            code = process.wait(kill_after or LONGEST)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.killed += 1
            code = None
            if kill_after is None:
                self.mute.append(f"{command} took more than {LONGEST} s:\n{log.read_text()}")
        said = log.read_text("utf-8", "replace")
        self.codes[f"{command}: {'killed' if code is None else code}"] += 1
        if code not in (None, 0) and (code not in (2, 3) or not WAY_OUT.search(said)):
            self.mute.append(f"{command} ended with {code}:\n{said}")
        return code, said

    def reprice(self, price: float, kill_after: float | None = None) -> tuple[int | None, str]:
        """Agree to another price; it binds when the command has said that it is done."""
        self.price = price
        self.floor = min(self.floor, int(price * COIN))
        code, said = self.run("list --reprice", kill_after)
        if code == 0:
            self.floor = int(price * COIN)
        return code, said


@pytest.fixture
def chaos(tools: Path, tmp_path: Path) -> Iterator[Chaos]:
    with ExitStack() as stack:
        node = stack.enter_context(anvil(tools))
        market = make_market(node, tools)
        node.ask("evm_setAutomine", False)
        for each in (market.owner, market.buyer):
            node.fund(each.address, 10**6)
        alone = httpx.Limits(max_keepalive_connections=0)  # no connection outlives its question
        wild = Wild(httpx.AsyncHTTPTransport(limits=alone), *[Faults()] * 3, url=node.url)
        base = stack.enter_context(serve(relay(wild)))
        fees = [(market.market_fee, 1.0), (market.creator_fee, 5.0)]
        opensea = Opensea(market.collection, fees=fees)
        make_quick_keystore(tmp_path / "minter.json", PASSWORD, bytes(market.owner.key))
        environment = {
            "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/ganshare.db",
            "GANSHARE_BLOBS_URL": f"file://{tmp_path}/blobs",
            "ADMIN_RPC_URLS": ",".join(f"{base}/endpoint{each}.test" for each in range(3)),
            "ADMIN_CHAIN_ID": str(CHAIN_ID),
            "ADMIN_KEYSTORE": str(tmp_path / "minter.json"),
            "ADMIN_COLLECTION": market.collection,
            "ADMIN_CONFIRMATIONS": str(FINAL),
            "ADMIN_SEAPORT": market.seaport,
            "ADMIN_CONDUIT_KEY": market.conduit_key,
            "ADMIN_GAS_PRICE_CAP_GWEI": "2000",
            "ADMIN_TRANSACTION_CAP": "100",
            "ADMIN_DAY_CAP": "100000",
            "ADMIN_MONTH_CAP": "100000",
            "ADMIN_OPENSEA_COLLECTION": "paintings",
            "ADMIN_OPENSEA_API_KEY": "opensea-key",
            "ADMIN_OPENSEA_API_BASE": stack.enter_context(serve(opensea.app)) + "/api/v2",
            "ADMIN_IPFS_API": stack.enter_context(serve(Collector().app)) + "/api/v0",
        }
        asyncio.run(plan_paintings(environment, Collection(CHAIN_ID, market.collection), TOKENS))
        buyers = 1.2 * TOKENS / BLOCKS
        faults = ChainFaults(market, wild, opensea, lambda: place.floor, FINAL, buyers, SEED)
        place = Chaos(market, opensea, faults, tmp_path, environment)
        stack.enter_context(faults)
        yield place


def live_through(chaos: Chaos) -> None:
    """Type whatever comes to mind, and follow what failures say, until there are enough blocks."""
    die = random.Random(SEED)
    for command in ("mint --batch 4", "list"):  # so that there is something to lose
        assert chaos.run(command)[0] == 0
    chaos.faults.blocks, chaos.faults.calm = 0, False
    follow = None
    while chaos.faults.blocks < BLOCKS or chaos.killed < KILLS:
        assert chaos.faults.failure is None
        command = follow or die.choices(list(COMMANDS), list(COMMANDS.values()))[0]
        behind = chaos.killed < KILLS * chaos.faults.blocks // BLOCKS + 1
        kills = behind and chaos.killed < KILLS and die.random() < 0.85
        kill_after = die.uniform(0.8, 5.0) if kills else None
        if command == "list --reprice":
            _, said = chaos.reprice(die.choice([0.5, 1.0, 2.0, 5.0]), kill_after)
        else:
            _, said = chaos.run(command, kill_after)
        stuck = "chain unstick" in said and "unstick" not in command
        follow = "chain unstick" if stuck and die.random() < 0.7 else None


def calm_down(chaos: Chaos) -> None:
    """After the faults, the documented commands bring everything to its end."""
    chaos.faults.clear()
    assert chaos.run("chain unstick")[0] == 0
    for command in ("reconcile", "collection unpause", "mint", "list"):
        code, said = chaos.run(command)
        assert code == 0, said
    code, said = chaos.reprice(3.0)
    assert code == 0, said
    code, said = chaos.run("reconcile")
    assert code == 0, said


def test_ledger_and_chain_agree_after_all_that_can_go_wrong(chaos: Chaos) -> None:
    live_through(chaos)
    calm_down(chaos)
    print(  # noqa: T201
        f"{chaos.faults.blocks} blocks, {chaos.killed} kills, {len(chaos.faults.sales)} sales; "
        f"{dict(sorted(chaos.faults.happened.items()))}; {dict(sorted(chaos.codes.items()))}"
    )
    assert chaos.mute == []
    assert chaos.faults.sales
    assert [each for each in chaos.faults.sales if each.price < each.floor] == []
    asyncio.run(compare(chaos))


async def compare(chaos: Chaos) -> None:
    """Hold every token, transaction and order of the ledger against the chain itself."""
    async with Ledger(chaos.environment["GANSHARE_DATABASE_URL"]) as ledger:
        tokens = await ledger.tokens(chaos.collection)
        sent = await ledger.transactions(CHAIN_ID, chaos.market.owner.address)
        listings = await ledger.listings(chaos.collection)
    node, market = chaos.market.chain, chaos.market
    owners = {
        each.token: node.call(market.collection, OWNER_OF, each.token)[0].lower() for each in tokens
    }
    assert {each.state for each in tokens} == {TokenState.MINTED}
    assert {each.token: (each.owner or "").lower() for each in tokens} == owners
    assert node.call(market.collection, TOTAL_SUPPLY) == (TOKENS,)

    ours = {each.nonce: each for each in sent}
    assert TransactionState.SENT not in {each.state for each in sent}
    foreign = set()
    for name, nonce in chaos.faults.foreign.items():
        if node.ask("eth_getTransactionReceipt", name) is not None:
            foreign.add(nonce)
    used = int(node.ask("eth_getTransactionCount", market.owner.address, "latest"), 16)
    first = min(ours)
    for nonce in range(first, used):
        found = ours.get(nonce)
        if nonce in foreign:
            assert found is None or found.state is TransactionState.DISPLACED, nonce
            continue
        assert found is not None, nonce
        receipt = node.ask("eth_getTransactionReceipt", found.hash)
        succeeded = found.state is not TransactionState.REVERTED
        assert (receipt["status"] == "0x1") is succeeded, nonce
        assert int(receipt["blockNumber"], 16) == found.block
        cost = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
        assert cost == found.cost, nonce
    assert max(ours) < used

    counter = node.call(market.seaport, GET_COUNTER, market.owner.address)[0]
    on_sale: dict[int, dict[str, int]] = {}
    known = {each.hash: each for each in listings}
    for body in chaos.opensea.bodies:
        order = read_order(body["parameters"])
        name, token = "0x" + order_hash(order).hex(), order.offer[0].identifier
        status = node.call(market.seaport, GET_ORDER_STATUS, bytes.fromhex(name[2:]))
        ended = status[1] or status[2] or order.counter != counter
        assert known[name].state.is_live is not bool(ended), name
        assert (known[name].state is ListingState.FILLED) is bool(status[2]), name
        if not ended and owners[token] == market.owner.address.lower():
            on_sale.setdefault(token, {})[name] = order.price
    mine = {token for token, owner in owners.items() if owner == market.owner.address.lower()}
    prices = {token: list(orders.values()) for token, orders in on_sale.items()}
    assert prices == {token: [3 * COIN] for token in mine}
