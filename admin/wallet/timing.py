"""Waiting for a transaction: intervals, deadlines and the messages meanwhile."""

from dataclasses import dataclass

from admin.ledger import Transaction
from admin.wallet.fees import GWEI
from ganshare.chain.chain import Receipt

__all__ = ["Timing", "describe_wait"]


@dataclass(frozen=True, slots=True)
class Timing:
    """When to look, and when to lose patience.

    Args:
        confirmations: blocks on top of a transaction that make it final for us.
        look: seconds between two looks.
        resend: seconds after which a transaction that is in no block is sent again.
        replace: seconds after which it is replaced by one with higher fees.
        give_up: seconds after which the run ends; the next one goes on.
        gap: seconds that transactions with lower nonces may be unknown to the endpoints.
        tell: seconds from one word about what is waited for to the next.
    """

    confirmations: int = 12
    look: float = 2.0
    resend: float = 30.0
    replace: float = 180.0
    give_up: float = 3_600.0
    gap: float = 30.0
    tell: float = 20.0


def describe_wait(
    transaction: Transaction, receipt: Receipt | None, height: int, waited: float, timing: Timing
) -> str:
    """Say what is waited for."""
    what = f"Waiting for nonce {transaction.nonce} ({transaction.kind}), {waited:.0f} s"
    if receipt is not None:
        found = height - receipt.block
        return f"{what}: {max(0, found)} of {timing.confirmations} confirmations."
    price = transaction.cost / transaction.gas / GWEI
    return f"{what}: in no block yet; it offers up to {price:.4g} gwei for a unit of gas."
