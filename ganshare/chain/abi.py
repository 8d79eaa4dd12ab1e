"""Encodes contract calls and decodes their results, from Solidity signatures."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.crypto import keccak

from ganshare.errors import WorldError

__all__ = ["Function", "event_topic"]


@dataclass(frozen=True)
class Function:
    """One function of a contract.

    Args:
        signature: such as "balanceOf(address)"; tuples are written with parentheses.
        returns: types of what it gives.
    """

    signature: str
    returns: tuple[str, ...] = ()

    @cached_property
    def selector(self) -> bytes:
        """The four bytes that name it in a call."""
        return bytes(function_signature_to_4byte_selector(self.signature))

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """The types of its arguments."""
        return _split(self.signature.partition("(")[2][:-1])

    def call_data(self, *values: Any) -> bytes:
        """Write a call."""
        return self.selector + encode(self.arguments, values)

    def read(self, data: bytes) -> tuple[Any, ...]:
        """Read what a call gave.

        Raises:
            WorldError: it is nothing that this function gives; there may be no such contract.
        """
        try:
            return tuple(decode(self.returns, data))
        except (DecodingError, OverflowError, ValueError) as error:
            raise WorldError(
                f"The contract answered {self.signature} with {len(data)} bytes that are no "
                f"({','.join(self.returns)}); is its address right?"
            ) from error


def event_topic(signature: str) -> bytes:
    """Give the first topic of an event's logs."""
    return bytes(keccak(text=signature))


def _split(types: str) -> tuple[str, ...]:
    """Divide at the commas that are not inside a tuple."""
    parts, depth = [""], 0
    for letter in types:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return tuple(part for part in parts if part)
