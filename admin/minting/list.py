"""From minted to listed: orders are signed in bulk, written down, posted one by one, once each."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from admin.chain.chain import Chain
from admin.ledger import Collection, Ledger, Listing, ListingState, Token, TokenState
from admin.marketplace.opensea import MarketTerms, OpenSea, OpenSeaAway, OrderRefused
from admin.marketplace.seaport.contract import GET_COUNTER
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import Domain, Order, order_hash
from admin.wallet.signer import Signer
from ganshare.errors import WorldError

__all__ = [
    "LIVE",
    "Shop",
    "for_sale",
    "post_all",
    "sign_all",
]

LIVE = tuple(state for state in ListingState if state.is_live)
_ATTEMPTS = 5  # to post one order, when no answer comes
PriceOf = Callable[[Mapping[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Shop:
    """Where and how tokens are sold in this run.

    Args:
        site: where people look at what is for sale.
    """

    collection: Collection
    seaport: str
    conduit_key: str
    market: MarketTerms
    duration: int
    site: str = "https://opensea.io"

    @property
    def domain(self) -> Domain:
        """What signatures hold for."""
        return Domain(self.collection.chain_id, self.seaport)

    def page_of(self, token: int) -> str:
        """Where somebody can buy a token."""
        return f"{self.site}/item/{self.market.chain}/{self.collection.address}/{token}"


async def for_sale(ledger: Ledger, shop: Shop, seller: str) -> list[Token]:
    """Which tokens are the seller's, minted, and in no order."""
    live = {each.token for each in await ledger.listings(shop.collection, *LIVE)}
    minted = await ledger.tokens(shop.collection, TokenState.MINTED)
    return [each for each in minted if each.owner == seller and each.token not in live]


async def sign_all(
    ledger: Ledger, signer: Signer, chain: Chain, shop: Shop, price_of: PriceOf
) -> list[Listing]:
    """Sign an order for each token that has none, with one signature, and write them down."""
    await _drop_outdated(ledger, shop)
    tokens = await for_sale(ledger, shop, signer.address)
    if not tokens:
        return []
    terms = Terms(
        seller=signer.address,
        collection=shop.collection.address,
        currency=shop.market.currency,
        fees=shop.market.fees,
        zone=shop.market.zone,
        conduit_key=shop.conduit_key,
        start=await chain.time(),
        duration=shop.duration,
        counter=int((await chain.call(shop.seaport, GET_COUNTER, signer.address))[0]),
    )
    serials = await ledger.next_serials(shop.collection)
    numbers = [serials.get(each.token, 0) for each in tokens]
    orders = [
        listing(terms, each.token, price_of(each.item), secrets.randbits(256)) for each in tokens
    ]
    signatures = signer.sign_listings(orders, shop.domain)
    signed = [
        _sign(shop, order, serial, signature)
        for order, serial, signature in zip(orders, numbers, signatures, strict=True)
    ]
    await ledger.record_listings(signed)
    return signed


async def post_all(ledger: Ledger, opensea: OpenSea, shop: Shop) -> AsyncIterator[Listing]:
    """Post whatever is signed; gives each order with what became of it.

    May be ended at any moment and begun again: before an order is posted a second time, OpenSea
    is asked whether it has it.
    """
    states = (ListingState.POSTING, ListingState.SIGNED)
    for each in await ledger.listings(shop.collection, *states):
        yield await _post(ledger, opensea, shop, each)


async def _post(ledger: Ledger, opensea: OpenSea, shop: Shop, signed: Listing) -> Listing:
    current = signed
    if current.state is ListingState.SIGNED:
        await ledger.move_listing(current, ListingState.POSTING)
        current = _move(current, ListingState.POSTING)
    elif await opensea.status(shop.market, current.hash, shop.seaport) is not None:
        return await _end(ledger, current, ListingState.POSTED, "")
    for _ in range(_ATTEMPTS):
        try:
            await opensea.post(shop.market, current.order, current.signature, shop.seaport)
        except (OpenSeaAway, OrderRefused) as error:
            # A duplicate is there, though what answers questions may not have heard of it yet.
            if isinstance(error, OrderRefused) and error.is_duplicate:
                return await _end(ledger, current, ListingState.POSTED, "")
            if await opensea.status(shop.market, current.hash, shop.seaport) is not None:
                return await _end(ledger, current, ListingState.POSTED, "")
            if isinstance(error, OrderRefused):
                return await _end(ledger, current, ListingState.REFUSED, str(error))
        else:
            return await _end(ledger, current, ListingState.POSTED, "")
    raise WorldError(f"OpenSea did not take the order {current.hash}; the next run goes on.")


async def _end(ledger: Ledger, listing_: Listing, state: ListingState, reason: str) -> Listing:
    await ledger.move_listing(listing_, state, reason)
    return _move(listing_, state, reason)


async def _drop_outdated(ledger: Ledger, shop: Shop) -> None:
    """Give up orders that nobody has seen and that the marketplace would refuse by now."""
    signed = await ledger.listings(shop.collection, ListingState.SIGNED)
    outdated = [each for each in signed if not _fits(each.order, shop)]
    if outdated:
        reason = "the marketplace's terms changed before it was posted"
        await ledger.move_listings(outdated, ListingState.CANCELLED, reason)


def _fits(order: Order, shop: Shop) -> bool:
    """Whether an order has the fees, the currency and the zone of now."""
    terms = Terms(
        seller=order.offerer,
        collection=shop.collection.address,
        currency=shop.market.currency,
        fees=shop.market.fees,
        zone=shop.market.zone,
        conduit_key=shop.conduit_key,
        start=order.start,
        duration=order.end - order.start,
        counter=order.counter,
    )
    now = listing(terms, order.offer[0].identifier, order.price)
    names = ("consideration", "zone", "order_type", "conduit_key")
    return all(getattr(now, name) == getattr(order, name) for name in names)


def _sign(shop: Shop, order: Order, serial: int, signature: bytes) -> Listing:
    token, currency = order.offer[0].identifier, shop.market.currency
    return Listing(
        collection=shop.collection,
        token=token,
        serial=serial,
        hash="0x" + order_hash(order).hex(),
        order=order,
        signature=signature,
        state=ListingState.SIGNED,
        currency=currency.symbol,
        decimals=currency.decimals,
        page=shop.page_of(token),
    )


def _move(listing_: Listing, state: ListingState, reason: str = "") -> Listing:
    return replace(listing_, state=state, reason=reason)
