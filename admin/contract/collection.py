"""The collection's contract from Python: bytecode, calls, results."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from ganshare.chain.abi import Function, event_topic

__all__ = [
    "ARTIFACT",
    "CLOSE_MINTING",
    "CONTRACT_URI",
    "FINAL_COLLECTION",
    "FREEZE_METADATA",
    "FREEZE_TOKENS",
    "GRANT_ROLE",
    "HAS_ROLE",
    "METADATA_FROZEN",
    "MINTER_ROLE",
    "MINTING_CLOSED",
    "MINT_BATCH",
    "MOST_ROYALTY",
    "NAME",
    "OWNER",
    "OWNER_OF",
    "PAUSE",
    "PAUSED",
    "PAUSER_ROLE",
    "REVOKE_ROLE",
    "ROYALTY_INFO",
    "SET_CONTRACT_URI",
    "SET_ROYALTY",
    "SOURCE",
    "SUPPORTS_INTERFACE",
    "SYMBOL",
    "TOKENS",
    "TOKEN_FROZEN",
    "TOKEN_URI",
    "TOTAL_SUPPLY",
    "TRANSFER",
    "TRANSFER_TOKEN",
    "UNPAUSE",
    "arguments_of",
    "artifact",
    "constructor_values",
    "deployment",
    "explain_refusal",
    "is_known_source",
    "mint_batch",
]

ARTIFACT = Path(__file__).with_name("Paintings.json")
SOURCE = Path(__file__).with_name("Paintings.sol")
MINTER_ROLE = bytes(keccak(text="MINTER_ROLE"))
PAUSER_ROLE = bytes(keccak(text="PAUSER_ROLE"))
MOST_ROYALTY = 1_000  # basis points; the contract takes no more
TRANSFER = event_topic("Transfer(address,address,uint256)")

CONTRACT_URI = Function("contractURI()", ("string",))
CLOSE_MINTING = Function("closeMinting()")
FREEZE_METADATA = Function("freezeMetadata()")
FREEZE_TOKENS = Function("freezeTokens(uint256[])")
GRANT_ROLE = Function("grantRole(bytes32,address)")
METADATA_FROZEN = Function("metadataFrozen()", ("bool",))
MINTING_CLOSED = Function("mintingClosed()", ("bool",))
NAME = Function("name()", ("string",))
PAUSE = Function("pause()")
REVOKE_ROLE = Function("revokeRole(bytes32,address)")
SET_CONTRACT_URI = Function("setContractURI(string)")
SET_ROYALTY = Function("setRoyalty(address,uint96)")
TOKEN_FROZEN = Function("tokenFrozen(uint256)", ("bool",))
TRANSFER_TOKEN = Function("transferFrom(address,address,uint256)")
UNPAUSE = Function("unpause()")
HAS_ROLE = Function("hasRole(bytes32,address)", ("bool",))
OWNER = Function("owner()", ("address",))
OWNER_OF = Function("ownerOf(uint256)", ("address",))
PAUSED = Function("paused()", ("bool",))
ROYALTY_INFO = Function("royaltyInfo(uint256,uint256)", ("address", "uint256"))
SUPPORTS_INTERFACE = Function("supportsInterface(bytes4)", ("bool",))
SYMBOL = Function("symbol()", ("string",))
TOKENS = Function("tokens(uint256[])", ("address[]", "bytes32[]"))
TOKEN_URI = Function("tokenURI(uint256)", ("string",))
TOTAL_SUPPLY = Function("totalSupply()", ("uint256",))

# The ERC-165 name of what contracts of the first version lack.
FINAL_COLLECTION = bytes(
    a ^ b ^ c ^ d
    for a, b, c, d in zip(
        *(each.selector for each in (CLOSE_MINTING, MINTING_CLOSED, FREEZE_TOKENS, TOKEN_FROZEN)),
        strict=True,
    )
)
# The first version's bytecode, by its length, and its source; both by their SHA-256.
_FIRST_CODE = (12_158, "6450a3da276657e5b06df62c57b4327adc6e21d0b1d57e80fdffc1806614d039")
_FIRST_SOURCE = "8efeaef365c8895607f49c22e3b2a8679fea8560ebee6363a9d9de9974b8e33b"

MINT_BATCH = Function("mintBatch(address,uint256[],bytes32[])", ("uint256",))
_REASONS = {
    "AccessControlUnauthorizedAccount": "this account has no right to do that; `ganshare admin "
    "collection show` says what it may, and the owner gives rights by `collection minter`",
    "Closed": "the owner has closed minting forever",
    "EnforcedPause": "minting is paused; the owner's `ganshare admin collection unpause` ends that",
    "Frozen": "the metadata is final",
    "MintedOtherwise": "a token is minted with other metadata; `ganshare admin reconcile` names it",
}
_CONSTRUCTOR = ("string", "string", "string", "address", "address", "address", "uint96")


@cache
def artifact() -> dict[str, Any]:
    """Read ABI and bytecode as they were compiled."""
    found: dict[str, Any] = json.loads(ARTIFACT.read_text("utf-8"))
    return found


@cache
def _errors() -> dict[str, str]:
    """The contract's own errors, by what stands for them in an answer."""
    errors = [each for each in artifact()["abi"] if each["type"] == "error"]
    signatures = {
        each["name"]: f"{each['name']}({','.join(one['type'] for one in each['inputs'])})"
        for each in errors
    }
    return {"0x" + keccak(text=text)[:4].hex(): name for name, text in signatures.items()}


def explain_refusal(answer: str) -> str | None:
    """Say why the contract refuses a call, and the way out where there is one.

    Args:
        answer: whatever the chain said, with the error's first four bytes in it.
    """
    for selector, name in _errors().items():
        if selector in answer.lower():
            return _REASONS.get(name, f"the contract says {name}")
    return None


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


def arguments_of(data: bytes) -> bytes | None:
    """Give the constructor's arguments of a deployment; None if it is of no version of ours."""
    code = bytes.fromhex(artifact()["bytecode"][2:])
    if data.startswith(code):
        return data[len(code) :]
    length, digest = _FIRST_CODE
    return data[length:] if hashlib.sha256(data[:length]).hexdigest() == digest else None


def constructor_values(data: bytes) -> tuple[Any, ...] | None:
    """Give what a deployment of ours was made with, in the order of the constructor."""
    arguments = arguments_of(data)
    return None if arguments is None else tuple(decode(_CONSTRUCTOR, arguments))


def is_known_source(text: str) -> bool:
    """Whether it is the source of a version of ours."""
    is_first = hashlib.sha256(text.encode()).hexdigest() == _FIRST_SOURCE
    return is_first or text == SOURCE.read_text("utf-8")


def mint_batch(to: str, tokens: Sequence[int], digests: Sequence[bytes]) -> bytes:
    """Write the call that mints those of these tokens which aren't minted yet."""
    return MINT_BATCH.call_data(to, list(tokens), list(digests))
