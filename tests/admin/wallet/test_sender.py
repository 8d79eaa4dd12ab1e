"""Nonces without gaps, brakes that go first, waits that say what for, and sums that bind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from admin.contract.collection import PAUSED, mint_batch
from admin.ledger import Collection, Ledger, TokenState, TransactionState
from admin.minting.mint import digest_of, mint_all, reconcile_tokens
from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.making import OWNER, QUICK, make_limits
from admin.wallet.budget import AgreementExceeded, Budget
from admin.wallet.fees import GWEI, FeePolicy, Fees
from admin.wallet.gas import TransactionFailed
from admin.wallet.nonces import find_waiting
from admin.wallet.sender import Sender
from admin.wallet.signer import PolicyError, Signer
from ganshare.chain.abi import Function
from ganshare.chain.chain import Chain

MakeSender = Callable[..., Sender]
Pinned = Callable[[int], Any]
PAUSE = Function("pause()").call_data()
HASTY = replace(QUICK, gap=0.2)


def pend(evm: Evm, count: int, *endpoints: int) -> None:
    """Let endpoints say that so many transactions of an account were sent, included or not."""

    def answer(params: list[Any], true: Callable[[], Any]) -> dict[str, Any]:
        return {"result": hex(count)} if params[1] == "pending" else true()

    for each in endpoints:
        evm.pretend(each, "eth_getTransactionCount", answer)


def raise_base_fee(evm: Evm, factor: int) -> None:
    def answer(params: list[Any], true: Callable[[], Any]) -> dict[str, Any]:
        block = true()["result"]
        return {"result": {**block, "baseFeePerGas": hex(int(block["baseFeePerGas"], 16) * factor)}}

    for each in range(3):
        evm.pretend(each, "eth_getBlockByNumber", answer)


async def test_one_endpoints_word_about_what_waits_makes_no_gap(
    ledger: Ledger, evm: Evm, collection: Collection, make_sender: MakeSender
) -> None:
    pend(evm, 14, 1)
    sender = make_sender(collection.address, HASTY)
    async with ledger.held():
        sent = await sender.send("pause", [], collection.address, PAUSE)
        assert sent.nonce == 1
        assert await sender.settle(sent) is not None


async def test_nothing_is_sent_behind_transactions_that_are_not_ours(
    ledger: Ledger, evm: Evm, collection: Collection, make_sender: MakeSender
) -> None:
    pend(evm, 3, 0, 1, 2)
    async with ledger.held():
        sender = make_sender(collection.address, HASTY)
        with pytest.raises(TransactionFailed, match=r"nonce 1, 2.*`ganshare admin chain unstick`"):
            await sender.send("pause", [], collection.address, PAUSE)
    assert await ledger.transactions(CHAIN_ID, OWNER.address) == []


async def test_what_waits_behind_a_gap_says_so_and_goes_on_once_it_is_filled(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
) -> None:
    sender = make_sender(collection.address, HASTY)
    async with ledger.held():
        late = await sender.send("pause", [], collection.address, PAUSE, nonce=4)
        with pytest.raises(TransactionFailed, match="waits for nonce 1, which nobody has sent"):
            await sender.settle(late)
        waiting = await find_waiting(ledger, chain, OWNER.address)
        assert [(each.nonce, each.is_gap) for each in waiting] == [
            (1, True),
            (2, True),
            (3, True),
            (4, False),
        ]
        for each in waiting[:3]:
            filled = await sender.send("fill", [], OWNER.address, b"", nonce=each.nonce)
            assert await sender.settle(filled) is not None
        assert await sender.settle(late) is not None
        assert await find_waiting(ledger, chain, OWNER.address) == []
    assert await chain.call(collection.address, PAUSED) == (True,)


async def test_a_brake_takes_the_place_of_what_waits_and_the_tokens_are_minted_later(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    [token] = await pinned(1)
    sender = make_sender(collection.address, HASTY)
    data = mint_batch(OWNER.address, [token.token], [digest_of(token)])
    async with ledger.held():
        evm.drop = True
        await sender.send("mint", [str(token.token)], collection.address, data, collection)
        await sender.transact("pause", [], collection.address, PAUSE, urgent=True)
        [sent] = await ledger.transactions(CHAIN_ID, OWNER.address)
        assert (sent.nonce, sent.kind, sent.state) == (1, "pause", TransactionState.CONFIRMED)
        first, second = await ledger.attempts(sent)
        assert second.max_fee * 8 >= first.max_fee * 9
        await reconcile_tokens(ledger, chain, collection, OWNER.address)
    assert [each.state for each in await ledger.tokens(collection)] == [TokenState.PINNED]


async def test_what_was_to_be_replaced_and_got_in_first_is_not_taken_for_the_other(
    ledger: Ledger, chain: Chain, collection: Collection, make_sender: MakeSender
) -> None:
    sender = make_sender(collection.address, HASTY)
    async with ledger.held():
        first = await sender.send("pause", [], collection.address, PAUSE)
        second = await sender.send("fill", [], OWNER.address, b"", instead=first)
        assert await sender.settle(second) is None
    [sent] = await ledger.transactions(CHAIN_ID, OWNER.address)
    assert sent.state is TransactionState.DISPLACED
    assert sent.cost > 0


async def test_a_wait_says_what_for(
    ledger: Ledger, chain: Chain, evm: Evm, collection: Collection
) -> None:
    told: list[str] = []
    timing = replace(HASTY, resend=100.0, replace=100.0, give_up=0.5, tell=0.1)
    signer = Signer(OWNER, make_limits(collection.address))
    sender = Sender(chain, signer, ledger, FeePolicy(100 * GWEI), timing, tell=told.append)
    evm.drop = True
    async with ledger.held():
        with pytest.raises(TransactionFailed, match="the next run continues"):
            await sender.transact("pause", [], collection.address, PAUSE)
    assert "Waiting for nonce 1 (pause)" in told[0]
    assert "in no block yet" in told[0]


# --- what was agreed to -------------------------------------------------------------------------


def with_budget(chain: Chain, ledger: Ledger, collection: Collection, budget: Budget) -> Sender:
    signer = Signer(OWNER, make_limits(collection.address))
    return Sender(chain, signer, ledger, FeePolicy(100 * GWEI), HASTY, budget=budget)


async def mint(
    ledger: Ledger,
    chain: Chain,
    collection: Collection,
    budget: Budget,
    after_each: Callable[[], None] = lambda: None,
) -> int:
    sender = with_budget(chain, ledger, collection, budget)
    count = 0
    async with ledger.held():
        async for _, minted in mint_all(ledger, sender, chain, collection, OWNER.address, 1):
            count += minted
            after_each()
    return count


async def price(chain: Chain) -> int:
    return FeePolicy(100 * GWEI).choose(await chain.base_fee(), await chain.tip()).max_fee


async def test_a_run_stops_before_it_costs_more_than_was_agreed_to(
    ledger: Ledger, chain: Chain, evm: Evm, collection: Collection, pinned: Pinned
) -> None:
    await pinned(3)
    budget = Budget(3 * 200_000, await price(chain))
    agreed = budget.agreed
    with pytest.raises(AgreementExceeded, match="were agreed to") as stopped:
        await mint(ledger, chain, collection, budget, lambda: raise_base_fee(evm, 20))
    minted = await ledger.tokens(collection, TokenState.MINTED)
    assert len(minted) == 1
    assert budget.agreed == agreed == stopped.value.allowed
    spent = await ledger.spent(CHAIN_ID, OWNER.address, 3_600)
    assert 0 < budget.paid == spent <= agreed
    assert len(await ledger.transactions(CHAIN_ID, OWNER.address)) == 1


async def test_a_run_asks_again_and_goes_on_if_more_is_agreed_to(
    ledger: Ledger, chain: Chain, collection: Collection, pinned: Pinned
) -> None:
    await pinned(2)
    asked = []

    async def agree(why: str, wanted: int) -> bool:
        asked.append((why, wanted))
        return True

    budget = Budget(2 * 200_000, GWEI, ask=agree)  # the base fee alone is as much
    assert await mint(ledger, chain, collection, budget) == 2
    [(why, wanted)] = asked
    assert "1 were agreed to" in why
    assert budget.paid <= budget.agreed == wanted


async def test_what_an_earlier_run_left_counts_towards_the_sum(
    ledger: Ledger, chain: Chain, evm: Evm, collection: Collection, make_sender: MakeSender
) -> None:
    evm.drop = True
    async with ledger.held():
        sent = await make_sender(collection.address).send("pause", [], collection.address, PAUSE)
        evm.drop = False
        budget = Budget(0, 1, [sent])
        assert budget.agreed == budget.spent == sent.cost
        sender = with_budget(chain, ledger, collection, budget)
        await sender.resume()
    assert 0 < budget.paid <= budget.agreed


async def test_less_is_offered_where_more_than_enough_was_wanted() -> None:
    budget = Budget(gas=100, price=50)
    assert await budget.fit(0, 100, Fees(80, 10), least=45) == Fees(50, 10)
    with pytest.raises(AgreementExceeded):
        await budget.fit(0, 100, Fees(80, 10), least=51)
    with pytest.raises(AgreementExceeded, match="more gas than was counted"):
        await budget.fit(0, 200, Fees(50, 10), least=45)


def test_a_suggested_tip_is_believed_up_to_the_base_fee() -> None:
    policy = FeePolicy(cap=500 * GWEI, floor=25 * GWEI)
    assert policy.choose(30 * GWEI, 400 * GWEI).priority == 50 * GWEI
    assert policy.choose(100 * GWEI, 80 * GWEI).priority == 80 * GWEI
    assert policy.choose(30 * GWEI, GWEI).priority == 25 * GWEI
    assert policy.raised(Fees(60 * GWEI, 50 * GWEI), 30 * GWEI, 400 * GWEI).priority < 60 * GWEI


async def test_the_months_cap_holds(ledger: Ledger, collection: Collection, chain: Chain) -> None:
    limits = make_limits(collection.address, month=1)
    sender = Sender(chain, Signer(OWNER, limits), ledger, FeePolicy(100 * GWEI), HASTY)
    async with ledger.held():
        with pytest.raises(PolicyError, match="cost of 30 days"):
            await sender.send("pause", [], collection.address, PAUSE)
