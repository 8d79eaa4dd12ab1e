"""A chain in this process with a collection on it, and a ledger in a database of its own."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from admin.contract.collection import deployment
from admin.ledger import Collection, Ledger, Token
from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.making import OWNER, QUICK, make_limits, make_token
from admin.wallet.fees import GWEI, FeePolicy
from admin.wallet.sender import Sender
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    async with Ledger(url) as opened:
        yield opened


@pytest.fixture(scope="session")
def deployed() -> tuple[Evm, str]:
    """A chain with a collection on it, made once."""
    evm = Evm()
    evm.fund(OWNER.address)
    code = deployment(
        name="Paintings",
        symbol="PAINT",
        contract_uri="ipfs://contract",
        admin=OWNER.address,
        minter=OWNER.address,
        royalty_receiver=OWNER.address,
        royalty_basis_points=500,
    )
    return evm, evm.deploy(code)


@pytest.fixture
async def evm(deployed: tuple[Evm, str]) -> AsyncIterator[Evm]:
    tester = deployed[0].tester
    before = tester.take_snapshot()
    made = Evm(tester, endpoints=3)
    async with made.client:
        yield made
    tester.revert_to_snapshot(before)


@pytest.fixture
def chain(evm: Evm) -> Chain:
    return evm.chain


@pytest.fixture
def make_sender(chain: Chain, ledger: Ledger) -> Callable[..., Sender]:
    def make(collection: str | None = None, timing: Any = QUICK, **limits: Any) -> Sender:
        signer = Signer(OWNER, make_limits(collection, **limits))
        return Sender(chain, signer, ledger, FeePolicy(cap=100 * GWEI), timing)

    return make


@pytest.fixture
def collection(deployed: tuple[Evm, str]) -> Collection:
    return Collection(CHAIN_ID, deployed[1])


@pytest.fixture
def pinned(ledger: Ledger, collection: Collection) -> Callable[[int], Any]:
    """Plan and pin tokens 1 to n, without IPFS."""

    async def pin(count: int) -> list[Token]:
        async with ledger.held():
            await ledger.plan([make_token(collection, n) for n in range(1, count + 1)])
            for token in await ledger.tokens(collection):
                await ledger.pin(
                    token, image_cid="i", metadata_cid="m", metadata=f'{{"n":{token.token}}}'
                )
        return await ledger.tokens(collection)

    return pin
