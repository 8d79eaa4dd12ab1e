"""An account's nonces: the next one, stuck ones, and the contracts they made.

A transaction is included only after all that have a lower nonce. Hence none is ever left out: the
next one is the first that neither the chain nor the ledger has used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import rlp
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from admin.ledger import Ledger, Transaction, TransactionState
from ganshare.chain.chain import Chain

__all__ = [
    "BRAKES",
    "MOST_GAS",
    "Waiting",
    "find_deployments",
    "find_overtaken",
    "find_waiting",
    "is_brake",
    "made_address",
    "next_nonce",
    "nonce_of_brake",
]

BRAKES = frozenset({"cancel", "counter", "pause"})  # kinds of transaction that go first
# Of a brake. Polygon takes transactions of up to 32 million, Ethereum of up to 16.7; older versions
# recorded larger ones, which no block takes.
MOST_GAS = 12_000_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A nonce that the chain has not used, though it or a later one is waited for.

    Args:
        transaction: the ledger's; None if it has none for it.
        is_pooled: whether a majority of the endpoints knows of a transaction with it.
    """

    nonce: int
    transaction: Transaction | None
    is_pooled: bool

    @property
    def is_gap(self) -> bool:
        """Whether nobody has sent anything with it, so that all later ones wait in vain."""
        return self.transaction is None and not self.is_pooled


async def find_waiting(ledger: Ledger, chain: Chain, address: str) -> list[Waiting]:
    """Name the nonces that are not used yet, up to the last one that someone sent or recorded."""
    used, pooled = await chain.nonce(address), await chain.nonce_under_way(address)
    recorded = await ledger.transactions(chain.chain_id, address)
    ours = {each.nonce: each for each in recorded if each.nonce >= used}
    end = max(pooled, *(nonce + 1 for nonce in (*ours, used - 1)))
    return [Waiting(nonce, ours.get(nonce), nonce < pooled) for nonce in range(used, end)]


async def next_nonce(ledger: Ledger, chain: Chain, address: str) -> int:
    """Give the first nonce that neither the chain nor the ledger has used."""
    nonce = await chain.nonce(address)
    recorded = {each.nonce for each in await ledger.transactions(chain.chain_id, address)}
    while nonce in recorded:
        nonce += 1
    return nonce


async def nonce_of_brake(
    ledger: Ledger, chain: Chain, address: str
) -> tuple[int, Transaction | None]:
    """Give the first nonce that can still be had, and our own transaction that waits with it."""
    nonce = await chain.nonce(address)
    recorded = {each.nonce: each for each in await ledger.transactions(chain.chain_id, address)}
    while (ours := recorded.get(nonce)) is not None:
        if ours.state is TransactionState.SENT and not is_brake(ours):
            return nonce, ours
        nonce += 1
    return nonce, None


async def find_deployments(ledger: Ledger, chain_id: int, sender: str) -> list[Transaction]:
    """Give an account's deployments that made a contract or may do so, newest first.

    One that is displaced and has a hash was to be replaced, and got in first with other arguments.
    """
    found = await ledger.transactions(chain_id, sender)
    return [
        each
        for each in reversed(found)
        if each.kind == "deploy"
        and each.state is not TransactionState.REVERTED
        and (each.state is not TransactionState.DISPLACED or each.hash is not None)
    ]


async def find_overtaken(ledger: Ledger, chain_id: int, address: str) -> list[Transaction]:
    """Give what waits and may give up its nonce to a brake."""
    waiting = await ledger.transactions(chain_id, address, TransactionState.SENT)
    return [each for each in waiting if not is_brake(each)]


def is_brake(transaction: Transaction) -> bool:
    """Whether it stops sales or minting, and nothing goes before it."""
    return transaction.kind in BRAKES and transaction.gas <= MOST_GAS


def made_address(sender: str, nonce: int) -> str:
    """Give the address of the contract that a transaction makes."""
    parts: Sequence[bytes | int] = (bytes.fromhex(sender.removeprefix("0x")), nonce)
    return str(to_checksum_address(keccak(rlp.encode(parts))[12:]))
