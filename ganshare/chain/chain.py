"""A chain behind several endpoints, of which a majority must agree.

What decides about money is read at a block that a majority has, and counts if more than half of all
endpoints say the same. A transaction goes to all.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from eth_utils.address import to_checksum_address

from ganshare.chain.abi import Function
from ganshare.chain.multicall import AGGREGATE, MULTICALL
from ganshare.chain.quorum import Answer, Disagreement, Patience, Quorum
from ganshare.chain.rpc import Endpoint, RpcError, make_endpoints
from ganshare.errors import SettingsError
from ganshare.tls import tls_context

__all__ = ["Block", "Call", "Chain", "Disagreement", "Log", "Receipt", "open_chain"]

_KNOWN = ("already known", "already imported", "known transaction", "alreadyknown")
_AT_ONCE = 250  # calls in one question
_SIDE_BY_SIDE = 8  # questions, where there is no Multicall3


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that was included in a block."""

    hash: str
    succeeded: bool
    block: int
    block_hash: str
    cost: int  # in wei, gas only
    contract: str | None  # that it made


@dataclass(frozen=True, slots=True)
class Block:
    """A block, as far as we look at it; `base_fee` in wei, `time` in seconds since 1970."""

    number: int
    hash: str
    time: int
    base_fee: int
    gas_limit: int


@dataclass(frozen=True, slots=True)
class Log:
    """An event of a contract, in the block in which it happened; `topics` are lower-case hex."""

    block: int
    topics: tuple[str, ...]
    data: str


# What is asked of a contract: its address, the function and the values.
Call = tuple[str, Function, Sequence[Any]]


@asynccontextmanager
async def open_chain(
    urls: Sequence[str],
    chain_id: int,
    *,
    seconds: float = 15.0,
    patience: Patience | None = None,
    confirmations: int = 0,
) -> AsyncIterator["Chain"]:
    """Give the chain behind some endpoints, after a look whether it is the right one.

    Args:
        seconds: for one attempt at one endpoint.

    Raises:
        SettingsError: there are no endpoints, or they are of another chain.
        Disagreement: too few of them answer.
    """
    if not urls:
        raise SettingsError("There is no endpoint of the chain; set ADMIN_RPC_URLS.")
    async with httpx.AsyncClient(timeout=seconds, verify=tls_context()) as client:
        chain = Chain(make_endpoints(urls, client), chain_id, patience, confirmations)
        found = await chain.read_id()
        if found != chain_id:
            raise SettingsError(
                f"The endpoints are of chain {found}, ADMIN_CHAIN_ID says {chain_id}.",
                given=found,
                allowed=chain_id,
            )
        yield chain


class Chain:
    """One chain.

    Every question is asked again until its deadline, and raises Disagreement after it.

    Args:
        endpoints: that see it; more than half of them must answer, and answer alike.
        confirmations: blocks on top of another one that make it final for us.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        chain_id: int,
        patience: Patience | None = None,
        confirmations: int = 0,
    ) -> None:
        self.chain_id = chain_id
        self._quorum = Quorum(endpoints, patience)
        self._confirmations = confirmations
        self._highest = 0  # block that was ever seen

    # --- reading ------------------------------------------------------------------------------

    async def read_id(self) -> int:
        """The id of the chain that the endpoints are of."""
        return int(await self._quorum.agree("eth_chainId", read=_number))

    async def height(self) -> int:
        """The newest block that a majority has."""
        heights = await self._quorum.gather("eth_blockNumber", read=_number)
        found = self._reached(heights)
        self._highest = max(self._highest, found)
        return found

    async def final_block(self) -> Block:
        """The newest block that is final for us; never an older one than before."""
        await self.height()
        return await self.block(max(0, self._highest - self._confirmations))

    async def block(self, number: int | None = None) -> Block:
        """A block; the newest that a majority has if no number is given."""
        height = await self.height() if number is None else number
        found: Block = await self._quorum.agree(
            "eth_getBlockByNumber", hex(height), False, read=_block
        )
        return found

    async def call(self, to: str, function: Function, *values: Any) -> tuple[Any, ...]:
        """Read from a contract, as of the newest block that a majority has."""
        return await self.call_at(await self.height(), to, function, *values)

    async def call_at(
        self, block: int, to: str, function: Function, *values: Any
    ) -> tuple[Any, ...]:
        """Read from a contract, as of a block."""
        request = {"to": to, "data": "0x" + function.call_data(*values).hex()}
        answer = await self._quorum.agree("eth_call", request, hex(block), read=_bytes)
        return function.read(answer)

    async def call_all(self, calls: Sequence[Call], block: int) -> list[tuple[Any, ...]]:
        """Read much at once, as of a block: many calls in one question, where Multicall3 is."""
        if len(calls) > 1 and await self.has_code(MULTICALL, block):
            parts = [calls[start : start + _AT_ONCE] for start in range(0, len(calls), _AT_ONCE)]
            return [each for part in parts for each in await self._call_together(part, block)]
        few = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def ask(to: str, function: Function, values: Sequence[Any]) -> tuple[Any, ...]:
            async with few:
                return await self.call_at(block, to, function, *values)

        asked = [asyncio.create_task(ask(*each)) for each in calls]
        try:
            return await asyncio.gather(*asked)
        finally:
            for each in asked:
                each.cancel()

    async def has_code(self, address: str, block: int | None = None) -> bool:
        """Whether there is a contract."""
        height = hex(await self.height() if block is None else block)
        return bool(await self._quorum.agree("eth_getCode", address, height, read=_bytes))

    async def nonce(self, address: str) -> int:
        """How many transactions of an account were included."""
        return await self._count("eth_getTransactionCount", address)

    async def nonce_under_way(self, address: str) -> int:
        """The same, with those that wait, as far as a majority knows of them."""
        found = await self._quorum.gather(
            "eth_getTransactionCount", address, "pending", read=_number
        )
        return self._reached(found)

    async def balance(self, address: str) -> int:
        """The coins of an account, in wei."""
        return await self._count("eth_getBalance", address)

    async def base_fee(self) -> int:
        """Of the newest block that a majority has, in wei by unit of gas."""
        return (await self.block()).base_fee

    async def time(self) -> int:
        """The same block's, in seconds since 1970."""
        return (await self.block()).time

    async def tip(self) -> int:
        """What endpoints suggest as a priority fee, in wei by unit of gas; the middle one."""
        return _middle(await self._quorum.gather("eth_maxPriorityFeePerGas", read=_number))

    async def estimate(self, sender: str, to: str | None, data: bytes, value: int = 0) -> int:
        """How much gas a transaction needs; the middle one of what endpoints say.

        Raises:
            RpcError: it would fail; the contract's reason is in it.
        """
        request = {"from": sender, "data": "0x" + data.hex(), "value": hex(value)}
        if to is not None:
            request["to"] = to
        return _middle(await self._quorum.gather("eth_estimateGas", request, read=_number))

    async def receipt(self, transaction: str) -> Receipt | None:
        """What became of a transaction; None if a majority knows of nothing."""
        found: Receipt | None = await self._quorum.agree(
            "eth_getTransactionReceipt", transaction, read=_receipt
        )
        return found

    async def logs(
        self, contract: str, topics: Sequence[bytes], first: int, last: int
    ) -> tuple[Log, ...]:
        """The events of a contract whose first topic is one of these, from block to block."""
        request = {
            "address": contract,
            "topics": [["0x" + each.hex() for each in topics]],
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        found: tuple[Log, ...] = await self._quorum.agree("eth_getLogs", request, read=_logs)
        return found

    # --- sending ------------------------------------------------------------------------------

    async def send(self, raw: bytes) -> None:
        """Give a signed transaction to all endpoints; those that have it already don't mind.

        Raises:
            RpcError: none took it.
            Disagreement: none answered.
        """
        await self._quorum.broadcast("eth_sendRawTransaction", "0x" + raw.hex(), taken=_is_taken)

    # --- inside -------------------------------------------------------------------------------

    async def _count(self, method: str, address: str) -> int:
        height = hex(await self.height())
        return int(await self._quorum.agree(method, address, height, read=_number))

    async def _call_together(self, calls: Sequence[Call], block: int) -> list[tuple[Any, ...]]:
        asked = [(to, True, function.call_data(*values)) for to, function, values in calls]
        answers = (await self.call_at(block, MULTICALL, AGGREGATE, asked))[0]
        return [
            # Asked alone, what failed says why.
            function.read(found) if done else await self.call_at(block, to, function, *values)
            for (to, function, values), (done, found) in zip(calls, answers, strict=True)
        ]

    def _reached(self, counts: Sequence[int]) -> int:
        """The highest count that a majority has reached."""
        return sorted(counts, reverse=True)[self._quorum.size - 1]


def _middle(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2]


def _is_taken(answer: Answer) -> bool:
    if not isinstance(answer.value, RpcError):
        return answer.is_value
    reason = answer.value.reason.lower()
    return any(word in reason for word in _KNOWN)


def _number(text: Any) -> int:
    if not isinstance(text, str):
        raise TypeError(text)
    return int(text, 16)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _block(values: Mapping[str, Any]) -> Block:
    return Block(
        number=_number(values["number"]),
        hash=str(values["hash"]),
        time=_number(values["timestamp"]),
        base_fee=_number(values.get("baseFeePerGas", "0x0")),
        gas_limit=_number(values["gasLimit"]),
    )


def _logs(values: Sequence[Mapping[str, Any]]) -> tuple[Log, ...]:
    return tuple(
        Log(
            _number(each["blockNumber"]),
            tuple(str(topic).lower() for topic in each["topics"]),
            str(each["data"]).lower(),
        )
        for each in values
    )


def _receipt(values: Mapping[str, Any] | None) -> Receipt | None:
    if values is None or values["blockNumber"] is None:
        return None
    made = values.get("contractAddress")
    return Receipt(
        hash=str(values["transactionHash"]),
        succeeded=_number(values["status"]) == 1,
        block=_number(values["blockNumber"]),
        block_hash=str(values["blockHash"]),
        cost=_number(values["gasUsed"]) * _number(values.get("effectiveGasPrice", "0x0")),
        contract=to_checksum_address(made) if made else None,
    )
