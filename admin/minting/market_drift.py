"""Compares the ledger's orders with OpenSea's; the chain decides about each."""

from dataclasses import dataclass

from admin.ledger import Collection, Ledger, Listing, ListingState
from admin.marketplace.opensea import OpenSea
from admin.marketplace.terms import MarketTerms
from admin.minting.list import LIVE

__all__ = ["MarketDrift", "market_drift", "reconcile_market"]

_UNKNOWN = (ListingState.POSTING, ListingState.REFUSED)


@dataclass(frozen=True, slots=True)
class MarketDrift:
    """How the ledger differs from OpenSea.

    Args:
        arrived: orders that OpenSea has, though the ledger did not know.
        unknown: those of which neither knows whether they arrived; they stay live.
        hidden: posted ones that OpenSea does not offer; they hold on the chain all the same.
        foreign: hashes of the seller's orders that the ledger never had.
    """

    arrived: tuple[Listing, ...]
    unknown: tuple[Listing, ...]
    hidden: tuple[Listing, ...]
    foreign: tuple[str, ...]


async def market_drift(
    ledger: Ledger,
    opensea: OpenSea,
    terms: MarketTerms,
    collection: Collection,
    seaport: str,
    seller: str,
) -> MarketDrift:
    """Ask OpenSea for all offers of the seller's, and once more for each of unknown fate.

    Raises:
        OpenSeaAway: it cannot be asked now.
    """
    offered = {each async for each in opensea.offers(terms.slug, seller)}
    every = await ledger.listings(collection)
    live = [each for each in every if each.state in LIVE]
    doubtful = [each for each in live if each.state in _UNKNOWN]
    arrived = [
        each
        for each in doubtful
        if each.hash in offered or await opensea.status(terms, each.hash, seaport) is not None
    ]
    return MarketDrift(
        arrived=tuple(arrived),
        unknown=tuple(each for each in doubtful if each not in arrived),
        hidden=tuple(
            each for each in live if each.state is ListingState.POSTED and each.hash not in offered
        ),
        foreign=tuple(sorted(offered - {each.hash for each in every})),
    )


async def reconcile_market(ledger: Ledger, drift: MarketDrift) -> None:
    """Note which orders OpenSea has."""
    for each in drift.arrived:
        await ledger.move_listing(each, ListingState.POSTED, "as OpenSea says")
