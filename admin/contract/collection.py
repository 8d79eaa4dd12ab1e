"""The collection's contract from Python: bytecode, calls, results."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from admin.chain.abi import Function, event_topic

__all__ = [
    "ARTIFACT",
    "CONTRACT_URI",
    "HAS_ROLE",
    "MINTER_ROLE",
    "OWNER",
    "OWNER_OF",
    "PAUSED",
    "ROYALTY_INFO",
    "SOURCE",
    "SUPPORTS_INTERFACE",
    "TOKENS",
    "TOKEN_URI",
    "TOTAL_SUPPLY",
    "TRANSFER",
    "artifact",
    "deployment",
    "mint_batch",
]

ARTIFACT = Path(__file__).with_name("Paintings.json")
SOURCE = Path(__file__).with_name("Paintings.sol")
MINTER_ROLE = bytes(keccak(text="MINTER_ROLE"))
TRANSFER = event_topic("Transfer(address,address,uint256)")

CONTRACT_URI = Function("contractURI()", ("string",))
HAS_ROLE = Function("hasRole(bytes32,address)", ("bool",))
OWNER = Function("owner()", ("address",))
OWNER_OF = Function("ownerOf(uint256)", ("address",))
PAUSED = Function("paused()", ("bool",))
ROYALTY_INFO = Function("royaltyInfo(uint256,uint256)", ("address", "uint256"))
SUPPORTS_INTERFACE = Function("supportsInterface(bytes4)", ("bool",))
TOKENS = Function("tokens(uint256[])", ("address[]", "bytes32[]"))
TOKEN_URI = Function("tokenURI(uint256)", ("string",))
TOTAL_SUPPLY = Function("totalSupply()", ("uint256",))

_MINT_BATCH = Function("mintBatch(address,uint256[],bytes32[])", ("uint256",))
_CONSTRUCTOR = ("string", "string", "string", "address", "address", "address", "uint96")


@cache
def artifact() -> dict[str, Any]:
    """Read ABI and bytecode as they were compiled."""
    found: dict[str, Any] = json.loads(ARTIFACT.read_text("utf-8"))
    return found


def deployment(
    *,
    name: str,
    symbol: str,
    contract_uri: str,
    admin: str,
    minter: str,
    royalty_receiver: str,
    royalty_basis_points: int,
) -> bytes:
    """Give the code of the transaction that makes a collection.

    Args:
        admin: may appoint minters, correct metadata and end a pause; a safe place's address.
        minter: may mint and pause, nothing else.
        royalty_basis_points: of each sale's price; 500 are 5 %.
    """
    values = (name, symbol, contract_uri, admin, minter, royalty_receiver, royalty_basis_points)
    return bytes.fromhex(artifact()["bytecode"][2:]) + encode(_CONSTRUCTOR, values)


def mint_batch(to: str, tokens: Sequence[int], digests: Sequence[bytes]) -> bytes:
    """Write the call that mints those of these tokens which aren't minted yet."""
    return _MINT_BATCH.call_data(to, list(tokens), list(digests))
