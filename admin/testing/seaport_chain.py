"""A chain behind JSON-RPC that has Seaport's orders, a collection and a currency, and nothing else.

For tests of what is bought through which order, thousands of times: the real contracts are the
business of `make chain`. It is an httpx transport, as `admin.testing.evm` is.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from eth_abi.abi import decode, encode
from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from admin.contract.collection import TOKENS
from admin.marketplace.currency import DECIMALS, SYMBOL
from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.contract import (
    CANCEL,
    GET_COUNTER,
    GET_ORDER_STATUS,
    INCREMENT_COUNTER,
    SEAPORT_1_6,
)
from admin.marketplace.seaport.order import (
    ConsiderationItem,
    ItemType,
    OfferItem,
    Order,
    OrderType,
    order_hash,
)

__all__ = ["SeaportChain"]

_NOBODY = "0x" + "00" * 20
_BLOCK_SECONDS = 2


class SeaportChain(httpx.AsyncBaseTransport):
    """A chain that makes a block of each transaction.

    Args:
        chain_id: that it says it has.
        currency: the only contract of one; what it says itself.
    """

    def __init__(self, chain_id: int, currency: Currency | None = None) -> None:
        self.chain_id = chain_id
        self.currency = currency
        self.time = 1_800_000_000
        self.height = 100
        self.counters: dict[str, int] = {}
        self.cancelled: set[str] = set()
        self.filled: set[str] = set()
        self._ended: dict[str, int] = {}  # since which block orders are filled or cancelled
        self.tokens: dict[int, tuple[str, bytes]] = {}  # owner and digest of the metadata
        self._receipts: dict[str, dict[str, Any]] = {}
        self._nonces: dict[str, int] = {}
        self.client = httpx.AsyncClient(transport=self)

    def can_buy(self, order: Order) -> bool:
        """Whether someone who has an order and its signature can buy by it now."""
        name = "0x" + order_hash(order).hex()
        owner = self.tokens.get(order.offer[0].identifier, (_NOBODY, b""))[0]
        return (
            name not in self.cancelled | self.filled
            and order.counter == self.counters.get(order.offerer, 0)
            and order.start <= self.time < order.end
            and owner == order.offerer
        )

    def buy(self, order: Order, buyer: str) -> None:
        """Buy; raises ValueError if that cannot be."""
        if not self.can_buy(order):
            raise ValueError("this order is not valid any more")
        token, name = order.offer[0].identifier, "0x" + order_hash(order).hex()
        self.filled.add(name)
        self._ended[name] = self.height + 1
        self.tokens[token] = (buyer, self.tokens[token][1])
        self._mine()

    def take_back(self, order: Order) -> None:
        """Let another branch win, in which an order was not bought by."""
        self.filled.remove("0x" + order_hash(order).hex())
        token = order.offer[0].identifier
        self.tokens[token] = (order.offerer, self.tokens[token][1])

    def mine(self, count: int) -> None:
        """Make empty blocks."""
        for _ in range(count):
            self._mine()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one JSON-RPC request, or a list of them."""
        asked = json.loads(request.content)
        if isinstance(asked, list):
            return httpx.Response(200, json=[self._answer(each) for each in asked])
        return httpx.Response(200, json=self._answer(asked))

    def _answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        method, params = asked["method"], asked.get("params", [])
        answer = self._methods().get(method)
        found = (
            {"error": {"code": -32601, "message": f"there is no {method}"}}
            if answer is None
            else {"result": answer(*params)}
        )
        return {"jsonrpc": "2.0", "id": asked["id"], **found}

    def _methods(self) -> dict[str, Callable[..., Any]]:
        return {
            "eth_chainId": lambda: hex(self.chain_id),
            "eth_blockNumber": lambda: hex(self.height),
            "eth_getBlockByNumber": lambda number, *_: self._block(int(number, 16)),
            "eth_maxPriorityFeePerGas": lambda: hex(10**9),
            "eth_gasPrice": lambda: hex(2 * 10**9),
            "eth_getBalance": lambda *_: hex(10**20),
            "eth_getCode": lambda address, *_: "0x01" if address == SEAPORT_1_6 else "0x",
            "eth_getTransactionCount": lambda address, *_: hex(self._nonces.get(address, 0)),
            "eth_getTransactionReceipt": self._receipts.get,
            "eth_estimateGas": lambda *_: hex(100_000),
            "eth_call": self._call,
            "eth_sendRawTransaction": self._send,
        }

    def _block(self, number: int) -> dict[str, Any]:
        return {
            "number": hex(number),
            "hash": f"0x{number:064x}",
            "timestamp": hex(self.time - (self.height - number) * _BLOCK_SECONDS),
            "baseFeePerGas": hex(10**9),
            "gasLimit": hex(32_000_000),
        }

    def _call(self, request: Mapping[str, str], block: str) -> str:
        data, height = bytes.fromhex(request["data"][2:]), int(block, 16)
        for function, read in (
            (GET_COUNTER, lambda seller: (self.counters.get(to_checksum_address(seller), 0),)),
            (GET_ORDER_STATUS, lambda name: self._status(name, height)),
            (TOKENS, self._minted),
            (SYMBOL, lambda: (self.currency.symbol if self.currency else "",)),
            (DECIMALS, lambda: (self.currency.decimals if self.currency else 0,)),
        ):
            if data.startswith(function.selector):
                values = read(*decode(function.arguments, data[4:]))
                return "0x" + encode(function.returns, values).hex()
        return "0x"

    def _status(self, found: bytes, height: int) -> tuple[bool, bool, int, int]:
        name = "0x" + found.hex()
        if self._ended.get(name, 0) > height:
            return (False, False, 0, 0)
        return (False, name in self.cancelled, int(name in self.filled), 1)

    def _minted(self, asked: list[int]) -> tuple[list[str], list[bytes]]:
        found = [self.tokens.get(token, (_NOBODY, bytes(32))) for token in asked]
        return [owner for owner, _ in found], [digest for _, digest in found]

    def _send(self, raw: str) -> str:
        data = bytes.fromhex(raw[2:])
        name = "0x" + keccak(data).hex()
        if name in self._receipts:
            return name
        sender = str(Account.recover_transaction(raw))
        fields = TypedTransaction.from_bytes(HexBytes(data)).as_dict()
        self._nonces[sender] = self._nonces.get(sender, 0) + 1
        self._run(sender, bytes(fields["data"]))
        self._mine()
        self._receipts[name] = {
            "transactionHash": name,
            "status": "0x1",
            "blockNumber": hex(self.height),
            "blockHash": self._block(self.height)["hash"],
            "gasUsed": hex(50_000),
            "effectiveGasPrice": hex(10**9),
            "contractAddress": None,
        }
        return name

    def _run(self, sender: str, data: bytes) -> None:
        if data.startswith(INCREMENT_COUNTER.selector):
            self.counters[sender] = self.counters.get(sender, 0) + 1
        if data.startswith(CANCEL.selector):
            [orders] = decode(CANCEL.arguments, data[4:])
            names = {"0x" + order_hash(_order(each)).hex() for each in orders}
            self.cancelled |= names
            self._ended |= dict.fromkeys(names, self.height + 1)

    def _mine(self) -> None:
        self.height += 1
        self.time += _BLOCK_SECONDS


def _order(values: Any) -> Order:
    offerer, zone, offer, consideration, kind, start, end, zone_hash, salt, key, counter = values
    return Order(
        offerer=to_checksum_address(offerer),
        zone=zone,
        offer=tuple(OfferItem(ItemType(each[0]), *each[1:4]) for each in offer),
        consideration=tuple(
            ConsiderationItem(ItemType(kind), token, identifier, amount, recipient)
            for kind, token, identifier, amount, _, recipient in consideration
        ),
        order_type=OrderType(kind),
        start=start,
        end=end,
        zone_hash="0x" + zone_hash.hex(),
        salt=salt,
        conduit_key="0x" + key.hex(),
        counter=counter,
    )
