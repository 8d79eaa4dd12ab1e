"""Estimates gas, and names the ways in which a transaction can fail."""

from admin.contract.collection import explain_refusal
from ganshare.chain.chain import Chain
from ganshare.chain.rpc import RpcError
from ganshare.errors import WorldError

__all__ = ["Reverted", "TransactionFailed", "WouldFail", "estimate_gas", "with_margin"]


class TransactionFailed(WorldError):  # noqa: N818  # says what is the case
    """A transaction would fail, was included and failed, or waits in vain."""


class WouldFail(TransactionFailed):
    """The chain would refuse a transaction now; it was not sent."""


class Reverted(TransactionFailed):
    """A transaction was included and failed; it is over."""


async def estimate_gas(
    chain: Chain, sender: str, to: str | None, data: bytes, value: int = 0
) -> int:
    """How much gas a transaction gets: a fifth more than it needs now.

    Raises:
        WouldFail: the chain says so.
    """
    try:
        return with_margin(await chain.estimate(sender, to, data, value))
    except RpcError as error:
        reason = explain_refusal(f"{error.data} {error.reason}") or error.reason
        message = f"The transaction would fail, and was not sent: {reason}."
        raise WouldFail(message, given=error.data) from error


def with_margin(gas: int) -> int:
    """How much gas is offered for what was estimated: a fifth more."""
    return gas * 6 // 5
