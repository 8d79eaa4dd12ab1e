"""From signed to listed: posts each order exactly once.

An order whose fate is not known stays live: nothing else is signed for its token until OpenSea
knows it, or the chain has cancelled it.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from admin.ledger import Ledger, Listing, ListingState
from admin.marketplace.opensea import OpenSea, OpenSeaAway, OpenSeaBusy, OrderRefused
from admin.minting.list import LIVE, Shop, fits

__all__ = ["IN_A_ROW", "post_all", "to_post"]

IN_A_ROW = 3  # failures after which the rest is left: OpenSea allows few writes an hour
_ATTEMPTS = 5  # to post one order, when no answer tells what became of it
# What may have arrived first, what was refused last: it must not keep the others from their turn.
_TURNS = (ListingState.POSTING, ListingState.SIGNED, ListingState.REFUSED)


def to_post(listings: list[Listing], shop: Shop, prices: Mapping[int, int]) -> list[Listing]:
    """Choose the orders that may be posted as they are, in their turns.

    Args:
        listings: all live ones; a token that is in two of them, as older versions left it, is
            left alone.
        prices: that were agreed, by token; no order with another price is posted.
    """
    orders = Counter(each.token for each in listings)
    return [
        each
        for turn in _TURNS
        for each in listings
        if each.state is turn
        and orders[each.token] == 1
        and each.token in prices
        and fits(each.order, shop, prices[each.token])
    ]


async def post_all(
    ledger: Ledger, opensea: OpenSea, shop: Shop, prices: Mapping[int, int]
) -> AsyncIterator[Listing]:
    """Post what is signed at the agreed prices; gives each order with what became of it.

    It ends after some failures in a row. It may be ended at any moment and begun again: before an
    order is posted a second time, OpenSea is asked whether it has it.

    Raises:
        OpenSeaAway: it cannot even be asked.
    """
    failed = 0
    for each in to_post(await ledger.listings(shop.collection, *LIVE), shop, prices):
        found = await _post(ledger, opensea, shop, each)
        yield found
        failed = 0 if found.state is ListingState.POSTED else failed + 1
        if failed == IN_A_ROW:
            return


async def _post(ledger: Ledger, opensea: OpenSea, shop: Shop, signed: Listing) -> Listing:
    """Post one order, unless OpenSea has it."""

    async def is_there(*, patient: bool) -> bool:
        ask = opensea.find if patient else opensea.status
        return await ask(shop.market, signed.hash, shop.seaport) is not None

    current = signed
    if signed.state is not ListingState.SIGNED and await is_there(patient=False):
        return await _move(ledger, current, ListingState.POSTED)
    if signed.state is not ListingState.POSTING:
        current = await _move(ledger, current, ListingState.POSTING)
    reason = ""
    for _ in range(_ATTEMPTS):
        # An answer that got lost is soon given again; only then is it worth waiting for a read.
        patient = bool(reason)
        try:
            await opensea.post(shop.market, current.order, current.signature, shop.seaport)
        except OrderRefused as error:
            if not await is_there(patient=patient):
                return await _move(ledger, current, ListingState.REFUSED, str(error))
        except OpenSeaBusy:
            raise
        except OpenSeaAway as error:
            reason = str(error)
            if not await is_there(patient=patient):
                continue
        return await _move(ledger, current, ListingState.POSTED)
    return await _move(ledger, current, ListingState.POSTING, reason)


async def _move(ledger: Ledger, listing: Listing, state: ListingState, reason: str = "") -> Listing:
    await ledger.move_listing(listing, state, reason)
    return replace(listing, state=state, reason=reason)
