"""What goes wrong around a seller, block by block: endpoints, forks, fees, foreigners, OpenSea.

It makes the blocks itself, and someone tries now and then to buy by whatever order was ever shown.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from admin.contract.collection import OWNER_OF, TRANSFER_TOKEN
from admin.marketplace.seaport.contract import FULFILL_ORDER
from admin.testing.anvil import CHAIN_ID, Anvil, Market, Reverted
from admin.testing.endpoints import Faults, Wild
from admin.testing.opensea import PORTALS, Answer, Opensea, read_order
from admin.wallet.fees import GWEI

__all__ = ["ChainFaults", "Sale"]

BASE_FEE = 20 * GWEI
SPIKE = 20  # times the base fee
_ANSWERS = [
    Answer(status, stored, body)
    for status in (200, 201, 202, 204, 301, 400, 403, 404, 409, 500, 503)
    for stored in (True, False)
    for body in ("listing", "errors", "page", "empty")
    if (status != 204 or body == "empty") and (stored or status >= 300)
]
_LIES: dict[str, Any] = {
    "eth_blockNumber": hex(10**9),
    "eth_getTransactionCount": "0x0",
    "eth_getTransactionReceipt": None,
    "eth_call": "0x" + "00" * 128,
    "eth_getBalance": "0x0",
    "eth_maxPriorityFeePerGas": hex(10**13),
    "eth_sendRawTransaction": "0x" + "00" * 32,
}


@dataclass(frozen=True, slots=True)
class Sale:
    """Something that was bought; `floor` is the lowest price that was agreed to just then."""

    token: int
    price: int
    floor: int


@dataclass
class ChainFaults:
    """Makes blocks until it is told to stop.

    Args:
        floor: gives the lowest price that may be asked at the moment.
        final: blocks that no fork takes back.
        buyers: that come with a block, on average.
        calm: while nothing goes wrong.
    """

    market: Market
    wild: Wild
    opensea: Opensea
    floor: Callable[[], int]
    final: int
    buyers: float
    seed: int = 1
    blocks: int = 0
    calm: bool = True
    sales: list[Sale] = field(default_factory=list)
    happened: dict[str, int] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)  # nonces by transactions
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        """Throw the die from a seed, on a connection of its own."""
        self._die = random.Random(self.seed)  # noqa: S311  # a test must be repeatable
        self._chain = Anvil(self.market.chain.url)
        self._factor = 1.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "ChainFaults":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop."""
        self._over.set()
        self._thread.join(30)
        self._chain.close()

    def clear(self) -> None:
        """Let nothing go wrong from now on."""
        self.calm = True
        self.wild.faults = [Faults() for _ in self.wild.faults]
        self.opensea.troubles, self.opensea.portal, self.opensea.late_seconds = (), 0, 0.0

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._make_block()
                time.sleep(self._die.uniform(0.05, 0.45))
        except BaseException as error:
            self.failure = error
            raise

    def _make_block(self) -> None:
        chances: list[tuple[float, Callable[[], None]]] = [
            (0.15, self._change_endpoints),
            (0.10, self._change_opensea),
            (0.03, self._fork),
            (0.02, self._raise_fees),
            (0.03, self._send_foreign),
            (0.01, self._give_away),
            (self.buyers, self._buy),
        ]
        if not self.calm:
            for chance, act in chances:
                if self._die.random() < chance:
                    name = act.__name__.strip("_")
                    self.happened[name] = self.happened.get(name, 0) + 1
                    act()
        self._mine()

    def _mine(self) -> None:
        self._factor = 1.0 if self.calm else max(1.0, self._factor * 0.9)
        self._chain.ask("anvil_setNextBlockBaseFeePerGas", hex(int(BASE_FEE * self._factor)))
        self._chain.ask("evm_mine")
        self.blocks += 1

    # --- what happens -------------------------------------------------------------------------

    def _change_endpoints(self) -> None:
        die = self._die
        faults = [
            die.choice(
                [
                    Faults(),
                    Faults(late=die.uniform(0.2, 1.0)),
                    Faults(behind=die.randint(1, 3)),
                    Faults(unheard=0.3, limited=0.2),
                    Faults(drops=0.7),
                    Faults(stale=0.5),
                ]
            )
            for _ in self.wild.faults
        ]
        if die.random() < 0.5:
            lies = die.sample(sorted(_LIES), die.randint(1, 4))
            said = {method: {"result": _LIES[method]} for method in lies}
            faults[die.randrange(len(faults))] = Faults(says=said)
        elif die.random() < 0.2:
            faults[0] = Faults(says=dict.fromkeys(_LIES, httpx.ConnectError("away")))
        self.wild.faults = faults

    def _change_opensea(self) -> None:
        die = self._die
        self.opensea.troubles = (*die.sample(_ANSWERS, die.randint(0, 4)), Answer())
        self.opensea.late_seconds = die.choice([0.0, 0.0, 0.5, 3.0])
        self.opensea.portal = die.choice([0, 0, 0, 0, *PORTALS])

    def _fork(self) -> None:
        self._chain.ask("anvil_reorg", self._die.randint(1, self.final), [])

    def _raise_fees(self) -> None:
        self._factor = SPIKE

    def _send_foreign(self) -> None:
        """The key is used by someone else: now, behind a gap, or too cheap for any block."""
        nonce = self._nonce(self.market.owner) + self._die.choice([0, 0, 0, 1, 2])
        price = self._die.choice([BASE_FEE * SPIKE * 2, BASE_FEE // 2])
        found = self._send(self.market.owner, self.market.owner.address, b"", 0, nonce, price)
        if found is not None:
            self.foreign[found] = nonce

    def _give_away(self) -> None:
        """The seller hands a token over without any sale, or gets it back."""
        market = self.market
        bodies = list(self.opensea.bodies)
        if not bodies:
            return
        token = read_order(self._die.choice(bodies)["parameters"]).offer[0].identifier
        try:
            owner = self._chain.call(market.collection, OWNER_OF, token)[0].lower()
        except Reverted:
            return
        people = {each.address.lower(): each for each in (market.owner, market.buyer)}
        to = market.buyer if owner == market.owner.address.lower() else market.owner
        data = TRANSFER_TOKEN.call_data(people[owner].address, to.address, token)
        nonce = self._nonce(people[owner])
        price = BASE_FEE * SPIKE * 2
        found = self._send(people[owner], market.collection, data, 0, nonce, price)
        if found is not None and people[owner] is market.owner:
            self.foreign[found] = nonce

    def _buy(self) -> None:
        """Try an order that OpenSea was ever shown, stored or not."""
        bodies, floor = list(self.opensea.bodies), self.floor()
        if not bodies:
            return
        body = self._die.choice(bodies)
        order = read_order(body["parameters"])
        shown = (order.as_parameters(), bytes.fromhex(body["signature"][2:]))
        data = FULFILL_ORDER.call_data(shown, bytes(32))
        buyer, price = self.market.buyer, BASE_FEE * SPIKE * 2
        place = (buyer, self.market.seaport, data, order.price, self._nonce(buyer), price)
        found = self._send(*place)
        self._mine()
        receipt = found and self._chain.ask("eth_getTransactionReceipt", found)
        if receipt and receipt["status"] == "0x1":
            self.sales.append(Sale(order.offer[0].identifier, order.price, floor))

    def _nonce(self, account: Any) -> int:
        return int(self._chain.ask("eth_getTransactionCount", account.address, "latest"), 16)

    def _send(
        self, account: Any, to: str, data: bytes, value: int, nonce: int, price: int
    ) -> str | None:
        """Send as it is; None if the node does not take it."""
        fields = {"type": 2, "chainId": CHAIN_ID, "nonce": nonce, "to": to, "data": data}
        fields |= {"value": value, "gas": 600_000 if data else 21_000}
        fields |= {"maxFeePerGas": price, "maxPriorityFeePerGas": min(price, GWEI)}
        raw = account.sign_transaction(fields).raw_transaction
        try:
            return str(self._chain.ask("eth_sendRawTransaction", "0x" + raw.hex()))
        except Reverted:
            return None
