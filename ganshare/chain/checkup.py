"""Checks endpoints one by one: late, wrong, unsteady, refusing or away."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from ganshare.chain.rpc import Endpoint, EndpointAway, RpcError, make_endpoints
from ganshare.tls import tls_context

__all__ = ["Finding", "check_endpoints"]

_SAMPLES = 5
_PAUSE = 0.4  # seconds between two samples
_PATIENCE = 10.0  # seconds for one question
_SLOW = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about an endpoint; `is_well` if others can rely on it."""

    endpoint: str
    text: str
    is_well: bool


@dataclass
class _Look:
    """What one endpoint said.

    Args:
        heights: its newest block at each sample; None where it gave no answer.
        chain_id, block, nonce: None where it gave no answer.
    """

    endpoint: Endpoint
    failures: list[EndpointAway | RpcError] = field(default_factory=list)
    heights: list[int | None] = field(default_factory=list)
    seconds: float = 0.0
    chain_id: int | None = None
    block: str | None = None
    nonce: int | None = None

    async def ask(self, method: str, *params: Any) -> Any:
        """Ask once; None if that failed."""
        began = time.monotonic()
        try:
            return await self.endpoint.ask(method, *params)
        except (EndpointAway, RpcError) as error:
            self.failures.append(error)
            return None
        finally:
            self.seconds = max(self.seconds, time.monotonic() - began)

    async def ask_number(self, method: str, *params: Any) -> int | None:
        """Ask once for a number; None if there was no answer."""
        found = await self.ask(method, *params)
        try:
            return None if found is None else int(str(found), 16)
        except ValueError:
            self.failures.append(self.endpoint.away(method, "an answer that cannot be read"))
            return None


async def check_endpoints(
    urls: Sequence[str], chain_id: int, account: str | None = None
) -> list[Finding]:
    """Ask each endpoint several times, and compare what they say.

    Args:
        account: whose nonce is compared, too.
    """
    async with httpx.AsyncClient(timeout=_PATIENCE, verify=tls_context()) as client:
        looks = [_Look(each) for each in make_endpoints(urls, client)]
        for number in range(_SAMPLES):
            await asyncio.gather(*(_sample(each) for each in looks))
            if number + 1 < _SAMPLES:
                await asyncio.sleep(_PAUSE)
        common = _reached([each.heights[-1] for each in looks])
        await asyncio.gather(*(_compare(each, common, account) for each in looks))
    return [_judge(each, looks, chain_id) for each in looks]


async def _sample(look: _Look) -> None:
    look.heights.append(await look.ask_number("eth_blockNumber"))


async def _compare(look: _Look, height: int, account: str | None) -> None:
    """Ask for what must be the same everywhere."""
    look.chain_id = await look.ask_number("eth_chainId")
    block = await look.ask("eth_getBlockByNumber", hex(height), False)
    look.block = str(block.get("hash")) if isinstance(block, dict) else None
    if account is not None:
        look.nonce = await look.ask_number("eth_getTransactionCount", account, hex(height))


def _judge(look: _Look, looks: Sequence[_Look], chain_id: int) -> Finding:
    problem = (
        _find_silence(look)
        or _find_lie(look, looks, chain_id)
        or _find_delay(look, looks)
        or _find_failures(look)
    )
    if problem is not None:
        return Finding(look.endpoint.name, problem, is_well=False)
    text = f"block {look.heights[-1]}, answers within {look.seconds:.2g} s"
    return Finding(look.endpoint.name, text, is_well=True)


def _find_silence(look: _Look) -> str | None:
    if any(each is not None for each in look.heights):
        return None
    last = look.failures[-1]
    refuses = isinstance(last, RpcError) or not last.passing
    return f"{'refuses' if refuses else 'gives no answer'}: {last.reason}"


def _find_lie(look: _Look, looks: Sequence[_Look], chain_id: int) -> str | None:
    if look.chain_id not in (None, chain_id):
        return f"wrong: it is of chain {look.chain_id}, and ADMIN_CHAIN_ID says {chain_id}"
    for what, said, others in (
        ("the newest common block", look.block, [each.block for each in looks]),
        ("the account's nonce", look.nonce, [each.nonce for each in looks]),
    ):
        common = _most_common(others)
        if said is not None and common is not None and said != common:
            return f"wrong: it says {said} about {what}, and the others say {common}"
    return None


def _find_delay(look: _Look, looks: Sequence[_Look]) -> str | None:
    behind = []
    for number, height in enumerate(look.heights):
        reached = _reached([each.heights[number] for each in looks])
        behind.append(0 if height is None else reached - height)
    if min(behind) > 0:  # whoever only hears of blocks a moment later catches up in between
        return f"late: {min(behind)} blocks behind the others"
    if look.seconds > _SLOW:
        return f"slow: it takes up to {look.seconds:.1f} s for an answer"
    return None


def _find_failures(look: _Look) -> str | None:
    if not look.failures:
        return None
    reasons = Counter(each.reason for each in look.failures)
    told = ", ".join(f"{count} × {reason}" for reason, count in reasons.most_common())
    return f"unsteady: some of few questions failed ({told})"


def _reached(heights: Iterable[int | None]) -> int:
    """The newest block that more than half of all have; the newest at all where too few answer."""
    every = list(heights)
    known = sorted((each for each in every if each is not None), reverse=True)
    if not known:
        return 0
    return known[min(len(every) // 2, len(known) - 1)]


def _most_common(values: Iterable[Any]) -> Any:
    """What more than half of those say that say something; None if nothing."""
    known = [each for each in values if each is not None]
    for value, count in Counter(known).most_common(1):
        if 2 * count > len(known):
            return value
    return None
