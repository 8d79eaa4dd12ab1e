"""Plans a run of `list`, to be shown before it is confirmed.

It uses the ledger as the chain would correct it, and writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from admin.ledger import Ledger, Listing, ListingState, Token, TokenState
from admin.marketplace.seaport.amounts import Currency, split
from admin.minting.list import LIVE, Shop, is_fresh
from admin.minting.mint import Drift, token_drift
from admin.minting.post import to_post
from admin.minting.prices import Prices
from admin.minting.unlist import listing_drift
from ganshare.chain.chain import Chain

__all__ = ["SalePlan", "plan_sale"]


@dataclass(frozen=True, slots=True)
class SalePlan:
    """Which tokens are listed for how much, and which orders are cancelled first.

    Args:
        prices: of each token that may be listed, in smallest units.
        new: tokens to sign an order for.
        again: orders of before that are posted as they are.
        stale: orders to cancel on the chain; their tokens are among the new ones, if still ours.
        kept: orders by which someone can buy at another price than the table's.
        changed: tokens that are left out, since the chain has other metadata than the ledger.
    """

    shop: Shop
    prices: Mapping[int, int]
    new: Sequence[Token]
    again: Sequence[Listing]
    stale: Sequence[Listing]
    kept: Sequence[Listing]
    changed: Sequence[int]

    def lines(self) -> list[tuple[str, str]]:
        """For people: what becomes of the orders of before, each with its old and new price."""
        lines = [("posted again as they are", f"{len(self.again)} orders")] if self.again else []
        if self.changed:
            count = f"{len(self.changed)} tokens with other metadata on the chain"
            lines += [("left out", f"{count}; `ganshare admin reconcile --accept` takes it over")]
        if self.kept:
            lines += [("left at other prices", f"{len(self.kept)} orders; --reprice changes them")]
        if self.stale:
            lines += [("orders to cancel first", f"{len(self.stale)}, on the chain")]
        names = {each.token: each.artwork for each in self.new}
        return lines + [
            (names.get(each.token, "not ours"), self._change(each)) for each in self.stale
        ]

    def _change(self, old: Listing) -> str:
        got = Currency(old.currency, "", old.decimals).show(old.order.proceeds)
        before = f"{old.state} at {old.shown_price} (you get {got})"
        if old.token not in self.prices:
            return f"{before} -> not listed again"
        price, market = self.prices[old.token], self.shop.market
        show = market.currency.show
        return f"{before} -> {show(price)} (you get {show(split(price, market.fees).seller)})"


async def plan_sale(
    ledger: Ledger,
    chain: Chain,
    shop: Shop,
    seller: str,
    prices: Prices,
    *,
    reprice: bool,
    minter: str | None = None,
) -> SalePlan:
    """Plan a run.

    Args:
        reprice: whether orders by which someone can buy now are cancelled if the table has
            another price. Those that OpenSea has refused, or may have, are in any case.
        minter: whose transactions may be under way; the seller if left out.
    """
    drift = await token_drift(ledger, chain, shop.collection, minter or seller)
    tokens = await _tokens_of(ledger, shop, seller, drift)
    every = {token: prices.of(each.item, shop.market.currency) for token, each in tokens.items()}
    ended = {
        each.hash for each, _ in await listing_drift(ledger, chain, shop.collection, shop.seaport)
    }
    live = [
        each for each in await ledger.listings(shop.collection, *LIVE) if each.hash not in ended
    ]
    now = await chain.time()
    again = {
        each.hash: each
        for each in to_post(live, shop, every)
        if each.state is not ListingState.SIGNED
        or is_fresh(each.order, shop, every[each.token], now)
    }
    # What nobody has seen is dropped without a word, if it isn't posted.
    seen = [
        each for each in live if each.state is not ListingState.SIGNED and each.hash not in again
    ]
    posted = [each for each in seen if each.state is ListingState.POSTED]
    other = [each for each in posted if each.token in every and not _costs(each, every, shop)]
    # By the order of a token that went elsewhere someone can buy once it is back.
    away = [each for each in posted if each.token not in {*every, *drift.changed}]
    stale = [each for each in seen if each.state is not ListingState.POSTED] + (
        [*other, *away] if reprice else []
    )
    gone = {each.hash for each in stale}
    taken = {each.token for each in (*again.values(), *seen) if each.hash not in gone}
    new = [each for token, each in tokens.items() if token not in taken]
    listed = {each.token for each in again.values()} | {each.token for each in new}
    return SalePlan(
        shop=shop,
        prices={token: price for token, price in every.items() if token in listed},
        new=new,
        again=list(again.values()),
        stale=stale,
        kept=[] if reprice else other,
        changed=list(drift.changed),
    )


async def _tokens_of(ledger: Ledger, shop: Shop, seller: str, drift: Drift) -> dict[int, Token]:
    """The seller's tokens, as the chain has them now."""
    owners = {**drift.found, **drift.moved}
    tokens = [
        replace(each, state=TokenState.MINTED, owner=owners[each.token])
        if each.token in owners
        else each
        for each in await ledger.tokens(shop.collection)
        if each.token not in drift.lost
    ]
    return {
        each.token: each
        for each in tokens
        if each.state is TokenState.MINTED
        and each.owner == seller
        and each.token not in drift.changed
    }


def _costs(listed: Listing, prices: Mapping[int, int], shop: Shop) -> bool:
    """Whether an order has the price of now, in the currency of now."""
    same = listed.order.consideration[0].token == shop.market.currency.address
    return same and listed.price == prices[listed.token]
