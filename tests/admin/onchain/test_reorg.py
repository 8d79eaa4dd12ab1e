"""Competing blocks: what was included in one that lost is seen through, and counts once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from admin.contract.collection import TOTAL_SUPPLY
from admin.ledger import Collection, Ledger, TokenState, TransactionState
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.minting.mint import mint_all, reconcile_tokens
from admin.testing.anvil import CHAIN_ID, Anvil, Market, anvil, make_market
from admin.testing.making import make_limits, make_token
from admin.wallet.fees import GWEI, FeePolicy
from admin.wallet.sender import Sender
from admin.wallet.signer import Signer
from admin.wallet.timing import Timing
from ganshare.chain.chain import Chain, open_chain
from ganshare.testing import TIMEOUT

pytestmark = [pytest.mark.chain, pytest.mark.slow]

DEEP = 3


@pytest.fixture(scope="module")
def own_market(tools: Path) -> Iterator[Market]:
    """A chain of its own, since its past changes."""
    with anvil(tools) as running:
        yield make_market(running, tools)


@pytest.fixture
async def chain(own_market: Market) -> AsyncIterator[Chain]:
    async with open_chain([own_market.chain.url], CHAIN_ID) as opened:
        yield opened


@pytest.fixture
async def mints(ledger: Ledger, own_market: Market) -> Collection:
    collection = Collection(CHAIN_ID, own_market.collection)
    supply = own_market.chain.call(own_market.collection, TOTAL_SUPPLY)[0]
    async with ledger.held():
        await ledger.plan([make_token(collection, supply + number) for number in (1, 2, 3)])
        for each in await ledger.tokens(collection):
            found = {"image_cid": "i", "metadata_cid": "m", "metadata": f'{{"n":{each.token}}}'}
            await ledger.pin(each, **found)
    return collection


def sender(chain: Chain, ledger: Ledger, market: Market, confirmations: int) -> Sender:
    limits = make_limits(market.collection, chain_id=CHAIN_ID, seaport=SEAPORT_1_6)
    timing = Timing(confirmations, look=0.05, resend=0.5, replace=60.0, give_up=120.0)
    policy = FeePolicy(100 * GWEI)
    return Sender(chain, Signer(market.owner, limits), ledger, policy, timing)


async def mined(chain: Anvil, done: asyncio.Event) -> None:
    """A block every moment, until it is done."""
    while not done.is_set():
        await asyncio.to_thread(chain.ask, "evm_mine")
        await asyncio.sleep(0.2)


async def test_a_transaction_whose_block_lost_is_included_again_and_counts_once(
    ledger: Ledger, chain: Chain, own_market: Market, mints: Collection
) -> None:
    node, owner = own_market.chain, own_market.owner.address
    before = await chain.call(mints.address, TOTAL_SUPPLY)
    done = asyncio.Event()

    async def mint() -> int:
        acts = sender(chain, ledger, own_market, confirmations=DEEP + 1)
        async with ledger.held():
            made = mint_all(ledger, acts, chain, mints, owner)
            counts = [count async for _, count in made]
        done.set()
        return sum(counts)

    running = asyncio.create_task(mint())
    async with asyncio.timeout(TIMEOUT):
        while await chain.call(mints.address, TOTAL_SUPPLY) == before:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    # It is in a block that is not final. Another block of the same height wins, without it.
    node.ask("anvil_reorg", 1, [])
    assert await chain.call(mints.address, TOTAL_SUPPLY) == before
    assert not running.done()
    async with asyncio.timeout(TIMEOUT):
        _, minted = await asyncio.gather(mined(node, done), running)
    assert minted == 3
    assert await chain.call(mints.address, TOTAL_SUPPLY) == (before[0] + 3,)
    (sent,) = await ledger.transactions(CHAIN_ID, owner)
    assert sent.state is TransactionState.CONFIRMED
    assert {each.state for each in await ledger.tokens(mints)} == {TokenState.MINTED}
    receipt = node.ask("eth_getTransactionReceipt", sent.hash)
    assert int(receipt["blockNumber"], 16) == sent.block


async def test_what_a_deeper_reorganisation_took_back_is_minted_again(
    ledger: Ledger, chain: Chain, own_market: Market, mints: Collection
) -> None:
    node, owner = own_market.chain, own_market.owner.address
    before = await chain.call(mints.address, TOTAL_SUPPLY)
    snapshot = node.ask("evm_snapshot")
    acts = sender(chain, ledger, own_market, confirmations=0)
    async with ledger.held():
        assert sum([n async for _, n in mint_all(ledger, acts, chain, mints, owner)]) == 3
        node.ask("evm_revert", snapshot)
        for _ in range(DEEP):  # the branch that won is longer
            node.ask("evm_mine")
        drift = await reconcile_tokens(ledger, chain, mints, owner)
        assert len(drift.lost) == 3
        assert {each.state for each in await ledger.tokens(mints)} == {TokenState.PINNED}
        # Its nonce is free again: the bytes that were sent with it go out once more.
        assert sum([n async for _, n in mint_all(ledger, acts, chain, mints, owner)]) == 0
    assert await chain.call(mints.address, TOTAL_SUPPLY) == (before[0] + 3,)
    assert {each.state for each in await ledger.tokens(mints)} == {TokenState.MINTED}
    sent = await ledger.transactions(CHAIN_ID, owner)
    assert [each.state for each in sent] == [TransactionState.CONFIRMED]
    assert await chain.nonce(owner) == sent[-1].nonce + 1
