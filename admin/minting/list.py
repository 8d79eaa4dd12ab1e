"""From minted to signed: one bulk signature for the orders, recorded in the ledger."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from admin.ledger import Collection, Ledger, Listing, ListingState, Token, TokenState
from admin.marketplace.seaport.contract import GET_COUNTER
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import Domain, Order, order_hash
from admin.marketplace.terms import MarketTerms
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain

__all__ = [
    "LIVE",
    "Shop",
    "fits",
    "for_sale",
    "is_fresh",
    "sign_all",
]

LIVE = tuple(state for state in ListingState if state.is_live)
_FRESH = 3_600  # seconds for which an order that nobody has seen is as good as a new one


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

    async def terms(self, chain: Chain, seller: str, start: int) -> Terms:
        """What all orders of a run have in common, from a moment on."""
        counter = await chain.call(self.seaport, GET_COUNTER, seller)
        return Terms(
            seller=seller,
            collection=self.collection.address,
            currency=self.market.currency,
            fees=self.market.fees,
            zone=self.market.zone,
            conduit_key=self.conduit_key,
            start=start,
            duration=self.duration,
            counter=int(counter[0]),
        )

    def page_of(self, token: int) -> str:
        """The web page where a token is sold."""
        return f"{self.site}/item/{self.market.chain}/{self.collection.address}/{token}"


async def for_sale(ledger: Ledger, shop: Shop, seller: str) -> list[Token]:
    """Which tokens are the seller's, minted, and in no order."""
    live = {each.token for each in await ledger.listings(shop.collection, *LIVE)}
    minted = await ledger.tokens(shop.collection, TokenState.MINTED)
    return [each for each in minted if each.owner == seller and each.token not in live]


async def sign_all(
    ledger: Ledger, signer: Signer, chain: Chain, shop: Shop, prices: Mapping[int, int]
) -> list[Listing]:
    """Sign an order for each token that has none, with one signature, and write them down.

    Args:
        prices: of the tokens that may be listed, in smallest units; no other one is.
    """
    now = await chain.time()
    await _drop_outdated(ledger, shop, prices, now)
    offered = await for_sale(ledger, shop, signer.address)
    tokens = [each for each in offered if each.token in prices]
    if not tokens:
        return []
    terms = await shop.terms(chain, signer.address, now)
    serials = await ledger.next_serials(shop.collection)
    numbers = [serials.get(each.token, 0) for each in tokens]
    orders = [
        listing(terms, each.token, prices[each.token], secrets.randbits(256)) for each in tokens
    ]
    signatures = signer.sign_listings(orders, shop.domain)
    signed = [
        _sign(shop, order, serial, signature)
        for order, serial, signature in zip(orders, numbers, signatures, strict=True)
    ]
    await ledger.record_listings(signed)
    return signed


async def _drop_outdated(ledger: Ledger, shop: Shop, prices: Mapping[int, int], now: int) -> None:
    """Give up orders that nobody has seen and that would be signed otherwise by now."""
    signed = await ledger.listings(shop.collection, ListingState.SIGNED)
    outdated = [
        each
        for each in signed
        if each.token in prices and not is_fresh(each.order, shop, prices[each.token], now)
    ]
    if outdated:
        reason = "never posted, and signed again: prices or terms had changed, or time had passed"
        await ledger.move_listings(outdated, ListingState.CANCELLED, reason)


def is_fresh(order: Order, shop: Shop, price: int, now: int) -> bool:
    """Whether an order is still what would be signed at a time, in seconds since 1970."""
    on_time = now - _FRESH < order.start <= now
    return on_time and order.end - order.start == shop.duration and fits(order, shop, price)


def fits(order: Order, shop: Shop, price: int) -> bool:
    """Whether an order has this price, and the fees, the currency and the zone of now."""
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
    (item,) = order.offer
    now = listing(terms, item.identifier, price, quantity=item.amount, item_type=item.item_type)
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
