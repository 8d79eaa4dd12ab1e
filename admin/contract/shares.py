"""The shares' contract from Python: bytecode, calls, results."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode

from ganshare.chain.abi import Function

__all__ = [
    "BALANCE_OF",
    "EDITIONS",
    "IS_EDITION",
    "SAFE_TRANSFER",
    "SET_URI",
    "SHARES_SOURCE",
    "SUPPLY_OF",
    "URI",
    "share_arguments",
    "shares_artifact",
    "shares_deployment",
    "shares_values",
]

SHARES_SOURCE = Path(__file__).with_name("Shares.sol")
BALANCE_OF = Function("balanceOf(address,uint256)", ("uint256",))
EDITIONS = Function("editions()", ("uint256",))
SAFE_TRANSFER = Function("safeTransferFrom(address,address,uint256,uint256,bytes)")
SET_URI = Function("setURI(uint256,string)")
SUPPLY_OF = Function("totalSupply(uint256)", ("uint256",))
URI = Function("uri(uint256)", ("string",))
IS_EDITION = bytes.fromhex("d9b67a26")  # ERC-165 name of ERC-1155
_CONSTRUCTOR = (
    "string", "string", "string", "address", "address", "address", "uint96", "uint256[]",
    "string[]",
)  # fmt: skip


@cache
def shares_artifact() -> dict[str, Any]:
    """Read ABI and bytecode as they were compiled."""
    found: dict[str, Any] = json.loads(SHARES_SOURCE.with_suffix(".json").read_text("utf-8"))
    return found


def _code() -> bytes:
    return bytes.fromhex(shares_artifact()["bytecode"][2:])


def shares_deployment(
    *,
    name: str,
    symbol: str,
    contract_uri: str,
    admin: str,
    holder: str,
    royalty_receiver: str,
    royalty_basis_points: int,
    supplies: Sequence[int],
    uris: Sequence[str],
) -> bytes:
    """Give the code of the transaction that makes all shares.

    Args:
        admin: may correct metadata; it cannot make shares, nor take them.
        holder: gets all shares, to sell them.
        supplies: of each edition; its id is 1 for the first.
        uris: metadata of each.
    """
    values = (
        name, symbol, contract_uri, admin, holder, royalty_receiver, royalty_basis_points,
        list(supplies), list(uris),
    )  # fmt: skip
    return _code() + encode(_CONSTRUCTOR, values)


def share_arguments(data: bytes) -> bytes | None:
    """Give the constructor's arguments of a deployment of shares; None if it is none."""
    code = _code()
    return data[len(code) :] if data.startswith(code) else None


def shares_values(data: bytes) -> tuple[Any, ...] | None:
    """Give what a deployment of shares was made with, in the order of the constructor."""
    arguments = share_arguments(data)
    return None if arguments is None else tuple(decode(_CONSTRUCTOR, arguments))
