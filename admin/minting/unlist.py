"""From listed to off sale: cancels orders on the chain and reads the result back.

Orders are cancelled in batches that blocks and nodes take. Each batch is recorded before it is
sent, and what the chain does not call cancelled afterwards is taken up again, by the next run at
the latest.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from admin.ledger import (
    Collection,
    Ledger,
    Listing,
    ListingState,
    Transaction,
    TransactionState,
)
from admin.marketplace.seaport.contract import (
    CANCEL,
    GET_COUNTER,
    GET_ORDER_STATUS,
    INCREMENT_COUNTER,
)
from admin.minting.list import LIVE
from admin.wallet.gas import Reverted, WouldFail, estimate_gas
from admin.wallet.nonces import MOST_GAS, is_brake
from admin.wallet.sender import Sender
from ganshare.chain.chain import Call, Chain

__all__ = [
    "Batch",
    "cancel_listings",
    "end_all_orders",
    "listing_drift",
    "plan_batches",
    "plan_cancelling",
    "reconcile_listings",
]

_MOST_BYTES = 100_000  # nodes keep no waiting transactions of more than 128 KiB
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders that one transaction cancels.

    Args:
        gas: that it gets.
    """

    listings: tuple[Listing, ...]
    data: bytes
    gas: int


async def plan_batches(
    chain: Chain, seller: str, seaport: str, listings: Sequence[Listing]
) -> tuple[list[Batch], list[Listing]]:
    """Divide orders into transactions; gives those and the orders that cannot be cancelled."""
    if not listings:
        return [], []
    largest = max(len(_cancel([each])) for each in listings)
    size = max(1, _MOST_BYTES // largest)
    left = [tuple(listings[start : start + size]) for start in range(0, len(listings), size)]
    batches: list[Batch] = []
    stubborn: list[Listing] = []
    while left:
        part = left.pop(0)
        try:
            gas = await estimate_gas(chain, seller, seaport, _cancel(part))
        except WouldFail:
            # One of them is to blame: what another key signed, for example.
            gas = 0
        if 0 < gas <= MOST_GAS or (gas and len(part) == 1):
            batches.append(Batch(part, _cancel(part), gas))
        elif len(part) == 1:
            stubborn += part
        else:
            half = len(part) // 2
            left[:0] = [part[:half], part[half:]]
    return batches, stubborn


async def plan_cancelling(
    ledger: Ledger,
    chain: Chain,
    seller: str,
    collection: Collection,
    seaport: str,
    listings: Sequence[Listing],
) -> tuple[list[Batch], list[Listing]]:
    """Plan what `cancel_listings` would send; gives that, and what an earlier run began with."""
    hashes = {each.hash for each in listings}
    begun = await ledger.listings(collection, ListingState.CANCELLING)
    others = [each for each in begun if each.hash not in hashes]
    seen = [each for each in listings if each.state is not ListingState.SIGNED]
    batches, _ = await plan_batches(chain, seller, seaport, [*seen, *others])
    return batches, others


async def cancel_listings(
    ledger: Ledger,
    sender: Sender,
    chain: Chain,
    collection: Collection,
    seaport: str,
    listings: Sequence[Listing],
) -> list[Listing]:
    """Disable orders for good, on the chain; those that nobody has seen yet need no transaction.

    It goes before whatever else waits, and takes up what earlier runs began to cancel.

    Returns:
        The orders that are still not cancelled: the chain refuses it.
    """
    unseen = [each for each in listings if each.state is ListingState.SIGNED]
    if unseen:
        await ledger.move_listings(unseen, ListingState.CANCELLED, "never posted")
    shown = (ListingState.POSTING, ListingState.POSTED, ListingState.REFUSED)
    seen = [each for each in listings if each.state in shown]
    if seen:
        await ledger.move_listings(seen, ListingState.CANCELLING)
    for _ in range(_ROUNDS):
        await reconcile_listings(ledger, chain, collection, seaport)
        waiting = await ledger.listings(collection, ListingState.CANCELLING)
        sent = await _find_sent(ledger, chain, sender.address)
        under_way = {hash_ for each in sent for hash_ in each.subject}
        left = [each for each in waiting if each.hash not in under_way]
        batches, _ = await plan_batches(chain, sender.address, seaport, left)
        for batch in batches:
            hashes = [each.hash for each in batch.listings]
            sent.append(
                await sender.send("cancel", hashes, seaport, batch.data, urgent=True, gas=batch.gas)
            )
        for each in sorted(sent, key=lambda one: one.nonce):
            with suppress(Reverted):  # what it did not cancel is looked up on the chain
                await sender.settle(each)
        if not sent:
            break
    await reconcile_listings(ledger, chain, collection, seaport)
    return await ledger.listings(collection, ListingState.CANCELLING)


async def end_all_orders(
    ledger: Ledger, sender: Sender, chain: Chain, collection: Collection, seaport: str
) -> None:
    """Raise the seller's counter at Seaport: no order that was signed before can be bought by."""
    await sender.transact("counter", [], seaport, INCREMENT_COUNTER.call_data(), urgent=True)
    await reconcile_listings(ledger, chain, collection, seaport)


async def listing_drift(
    ledger: Ledger, chain: Chain, collection: Collection, seaport: str
) -> list[tuple[Listing, ListingState]]:
    """Find the orders that are something else on the chain than in the ledger, and what.

    As of a block that is final: what ended in one that loses can be bought by again.
    """
    live = await ledger.listings(collection, *LIVE)
    if not live:
        return []
    block = await chain.final_block()
    sellers = sorted({each.order.offerer for each in live})
    calls: list[Call] = [(seaport, GET_COUNTER, [seller]) for seller in sellers]
    calls += [(seaport, GET_ORDER_STATUS, [_hash(each)]) for each in live]
    answers = await chain.call_all(calls, block.number)
    counters = {seller: found for seller, (found,) in zip(sellers, answers, strict=False)}
    drift = []
    for each, (_, cancelled, filled, _) in zip(live, answers[len(sellers) :], strict=True):
        if filled:
            drift.append((each, ListingState.FILLED))
        elif cancelled or counters[each.order.offerer] > each.order.counter:
            drift.append((each, ListingState.CANCELLED))
        elif each.order.end <= block.time:
            drift.append((each, ListingState.EXPIRED))
    return drift


async def reconcile_listings(
    ledger: Ledger, chain: Chain, collection: Collection, seaport: str
) -> list[tuple[Listing, ListingState]]:
    """Make the ledger's orders what the chain says; gives those that changed."""
    drift = await listing_drift(ledger, chain, collection, seaport)
    for each, state in drift:
        await ledger.move_listing(each, state, "as the chain says")
    return drift


def _hash(each: Listing) -> bytes:
    return bytes.fromhex(each.hash.removeprefix("0x"))


async def _find_sent(ledger: Ledger, chain: Chain, seller: str) -> list[Transaction]:
    """The cancellations of an earlier run that are next to be included; nothing is before them."""
    found = []
    for each in await ledger.transactions(chain.chain_id, seller, TransactionState.SENT):
        if not is_brake(each):
            break
        found.append(each)
    return found


def _cancel(listings: Sequence[Listing]) -> bytes:
    return CANCEL.call_data([each.order.as_components() for each in listings])
