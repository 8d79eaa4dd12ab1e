"""An Ethereum in this process (py-evm) behind JSON-RPC, for tests without node.

It is an httpx transport: `Chain` takes a client with it, and nothing goes over a network.
"""

import functools
import json
import sys
from collections.abc import Mapping
from typing import Any

import httpx
from eth_account import Account
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed
from eth_tester.exceptions import ValidationError as Refused
from eth_utils.exceptions import ValidationError
from web3 import EthereumTesterProvider, Web3
from web3.exceptions import TransactionNotFound, Web3Exception
from web3.types import RPCEndpoint

from ganshare.chain.chain import Chain
from ganshare.chain.quorum import Patience
from ganshare.chain.rpc import Endpoint

# py-evm's cryptography raises this to 100,000, with which deeply nested JSON overflows the stack of
# whatever else is tested in this process.
sys.setrecursionlimit(1000)

__all__ = ["CHAIN_ID", "OWNER", "Evm"]

CHAIN_ID = 131277322940537  # py-evm's own
COIN = 10**18
OWNER = Account.from_key(b"\x0a" * 32)
_CONSTANT = {"eth_chainId": CHAIN_ID, "eth_maxPriorityFeePerGas": 10**9}


class Evm(httpx.AsyncBaseTransport):
    """A chain that mines a block for each transaction, unless `automatic` is off.

    Args:
        tester: to go on with; a new one if left out.
        endpoints: how many of them `chain` has, all of this one EVM.
    """

    def __init__(self, tester: Any = None, endpoints: int = 1) -> None:
        self.tester = tester or EthereumTester(PyEVMBackend())
        self.web3 = Web3(EthereumTesterProvider(self.tester))
        self.client = httpx.AsyncClient(transport=self)
        self.endpoints = [
            Endpoint(f"http://endpoint{number}/secret-key", self.client)
            for number in range(endpoints)
        ]
        self.answers: dict[tuple[str, str], Any] = {}
        self.lose_answers = False  # of what was sent
        self.drop = False  # the next transaction, without a word
        self._dropped: Any = None
        self.asked: list[tuple[str, str]] = []
        self._known: dict[str, dict[str, Any]] = {}  # until the next transaction

    @property
    def chain(self) -> Chain:
        """The chain through all endpoints."""
        return Chain(self.endpoints, CHAIN_ID, Patience(deadline=0.5, first=0.05))

    def fund(self, address: str, coins: int = 100) -> None:
        """Give someone coins."""
        sender = self.tester.get_accounts()[0]
        self.tester.send_transaction(
            {"from": sender, "to": address, "value": coins * COIN, "gas": 21_000}
        )

    def pretend(self, endpoint: int, method: str, answer: Any) -> None:
        """Let an endpoint give another answer.

        An exception is raised instead; a function gets the parameters, and a function that gives
        the true answer.
        """
        self.answers[(f"endpoint{endpoint}", method)] = answer

    def revert(self, snapshot: Any) -> None:
        """Let everything since a snapshot of the tester's never have happened."""
        self._known.clear()
        self.tester.revert_to_snapshot(snapshot)

    def fail(self, endpoint: int, error: Exception) -> None:
        """Let an endpoint be away."""
        self.answers[(f"endpoint{endpoint}", "")] = error

    def send_as_owner(self, to: str, data: bytes) -> None:
        """Send a transaction that no ledger knows of."""
        self._send({"to": to, "data": data})

    def deploy(self, code: bytes) -> str:
        """Make a contract as the owner; gives its address."""
        return str(self._send({"data": code})["contractAddress"])

    def _send(self, values: dict[str, Any]) -> Any:
        self._known.clear()
        nonce = self.web3.eth.get_transaction_count(OWNER.address)
        fees = {"gas": 5_000_000, "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 10**9}
        fields = {"nonce": nonce, "chainId": CHAIN_ID, **fees, **values}
        signed = OWNER.sign_transaction(fields)
        return self.web3.eth.wait_for_transaction_receipt(
            self.web3.eth.send_raw_transaction(signed.raw_transaction)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one JSON-RPC request."""
        asked = json.loads(request.content)
        key = (request.url.host, asked["method"])
        self.asked.append(key)
        answer = self.answers.get((request.url.host, ""), self.answers.get(key))
        if isinstance(answer, Exception):
            raise answer
        if asked["method"] == "eth_sendRawTransaction":
            if self.drop and self._dropped in (None, asked["params"]):
                self._dropped = asked["params"]
                return httpx.Response(200, json={"id": asked["id"], "result": "0x" + "00" * 32})
            if self.lose_answers:
                self._answer(asked["method"], asked["params"])
                raise httpx.ReadTimeout("no answer")
        if answer is None or callable(answer):
            tell = functools.partial(self._answer, asked["method"], asked["params"])
            answer = tell() if answer is None else answer(asked["params"], tell)
        return httpx.Response(200, json={"id": asked["id"], "jsonrpc": "2.0", **answer})

    def _answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        if method in _CONSTANT:
            return {"result": hex(_CONSTANT[method])}
        if method == "eth_getLogs":  # which web3 takes names of ENS in
            return {"result": _as_json(self._logs(params[0]))}
        try:
            return {
                "result": _as_json(self.web3.manager.request_blocking(RPCEndpoint(method), params))
            }
        except TransactionNotFound:
            return {"result": None}
        except (Web3Exception, Refused, ValidationError, TransactionFailed) as error:
            return {"error": {"code": -32000, "message": str(error)}}

    def _logs(self, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = self.tester.get_logs(
            from_block=int(wanted["fromBlock"], 16),
            to_block=int(wanted["toBlock"], 16),
            address=wanted["address"],
        )
        names = {"block_number": "blockNumber", "topics": "topics", "data": "data"}
        return [
            {name: each[old] for old, name in names.items()}
            for each in found
            if each["topics"][0] in wanted["topics"][0]
        ]


def _as_json(value: Any) -> Any:
    """Write numbers and bytes as JSON-RPC does."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return {name: _as_json(each) for name, each in value.items()}
    return [_as_json(each) for each in value]
