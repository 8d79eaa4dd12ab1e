"""Faulty endpoints for tests: late, limited, forgetful, lying or gone.

An httpx transport before another one, which is the chain's; each host has faults of its own.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ganshare.chain.chain import Chain
from ganshare.chain.multicall import AGGREGATE, MULTICALL
from ganshare.chain.quorum import Patience
from ganshare.chain.rpc import Endpoint

__all__ = ["Faults", "Plain", "Wild"]

_UNHEARD = {"error": {"code": -32000, "message": "header not found"}}


@dataclass(frozen=True)
class Faults:
    """What is wrong with an endpoint.

    Args:
        unheard: the share of reads as of a block that it answers with "header not found".
        limited: the share of questions that it answers with HTTP 429.
        late: seconds after which it hears of a block.
        behind: blocks that it never knows of yet.
        says: answers of its own, by method; an exception is raised instead.
        drops: the share of transactions that it takes and forgets.
        stale: seconds for which it repeats an answer, whatever became of that block since.
    """

    unheard: float = 0.0
    limited: float = 0.0
    late: float = 0.0
    behind: int = 0
    says: Mapping[str, Any] = field(default_factory=dict)
    drops: float = 0.0
    stale: float = 0.0


class Plain(httpx.AsyncBaseTransport):
    """A chain with a block every 20 ms, on which nothing was ever cancelled or sold."""

    def __init__(self, *, multicall: bool = False) -> None:
        self._multicall = multicall
        self._began = time.monotonic()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one JSON-RPC request."""
        asked = json.loads(request.content)
        return httpx.Response(200, json={"result": self._answer(asked["method"], asked["params"])})

    def _answer(self, method: str, params: list[Any]) -> Any:
        height = 100 + int((time.monotonic() - self._began) / 0.02)
        if method == "eth_getBlockByNumber":
            number = int(params[0], 16)
            times = {"timestamp": hex(1_700_000_000 + number), "baseFeePerGas": hex(10**9)}
            return {"number": params[0], "hash": f"0x{number:064x}", "gasLimit": "0x1", **times}
        if method == "eth_getCode":
            return "0x60" if self._multicall and params[0] == MULTICALL else "0x"
        if method == "eth_call" and params[0]["to"] == MULTICALL:
            count = int(params[0]["data"][2 + 8 + 64 : 2 + 8 + 128], 16)
            return "0x" + encode(AGGREGATE.returns, ([(True, bytes(128))] * count,)).hex()
        known = {
            "eth_call": "0x" + "00" * 128,
            "eth_chainId": hex(137),
            "eth_getBalance": "0x5",
            "eth_getTransactionCount": "0x5",
        }
        return known.get(method, hex(height))


class Wild(httpx.AsyncBaseTransport):
    """Hosts "0", "1" and so on, one for each `Faults`.

    Args:
        chain: what answers truly.
        url: that it is asked by.
    """

    def __init__(
        self,
        chain: httpx.AsyncBaseTransport,
        *faults: Faults,
        url: str = "http://chain",
        seed: int = 1,
    ) -> None:
        self.asked: Counter[str] = Counter()  # questions by method, of all hosts
        self._chain = httpx.AsyncClient(transport=chain, timeout=30)
        self._url = url
        self.faults = list(faults)  # may be changed at any time
        self._die = random.Random(seed)  # noqa: S311  # a test must be repeatable
        self._said: dict[tuple[int, str, str], tuple[float, dict[str, Any]]] = {}
        self._looking = asyncio.Lock()
        self._heads: list[tuple[float, int]] = []  # when the chain was first seen so high

    def chain(self, chain_id: int, patience: Patience | None = None) -> Chain:
        """The chain through all hosts."""
        client = httpx.AsyncClient(transport=self)
        hosts = [f"http://endpoint{number}.test:8545/key" for number in range(len(self.faults))]
        ends = [Endpoint(each, client) for each in hosts]
        return Chain(ends, chain_id, patience)

    async def aclose(self) -> None:
        """Close the connections to the chain."""
        await self._chain.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one JSON-RPC request."""
        asked = json.loads(request.content)
        method, params = asked["method"], asked["params"]
        self.asked[method] += 1
        number = int(request.url.host.removeprefix("endpoint").removesuffix(".test"))
        faults = self.faults[number]
        if self._die.random() < faults.limited:
            return httpx.Response(429, json={"message": "slow down"})
        if method in faults.says:
            said = faults.says[method]
            if isinstance(said, Exception):
                raise said
            return httpx.Response(200, json={"id": asked["id"], "jsonrpc": "2.0", **said})
        if method == "eth_sendRawTransaction" and self._die.random() < faults.drops:
            taken = "0x" + keccak(hexstr=params[0]).hex()
            return httpx.Response(200, json={"id": asked["id"], "jsonrpc": "2.0", "result": taken})
        key, now = (number, method, str(params)), time.monotonic()
        since, answer = self._said.get(key, (-faults.stale, {}))
        if now - since >= faults.stale:
            answer = await self._answer(faults, method, params)
            self._said[key] = now, answer
        return httpx.Response(200, json={"jsonrpc": "2.0", **answer, "id": asked["id"]})

    async def _answer(self, faults: Faults, method: str, params: list[Any]) -> dict[str, Any]:
        head = await self._head(faults)
        if method == "eth_blockNumber":
            return {"result": hex(head)}
        block = params[0] if method == "eth_getBlockByNumber" else (params or [None])[-1]
        pinned = method.startswith(("eth_get", "eth_call")) and str(block).startswith("0x")
        if pinned and len(str(block)) <= 18:
            if int(block, 16) > head:
                return {"result": None} if method == "eth_getBlockByNumber" else _UNHEARD
            if self._die.random() < faults.unheard:
                return _UNHEARD
        return await self._ask(method, params)

    async def _head(self, faults: Faults) -> int:
        """The newest block that a host knows."""
        async with self._looking:  # one at a time: no answer may overtake an earlier one
            newest = int((await self._ask("eth_blockNumber", []))["result"], 16)
            now = time.monotonic()
            if not self._heads or self._heads[-1][1] != newest:
                self._heads.append((now, newest))
        heard = [each for when, each in self._heads if now - when >= faults.late]
        return (heard[-1] if heard else self._heads[0][1]) - faults.behind

    async def _ask(self, method: str, params: list[Any]) -> dict[str, Any]:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        found: dict[str, Any] = (await self._chain.post(self._url, json=asked)).json()
        return found
