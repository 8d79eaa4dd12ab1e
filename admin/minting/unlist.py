"""From listed to off sale: orders are cancelled on the chain, and read back from it."""

from collections.abc import Sequence

from admin.chain.chain import Call, Chain
from admin.ledger import Collection, Ledger, Listing, ListingState
from admin.marketplace.seaport.contract import CANCEL, GET_COUNTER, GET_ORDER_STATUS
from admin.minting.list import LIVE
from admin.wallet.sender import Sender

__all__ = ["cancel_listings", "listing_drift", "reconcile_listings"]


async def cancel_listings(
    ledger: Ledger,
    sender: Sender,
    chain: Chain,
    collection: Collection,
    seaport: str,
    listings: Sequence[Listing],
) -> None:
    """Disable orders for good, on the chain; those that nobody has seen yet need no transaction."""
    unseen = [each for each in listings if each.state is ListingState.SIGNED]
    if unseen:
        await ledger.move_listings(unseen, ListingState.CANCELLED, "never posted")
    shown = (ListingState.POSTING, ListingState.POSTED, ListingState.REFUSED)
    seen = [each for each in listings if each.state in shown]
    if seen:
        await ledger.move_listings(seen, ListingState.CANCELLING)
    await sender.resume()
    await reconcile_listings(ledger, chain, collection, seaport)
    waiting = await ledger.listings(collection, ListingState.CANCELLING)
    if waiting:
        data = CANCEL.call_data([each.order.as_components() for each in waiting])
        hashes = [each.hash for each in waiting]
        await sender.settle(await sender.send("cancel", hashes, seaport, data))
        await reconcile_listings(ledger, chain, collection, seaport)


async def listing_drift(
    ledger: Ledger, chain: Chain, collection: Collection, seaport: str
) -> list[tuple[Listing, ListingState]]:
    """Find the orders that are something else on the chain than in the ledger, and what."""
    live = await ledger.listings(collection, *LIVE)
    if not live:
        return []
    block = await chain.block()
    sellers = sorted({each.order.offerer for each in live})
    calls: list[Call] = [(seaport, GET_COUNTER, [seller]) for seller in sellers]
    calls += [(seaport, GET_ORDER_STATUS, [_hash(each)]) for each in live]
    answers = await chain.call_all(calls, block.number)
    counters = {seller: found for seller, (found,) in zip(sellers, answers, strict=False)}
    drift = []
    for each, (_, cancelled, filled, _) in zip(live, answers[len(sellers) :], strict=True):
        if cancelled or counters[each.order.offerer] != each.order.counter:
            drift.append((each, ListingState.CANCELLED))
        elif filled:
            drift.append((each, ListingState.FILLED))
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
