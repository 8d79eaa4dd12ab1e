"""The contract on a real EVM: what minting costs, what is final, what older ones lack."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from admin.contract.collection import (
    CLOSE_MINTING,
    FINAL_COLLECTION,
    FREEZE_TOKENS,
    METADATA_FROZEN,
    MINTING_CLOSED,
    MOST_ROYALTY,
    SET_ROYALTY,
    SUPPORTS_INTERFACE,
    TOKEN_FROZEN,
    TOTAL_SUPPLY,
    arguments_of,
    deployment,
    mint_batch,
)
from admin.ledger import Collection
from admin.testing.evm import Evm
from admin.testing.making import OWNER
from ganshare.chain.abi import Function, event_topic
from ganshare.chain.chain import Chain
from ganshare.chain.rpc import RpcError

FIRST_VERSION = Path(__file__).with_name("first-version.hex")
UPDATE = Function("updateMetadata(uint256,bytes32)")
Refused = Callable[..., str]


@pytest.fixture
def refused(chain: Chain, collection: Collection) -> Refused:
    """Tell with which error the contract refuses the owner something; "" if it doesn't."""

    async def ask(data: bytes) -> str:
        try:
            await chain.estimate(OWNER.address, collection.address, data)
        except RpcError as error:
            return str(error.data or error.reason)
        return ""

    return ask


def selector(error: str) -> str:
    return repr(Function(error).selector)[2:-1]  # as py-evm tells it


def make(**overrides: object) -> bytes:
    values: dict[str, object] = {"name": "P", "symbol": "P", "contract_uri": "ipfs://x"}
    values |= dict.fromkeys(("admin", "minter", "royalty_receiver"), OWNER.address)
    return deployment(**(values | {"royalty_basis_points": 500} | overrides))  # type: ignore[arg-type]


@pytest.mark.heavy
async def test_a_token_costs_49_000_gas_in_a_batch_of_100(
    chain: Chain, evm: Evm, collection: Collection
) -> None:
    evm.send_as_owner(collection.address, mint_batch(OWNER.address, [1], [b"\x07" * 32]))
    # As they really are: hashes, of which no byte is free.
    ids = [int.from_bytes(sha256(bytes([each])).digest()) for each in range(100)]
    digests = [sha256(each.to_bytes(32)).digest() for each in ids]
    needed = await chain.estimate(
        OWNER.address, collection.address, mint_batch(OWNER.address, ids, digests)
    )
    assert 48_500 < needed / 100 < 49_100, needed / 100


async def test_what_is_closed_is_never_minted_again(
    chain: Chain, evm: Evm, collection: Collection, refused: Refused
) -> None:
    mint = mint_batch(OWNER.address, [1, 2], [b"\x07" * 32] * 2)
    evm.send_as_owner(collection.address, mint)
    assert await refused(mint_batch(OWNER.address, [3], [b"\x07" * 32])) == ""
    evm.send_as_owner(collection.address, CLOSE_MINTING.call_data())
    assert await chain.call(collection.address, MINTING_CLOSED) == (True,)
    assert await chain.call(collection.address, TOTAL_SUPPLY) == (2,)
    assert selector("Closed()") in await refused(mint_batch(OWNER.address, [3], [b"\x07" * 32]))


async def test_a_frozen_token_keeps_its_metadata_and_others_don_t(
    chain: Chain, evm: Evm, collection: Collection, refused: Refused
) -> None:
    evm.send_as_owner(collection.address, mint_batch(OWNER.address, [1, 2], [b"\x07" * 32] * 2))
    evm.send_as_owner(collection.address, FREEZE_TOKENS.call_data([1]))
    assert await chain.call(collection.address, TOKEN_FROZEN, 1) == (True,)
    assert selector("Frozen()") in await refused(UPDATE.call_data(1, b"\x08" * 32))
    assert await refused(UPDATE.call_data(2, b"\x08" * 32)) == ""
    unminted = await refused(FREEZE_TOKENS.call_data([3]))
    assert selector("ERC721NonexistentToken(uint256)") in unminted


async def test_royalties_are_capped_when_made_and_when_changed(
    chain: Chain, refused: Refused
) -> None:
    high = SET_ROYALTY.call_data(OWNER.address, MOST_ROYALTY + 1)
    assert selector("RoyaltyTooHigh(uint96,uint96)") in await refused(high)
    assert await refused(SET_ROYALTY.call_data(OWNER.address, MOST_ROYALTY)) == ""
    with pytest.raises(RpcError):
        await chain.estimate(OWNER.address, None, make(royalty_basis_points=MOST_ROYALTY + 1))


async def test_its_own_metadata_is_announced_at_construction(evm: Evm) -> None:
    contract = evm.deploy(make())
    logs = evm.web3.eth.get_logs({"address": contract, "fromBlock": 0})  # type: ignore[typeddict-item]
    assert event_topic("ContractURIUpdated()") in [bytes(each["topics"][0]) for each in logs]


async def test_contracts_of_the_first_version_are_told_apart_and_known(
    chain: Chain, evm: Evm, collection: Collection
) -> None:
    first = bytes.fromhex(FIRST_VERSION.read_text().replace("\n", ""))
    code = first + (arguments_of(make()) or b"")
    assert arguments_of(code) == arguments_of(make())
    assert arguments_of(b"\x00" + code) is None
    older = evm.deploy(code)
    assert await chain.call(older, SUPPORTS_INTERFACE, FINAL_COLLECTION) == (False,)
    assert await chain.call(older, METADATA_FROZEN) == (False,)
    assert await chain.call(collection.address, SUPPORTS_INTERFACE, FINAL_COLLECTION) == (True,)
