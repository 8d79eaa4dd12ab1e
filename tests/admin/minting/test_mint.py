"""Minting on a real EVM: every token once, whatever is lost, late or contradictory."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import httpx
import pytest

from admin.contract.collection import TOTAL_SUPPLY, mint_batch
from admin.estimate import GAS_OF_BATCH, GAS_OF_TOKEN
from admin.ledger import Collection, Ledger, LedgerBusy, TokenState, TransactionState
from admin.minting.accept import accept
from admin.minting.ipfs import Kubo, Pinner, cid_of
from admin.minting.mint import digest_of, look_up, mint_all, reconcile_tokens
from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.making import OWNER, QUICK
from admin.testing.services import Collector
from admin.wallet.gas import TransactionFailed
from admin.wallet.sender import Sender
from admin.wallet.signer import PolicyError
from ganshare.chain.abi import Function
from ganshare.chain.chain import Chain, Disagreement

MakeSender = Callable[..., Sender]
Pinned = Callable[[int], Any]


async def mint(ledger: Ledger, sender: Sender, chain: Chain, collection: Collection) -> int:
    async with ledger.held():
        done = [
            count
            async for _, count in mint_all(ledger, sender, chain, collection, OWNER.address, 4)
        ]
    return sum(done)


async def states(ledger: Ledger, collection: Collection) -> set[TokenState]:
    return {token.state for token in await ledger.tokens(collection)}


async def test_every_pinned_token_is_minted_once(
    ledger: Ledger,
    chain: Chain,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    tokens = await pinned(10)
    sender = make_sender(collection.address)
    assert await mint(ledger, sender, chain, collection) == 10
    assert await mint(ledger, sender, chain, collection) == 0
    assert await chain.call(collection.address, TOTAL_SUPPLY) == (10,)
    found = await look_up(chain, collection, [each.token for each in tokens])
    assert {token: one.digest for token, one in found.items()} == {
        each.token: digest_of(each) for each in tokens
    }
    assert await states(ledger, collection) == {TokenState.MINTED}
    sent = await ledger.transactions(CHAIN_ID, OWNER.address)
    assert [each.nonce for each in sent] == [1, 2, 3]
    assert all(0 < each.cost < 10**17 for each in sent)


async def test_a_transaction_that_was_recorded_and_never_sent_goes_out_with_the_next_run(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    await pinned(3)
    for number in range(3):
        evm.pretend(number, "eth_sendRawTransaction", httpx.ConnectError("gone"))
    with pytest.raises(TransactionFailed, match="the next run continues"):
        await mint(ledger, make_sender(collection.address, _impatient()), chain, collection)
    assert await states(ledger, collection) == {TokenState.SENT}
    evm.answers.clear()
    assert await mint(ledger, make_sender(collection.address), chain, collection) == 0
    assert await states(ledger, collection) == {TokenState.MINTED}
    assert await chain.nonce(OWNER.address) == 2


async def test_a_transaction_that_arrived_though_no_answer_came_is_not_sent_for_another_nonce(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    await pinned(3)
    evm.lose_answers = True
    assert await mint(ledger, make_sender(collection.address), chain, collection) == 3
    assert await chain.nonce(OWNER.address) == 2


async def test_one_that_is_in_no_block_is_replaced_by_one_with_an_eighth_more(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    await pinned(2)
    evm.drop = True
    timing = _impatient(give_up=10.0, resend=100.0, replace=0.1)
    assert await mint(ledger, make_sender(collection.address, timing), chain, collection) == 2
    sent = (await ledger.transactions(CHAIN_ID, OWNER.address))[-1]
    first, second = await ledger.attempts(sent)
    assert sent.hash == second.hash
    for name in ("max_fee", "priority"):
        assert getattr(second, name) * 8 >= getattr(first, name) * 9


async def test_a_nonce_that_somebody_else_used_is_given_up_and_the_tokens_take_another(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    await pinned(2)
    for number in range(3):
        evm.pretend(number, "eth_sendRawTransaction", httpx.ConnectError("gone"))
    with pytest.raises(TransactionFailed):
        await mint(ledger, make_sender(collection.address, _impatient()), chain, collection)
    evm.answers.clear()
    foreign = OWNER.sign_transaction(
        {"to": OWNER.address, "value": 1, "gas": 21_000, "nonce": 1, "chainId": CHAIN_ID}
        | {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 10**9}
    )
    await chain.send(bytes(foreign.raw_transaction))
    assert await mint(ledger, make_sender(collection.address), chain, collection) == 2
    sent = await ledger.transactions(CHAIN_ID, OWNER.address)
    assert [each.state for each in sent] == [
        TransactionState.DISPLACED,
        TransactionState.CONFIRMED,
    ]


async def test_endpoints_that_contradict_each_other_stop_the_run_before_anything_is_sent(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    await pinned(1)
    evm.pretend(1, "eth_getTransactionCount", {"result": "0x0"})
    evm.pretend(2, "eth_getTransactionCount", {"result": "0x7"})
    evm.asked.clear()
    sender = make_sender(collection.address)
    with pytest.raises(Disagreement, match="contradict each other"):
        await chain.nonce(OWNER.address)
    evm.pretend(1, "eth_call", {"result": "0x" + "00" * 32})
    evm.pretend(2, "eth_call", {"result": "0x" + "01" * 32})
    with pytest.raises(Disagreement, match="contradict each other"):
        await mint(ledger, sender, chain, collection)
    assert not any(method == "eth_sendRawTransaction" for _, method in evm.asked)


async def test_one_endpoint_of_three_may_be_away_but_not_two(
    chain: Chain, evm: Evm, collection: Collection
) -> None:
    evm.fail(0, httpx.ConnectError("secret-key"))
    assert await chain.call(collection.address, TOTAL_SUPPLY) == (0,)
    evm.fail(1, httpx.ConnectError("secret-key"))
    with pytest.raises(Disagreement, match="1 of 3 endpoints") as raised:
        await chain.height()
    assert "secret-key" not in str(raised.value)


async def test_what_was_minted_elsewhere_is_found_and_what_vanished_is_minted_again(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    tokens = await pinned(4)
    before = evm.tester.take_snapshot()
    sender = make_sender(collection.address)
    await mint(ledger, sender, chain, collection)
    evm.revert(before)  # a reorganisation, deeper than anyone expected
    async with ledger.held():
        drift = await reconcile_tokens(ledger, chain, collection, OWNER.address)
    assert sorted(drift.lost) == [1, 2, 3, 4]
    assert await states(ledger, collection) == {TokenState.PINNED}
    data = mint_batch(OWNER.address, [2], [digest_of(tokens[1])])
    evm.send_as_owner(collection.address, data)
    async with ledger.held():
        drift = await reconcile_tokens(ledger, chain, collection, OWNER.address)
    assert drift.found == {2: OWNER.address}


async def test_metadata_that_the_owner_changed_is_told_and_stops_nothing(
    ledger: Ledger,
    chain: Chain,
    evm: Evm,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    await pinned(4)
    text = b'{"image":"ipfs://new","name":"corrected"}'
    for token, digest in ((1, sha256(text).digest()), (3, b"\x01" * 32)):
        evm.send_as_owner(collection.address, mint_batch(OWNER.address, [token], [bytes([7] * 32)]))
        update = Function("updateMetadata(uint256,bytes32)").call_data(token, digest)
        evm.send_as_owner(collection.address, update)
    sender = make_sender(collection.address)
    assert await mint(ledger, sender, chain, collection) == 2
    async with ledger.held():
        drift = await reconcile_tokens(ledger, chain, collection, OWNER.address)
    assert sorted(drift.changed) == [1, 3]
    node = Collector(files={cid_of(text): text})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(node.app)) as client, ledger.held():
        kubo = Kubo("http://node/api/v0", client)
        accepted = accept(ledger, collection, drift.changed, kubo, Pinner(kubo), {})
        told = {token.token: hindered async for token, hindered in accepted}
        drift = await reconcile_tokens(ledger, chain, collection, OWNER.address)
    assert told[1] == ""
    assert "--metadata FOLDER" in told[3]
    assert sorted(drift.changed) == [3]
    [token, *_] = await ledger.tokens(collection)
    assert (token.metadata, token.image_cid) == (text.decode(), "new")
    assert (token.metadata_cid, token.state) == (cid_of(text), TokenState.MINTED)


@pytest.mark.heavy
async def test_the_days_cap_holds_over_several_transactions(
    ledger: Ledger,
    chain: Chain,
    collection: Collection,
    make_sender: MakeSender,
    pinned: Pinned,
) -> None:
    await pinned(40)
    sender = make_sender(collection.address, day=2 * 10**15)
    with pytest.raises(PolicyError, match="cost of 24 hours"):
        await mint(ledger, sender, chain, collection)
    assert 0 < (await chain.call(collection.address, TOTAL_SUPPLY))[0] < 40
    assert await states(ledger, collection) == {TokenState.PINNED, TokenState.MINTED}


async def test_two_admins_cannot_work_at_once(ledger: Ledger, url: str) -> None:
    async with ledger.held(), Ledger(url) as other:
        with pytest.raises(LedgerBusy, match="Another admin process is at work"):
            async with other.held():
                pass


async def test_nothing_is_written_without_the_lock(
    ledger: Ledger, collection: Collection, pinned: Pinned
) -> None:
    tokens = await pinned(1)
    with pytest.raises(LedgerBusy, match="took over"):
        await ledger.note_minted(collection, {tokens[0].token: OWNER.address})


async def test_a_process_that_slept_through_its_lease_changes_nothing_more(url: str) -> None:
    async with (
        Ledger(url, lease_seconds=0.0) as sleepy,
        Ledger(url) as other,
        sleepy.held(),
        other.held(),
    ):
        with pytest.raises(LedgerBusy, match="took over"):
            await sleepy.plan([])


def _impatient(**overrides: float) -> Any:
    values: dict[str, Any] = {"give_up": 0.3, "replace": 100.0} | overrides
    return replace(QUICK, **values)


@pytest.mark.parametrize("count", [1, 4, 30])
async def test_the_plan_knows_what_minting_takes(
    chain: Chain, collection: Collection, count: int
) -> None:
    digests = [bytes([number + 1]) * 32 for number in range(count)]
    data = mint_batch(OWNER.address, range(1, count + 1), digests)
    needed = await chain.estimate(OWNER.address, collection.address, data)
    planned = GAS_OF_BATCH + count * GAS_OF_TOKEN
    assert needed <= planned <= 1.2 * needed, (needed, planned)
