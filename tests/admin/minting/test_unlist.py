"""Taking off sale: in transactions that chains take, whatever is killed, stuck or refused."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_account import Account
from hexbytes import HexBytes

from admin.contract.collection import PAUSE
from admin.ledger import Collection, Ledger, Listing, ListingState
from admin.ledger import TransactionState as State
from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.contract import (
    CANCEL,
    GET_COUNTER,
    GET_ORDER_STATUS,
    INCREMENT_COUNTER,
)
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import NATIVE, NO_KEY, order_hash
from admin.minting.unlist import cancel_listings, end_all_orders, listing_drift, plan_batches
from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.making import OWNER, QUICK, make_limits
from admin.wallet.fees import GWEI, FeePolicy
from admin.wallet.gas import TransactionFailed
from admin.wallet.sender import Sender
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain
from ganshare.chain.multicall import AGGREGATE

COLLECTION = Collection(CHAIN_ID, "0x" + "11" * 20)
STRANGER = Account.from_key(b"\x0c" * 32)
MOST_BYTES = 128 * 1024  # that a node keeps of a waiting transaction


class Seaport:
    """Seaport as far as cancelling goes: transactions are real, their effect is read from blocks.

    Whoever sends one with an order of somebody else's learns from the estimate that it fails.
    """

    def __init__(self, evm: Evm) -> None:
        self._evm = evm
        self._read = 0  # blocks
        self._sent: list[bytes] = []
        self._salts: set[int] = set()
        self.address = evm.deploy(bytes.fromhex("6001600c60003960016000f300"))  # takes everything
        for number in range(3):
            evm.pretend(number, "eth_getCode", lambda params, true: {"result": "0x00"})
            evm.pretend(number, "eth_call", self._call)
            evm.pretend(number, "eth_estimateGas", self._estimate)

    def sent(self) -> list[bytes]:
        """The call data of all that was included."""
        eth = self._evm.web3.eth
        for number in range(self._read, eth.block_number + 1):
            block: Any = eth.get_block(number, full_transactions=True)
            for each in block["transactions"]:
                if each.get("to") == self.address:
                    self._sent.append(bytes(HexBytes(each["data"])))
                    self._salts.update(salts(self._sent[-1]))
            self._read = number + 1
        return self._sent

    def cancelled(self) -> set[int]:
        """Salts of the orders that are cancelled."""
        self.sent()
        return self._salts

    def _call(self, params: list[Any], true: Callable[[], Any]) -> dict[str, Any]:
        asked = bytes.fromhex(params[0]["data"][2:])
        (calls,) = decode(AGGREGATE.arguments, asked[4:])
        answers = [(True, self._read_from(data)) for _, _, data in calls]
        return {"result": "0x" + encode(AGGREGATE.returns, (answers,)).hex()}

    def _read_from(self, data: bytes) -> bytes:
        if data[:4] == GET_COUNTER.selector:
            raised = sum(each == INCREMENT_COUNTER.call_data() for each in self.sent())
            return encode(GET_COUNTER.returns, (raised,))
        assert data[:4] == GET_ORDER_STATUS.selector
        done = HASHES[data[4:36]] in self.cancelled()
        return encode(GET_ORDER_STATUS.returns, (False, done, 0, 0))

    def _estimate(self, params: list[Any], true: Callable[[], Any]) -> dict[str, Any]:
        data = bytes.fromhex(params[0]["data"][2:])
        if data[:4] == CANCEL.selector:
            (orders,) = decode(CANCEL.arguments, data[4:])
            if any(each[0].lower() != OWNER.address.lower() for each in orders):
                return {"error": {"code": 3, "message": "execution reverted: CannotCancelOrder"}}
            return {"result": hex(40_000 + 36_000 * len(orders))}
        return true()


HASHES: dict[bytes, int] = {}  # salts by hash


def salts(data: bytes) -> list[int]:
    if data[:4] != CANCEL.selector:
        return []
    return [each[8] for each in decode(CANCEL.arguments, data[4:])[0]]


@pytest.fixture
def seaport(evm: Evm) -> Iterator[Seaport]:
    yield Seaport(evm)
    HASHES.clear()


def make_listing(number: int, state: ListingState, seller: Any = OWNER) -> Listing:
    terms = Terms(
        seller=seller.address,
        collection=COLLECTION.address,
        currency=Currency("POL", NATIVE, 18),
        fees=(),
        zone=None,
        conduit_key=NO_KEY,
        start=2_000_000_000,
        duration=86_400,
        counter=0,
    )
    order = listing(terms, number, 10**18, number + 1)
    found = order_hash(order)
    HASHES[found] = number + 1
    return Listing(COLLECTION, number, 0, "0x" + found.hex(), order, b"signature", state, "POL")


async def offer(
    ledger: Ledger, count: int, state: ListingState = ListingState.POSTED, seller: Any = OWNER
) -> list[Listing]:
    first = len(await ledger.listings(COLLECTION))
    made = [make_listing(first + number, state, seller) for number in range(count)]
    await ledger.record_listings(made)
    return made


def sender_of(chain: Chain, ledger: Ledger, seaport: Seaport, timing: Any = QUICK) -> Sender:
    limits = make_limits(seaport.address)
    return Sender(chain, Signer(OWNER, limits), ledger, FeePolicy(100 * GWEI), timing)


async def cancel(
    ledger: Ledger, chain: Chain, seaport: Seaport, listings: list[Listing], timing: Any = QUICK
) -> list[Listing]:
    sender = sender_of(chain, ledger, seaport, timing)
    return await cancel_listings(ledger, sender, chain, COLLECTION, seaport.address, listings)


async def states(ledger: Ledger) -> set[ListingState]:
    return {each.state for each in await ledger.listings(COLLECTION)}


@pytest.mark.heavy
async def test_many_orders_are_cancelled_in_transactions_that_nodes_take_and_kills_lose_nothing(
    ledger: Ledger, chain: Chain, evm: Evm, seaport: Seaport
) -> None:
    async with ledger.held():
        made = await offer(ledger, 200)
        for sent in (1, 2):  # and then it is killed
            running = asyncio.create_task(cancel(ledger, chain, seaport, made if sent == 1 else []))
            async with asyncio.timeout(60):
                while len(await ledger.transactions(CHAIN_ID, OWNER.address)) < sent:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert await cancel(ledger, chain, seaport, []) == []
        assert await states(ledger) == {ListingState.CANCELLED}
        assert await listing_drift(ledger, chain, COLLECTION, seaport.address) == []
    sent_all = [salt for data in seaport.sent() for salt in salts(data)]
    assert sorted(sent_all) == list(range(1, 201))  # each once
    assert 2 <= len(seaport.sent()) <= 5
    assert max(len(data) for data in seaport.sent()) < MOST_BYTES - 1_000
    transactions = await ledger.transactions(CHAIN_ID, OWNER.address)
    assert all(each.gas < 16_000_000 for each in transactions)


async def test_one_that_cannot_be_cancelled_does_not_keep_the_others(
    ledger: Ledger, chain: Chain, seaport: Seaport
) -> None:
    async with ledger.held():
        mine = await offer(ledger, 3)
        theirs = await offer(ledger, 1, seller=STRANGER)
        more = await offer(ledger, 2)
        left = await cancel(ledger, chain, seaport, [*mine, *theirs, *more])
    assert [each.hash for each in left] == [theirs[0].hash]
    assert seaport.cancelled() == {1, 2, 3, 5, 6}


async def test_what_an_older_version_began_in_one_transaction_that_no_block_takes_is_cancelled(
    ledger: Ledger, chain: Chain, evm: Evm, seaport: Seaport
) -> None:
    def refuse(params: list[Any], true: Callable[[], Any]) -> dict[str, Any]:
        return {"error": {"code": -32000, "message": "exceeds block gas limit"}}

    async with ledger.held():
        made = await offer(ledger, 3, ListingState.CANCELLING)
        hashes = [each.hash for each in made]
        sender = sender_of(chain, ledger, seaport)
        for number in range(3):
            evm.pretend(number, "eth_sendRawTransaction", refuse)
        data = CANCEL.call_data([each.order.as_components() for each in made])
        with pytest.raises(TransactionFailed, match="more than the chain takes"):
            await sender.send("cancel", hashes, seaport.address, data, gas=36_000_000)
        for number in range(3):
            del evm.answers[(f"endpoint{number}", "eth_sendRawTransaction")]
        first = await ledger.transactions(CHAIN_ID, OWNER.address)
        assert await cancel(ledger, chain, seaport, []) == []
    assert await states(ledger) == {ListingState.CANCELLED}
    [only] = await ledger.transactions(CHAIN_ID, OWNER.address)
    assert (only.nonce, only.state) == (first[0].nonce, State.CONFIRMED)


async def test_orders_that_nobody_has_seen_need_no_transaction(
    ledger: Ledger, chain: Chain, seaport: Seaport
) -> None:
    async with ledger.held():
        made = await offer(ledger, 2, ListingState.SIGNED)
        assert await cancel(ledger, chain, seaport, made) == []
    assert seaport.sent() == []


async def test_cancelling_goes_before_a_mint_that_is_stuck(
    ledger: Ledger, chain: Chain, evm: Evm, seaport: Seaport
) -> None:
    async with ledger.held():
        made = await offer(ledger, 2)
        evm.drop = True
        sender = sender_of(chain, ledger, seaport)
        stuck = await sender.send("mint", [], seaport.address, PAUSE.call_data())
        assert await cancel(ledger, chain, seaport, made) == []
    assert seaport.cancelled() == {1, 2}
    [only] = await ledger.transactions(CHAIN_ID, OWNER.address)
    assert (only.nonce, only.kind) == (stuck.nonce, "cancel")


async def test_the_counter_ends_all_orders_in_one_transaction(
    ledger: Ledger, chain: Chain, seaport: Seaport
) -> None:
    async with ledger.held():
        await offer(ledger, 5)
        await end_all_orders(
            ledger, sender_of(chain, ledger, seaport), chain, COLLECTION, seaport.address
        )
    assert await states(ledger) == {ListingState.CANCELLED}
    assert len(seaport.sent()) == 1


async def test_batches_are_halved_until_a_block_takes_them(
    chain: Chain, evm: Evm, seaport: Seaport
) -> None:
    def dear(params: list[Any], true: Callable[[], Any]) -> dict[str, Any]:
        (orders,) = decode(CANCEL.arguments, bytes.fromhex(params[0]["data"][2:])[4:])
        return {"result": hex(1_000_000 * len(orders))}

    for number in range(3):
        evm.pretend(number, "eth_estimateGas", dear)
    made = [make_listing(number, ListingState.POSTED) for number in range(40)]
    batches, stubborn = await plan_batches(chain, OWNER.address, seaport.address, made)
    assert stubborn == []
    assert [each for batch in batches for each in batch.listings] == made
    assert len(batches) == 4
    assert all(each.gas <= 12_000_000 for each in batches)
