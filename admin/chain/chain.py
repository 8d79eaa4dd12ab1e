"""A chain seen through several endpoints, of which a majority must agree.

What decides about money (balances apart, which are only shown) is read from all endpoints, at a
block that a majority of them has; any contradiction stops the run. A transaction goes to all.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from eth_utils.address import to_checksum_address

from admin.chain.abi import Function
from admin.chain.rpc import Endpoint, EndpointAway, RpcError
from ganshare.errors import SettingsError, WorldError

__all__ = ["Chain", "Disagreement", "Receipt", "open_chain"]

_KNOWN = ("already known", "already imported", "known transaction", "alreadyknown")


class Disagreement(WorldError):  # noqa: N818  # says what is the case
    """Endpoints contradict each other, or too few of them answer."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that was included in a block."""

    hash: str
    succeeded: bool
    block: int
    block_hash: str
    cost: int  # in wei, gas only
    contract: str | None  # that it made


@asynccontextmanager
async def open_chain(
    urls: Sequence[str], chain_id: int, *, seconds: float = 15.0
) -> AsyncIterator["Chain"]:
    """Give the chain behind some endpoints, after a look whether it is the right one.

    Raises:
        SettingsError: there are no endpoints, or they are of another chain.
        Disagreement: too few of them answer.
    """
    if not urls:
        raise SettingsError("There is no endpoint of the chain; set ADMIN_RPC_URLS.")
    async with httpx.AsyncClient(timeout=seconds) as client:
        chain = Chain([Endpoint(url, client) for url in urls], chain_id)
        found = _number(await chain.agreed("eth_chainId"))
        if found != chain_id:
            raise SettingsError(
                f"The endpoints are of chain {found}, ADMIN_CHAIN_ID says {chain_id}.",
                given=found,
                allowed=chain_id,
            )
        yield chain


class Chain:
    """One chain.

    Args:
        endpoints: that see it; more than half of them must answer, and answer alike.
    """

    def __init__(self, endpoints: Sequence[Endpoint], chain_id: int) -> None:
        self._endpoints = tuple(endpoints)
        self.chain_id = chain_id
        self._quorum = len(endpoints) // 2 + 1

    # --- reading ------------------------------------------------------------------------------

    async def agreed(self, method: str, *params: Any) -> Any:
        """Ask all; give the one answer.

        Raises:
            Disagreement: the answers differ, or fewer than the majority answered.
            RpcError: they agree on an error.
        """
        answers = await self._ask_all(method, *params)
        distinct = {_key(answer) for answer in answers}
        if len(distinct) > 1:
            raise Disagreement(
                f"The chain's endpoints contradict each other about {method}; nothing was sent. "
                "Wait a minute, or find the wrong one with `ganshare admin doctor`."
            )
        if isinstance(answers[0], RpcError):
            raise answers[0]
        return answers[0]

    async def height(self) -> int:
        """The newest block that a majority has."""
        heights = [_number(each) for each in await self._results("eth_blockNumber")]
        return sorted(heights, reverse=True)[self._quorum - 1]

    async def call(self, to: str, function: Function, *values: Any) -> tuple[Any, ...]:
        """Read from a contract, as of the newest block that a majority has."""
        return await self.call_at(await self.height(), to, function, *values)

    async def call_at(
        self, block: int, to: str, function: Function, *values: Any
    ) -> tuple[Any, ...]:
        """Read from a contract, as of a block."""
        request = {"to": to, "data": "0x" + function.call_data(*values).hex()}
        answer = await self.agreed("eth_call", request, hex(block))
        return function.read(bytes.fromhex(str(answer)[2:]))

    async def has_code(self, address: str) -> bool:
        """Whether there is a contract."""
        block = hex(await self.height())
        return len(await self.agreed("eth_getCode", address, block)) > len("0x")

    async def nonce(self, address: str) -> int:
        """How many transactions of an account were included."""
        block = hex(await self.height())
        return _number(await self.agreed("eth_getTransactionCount", address, block))

    async def nonce_under_way(self, address: str) -> int:
        """The same, with those that wait, as far as any endpoint knows of them."""
        answers = await self._results("eth_getTransactionCount", address, "pending")
        return max(_number(each) for each in answers)

    async def balance(self, address: str) -> int:
        """The coins of an account; the least that an endpoint says."""
        answers = await self._results("eth_getBalance", address, "latest")
        return min(_number(each) for each in answers)

    async def base_fee(self) -> int:
        """Of the newest block, in wei; the highest that an endpoint says."""
        blocks = await self._results("eth_getBlockByNumber", "latest", False)
        return max(_number(block.get("baseFeePerGas", "0x0")) for block in blocks)

    async def tip(self) -> int:
        """What endpoints suggest as a priority fee; the one in the middle."""
        tips = sorted(_number(each) for each in await self._results("eth_maxPriorityFeePerGas"))
        return tips[len(tips) // 2]

    async def time(self) -> int:
        """The newest block's, in seconds since 1970."""
        block = await self.agreed("eth_getBlockByNumber", hex(await self.height()), False)
        return _number(block["timestamp"])

    async def estimate(self, sender: str, to: str | None, data: bytes, value: int = 0) -> int:
        """How much gas a transaction needs; the most that an endpoint says.

        Raises:
            RpcError: it would fail; the contract's reason is in it.
        """
        request = {"from": sender, "data": "0x" + data.hex(), "value": hex(value)}
        if to is not None:
            request["to"] = to
        return max(_number(each) for each in await self._results("eth_estimateGas", request))

    async def receipt(self, transaction: str) -> Receipt | None:
        """What became of a transaction; None while a majority does not say the same."""
        answers = await self._ask_all("eth_getTransactionReceipt", transaction)
        found = [answer for answer in answers if isinstance(answer, Mapping)]
        counted = {
            block: sum(each["blockHash"] == block for each in found)
            for block in {each["blockHash"] for each in found}
        }
        for block, votes in counted.items():
            if votes >= self._quorum:
                return _receipt(next(each for each in found if each["blockHash"] == block))
        return None

    # --- sending ------------------------------------------------------------------------------

    async def send(self, raw: bytes) -> None:
        """Give a signed transaction to all endpoints; those that have it already don't mind.

        Raises:
            RpcError: none took it.
            Disagreement: none answered.
        """
        text = "0x" + raw.hex()
        answers = await self._gather("eth_sendRawTransaction", text)
        errors = [each for each in answers if isinstance(each, RpcError)]
        taken = [each for each in answers if isinstance(each, str)]
        if taken or any(_is_known(each) for each in errors):
            return
        if errors:
            raise errors[0]
        raise Disagreement("No endpoint of the chain took the transaction; it is sent again later.")

    # --- all of them --------------------------------------------------------------------------

    async def _gather(self, method: str, *params: Any) -> list[Any]:
        asked = (each.ask(method, *params) for each in self._endpoints)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, WorldError):
                raise answer
        return answers

    async def _ask_all(self, method: str, *params: Any) -> list[Any]:
        """Results and errors of those that answered; more than half of all."""
        answers = await self._gather(method, *params)
        there = [each for each in answers if not isinstance(each, EndpointAway)]
        if len(there) < self._quorum:
            raise Disagreement(
                f"{len(there)} of {len(answers)} endpoints of the chain answered {method}; "
                f"{self._quorum} are needed."
            )
        return there

    async def _results(self, method: str, *params: Any) -> list[Any]:
        answers = await self._ask_all(method, *params)
        results = [each for each in answers if not isinstance(each, RpcError)]
        if len(results) < self._quorum:
            raise next(each for each in answers if isinstance(each, RpcError))
        return results


def _key(answer: Any) -> str:
    if isinstance(answer, RpcError):
        # Clients word the same refusal differently.
        return "error"
    if isinstance(answer, Mapping) and "hash" in answer:
        return str(answer["hash"])  # a block: clients add fields of their own
    return str(answer)


def _is_known(error: RpcError) -> bool:
    return any(word in error.reason.lower() for word in _KNOWN)


def _number(text: Any) -> int:
    return int(str(text), 16)


def _receipt(values: Mapping[str, Any]) -> Receipt:
    made = values.get("contractAddress")
    return Receipt(
        hash=values["transactionHash"],
        succeeded=_number(values["status"]) == 1,
        block=_number(values["blockNumber"]),
        block_hash=values["blockHash"],
        cost=_number(values["gasUsed"]) * _number(values.get("effectiveGasPrice", "0x0")),
        contract=to_checksum_address(made) if made else None,
    )
