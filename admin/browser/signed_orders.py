"""Records the orders that the browser's wallet signed in the ledger."""

from admin.browser.errors import StepFailed
from admin.browser.policy import Wanted
from admin.ledger import Collection, Ledger, Listing, ListingState, Token
from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.order import Order, order_hash

__all__ = ["Orders"]

_LIVE = tuple(state for state in ListingState if state.is_live)
_ENDED = (ListingState.CANCELLED, ListingState.EXPIRED)


class Orders:
    """A collection's orders."""

    def __init__(self, ledger: Ledger, collection: Collection) -> None:
        self._ledger = ledger
        self._collection = collection

    async def record(
        self, wanted: Wanted, order: Order, signature: bytes, currency: Currency
    ) -> None:
        """Write an order down, and that the page gets its signature; before it does."""
        serials = await self._ledger.next_serials(self._collection)
        signed = Listing(
            collection=self._collection,
            token=wanted.token,
            serial=serials.get(wanted.token, 0),
            hash="0x" + order_hash(order).hex(),
            order=order,
            signature=signature,
            state=ListingState.POSTING,
            currency=currency.symbol,
            decimals=currency.decimals,
        )
        await self._ledger.record_listings([signed])

    async def settle(self, token: Token) -> None:
        """Note that the marketplace shows a token for sale."""
        for each in await self._of(token, ListingState.POSTING):
            await self._ledger.move_listing(each, ListingState.POSTED)

    async def drop(self, token: Token) -> None:
        """Give up an order that the marketplace never showed, before another one is signed.

        Raises:
            StepFailed: one was shown before; buyers may still have it.
        """
        live = await self._of(token, *_LIVE)
        if any(each.state is not ListingState.POSTING for each in live):
            raise StepFailed(
                f"The marketplace does not show the order {live[-1].hash} any more, but it may "
                "still be bought by; `ganshare admin unlist` cancels it on the chain."
            )
        if live:
            reason = "the marketplace never showed it"
            await self._ledger.move_listings(live, ListingState.REFUSED, reason)

    async def ended(self) -> set[int]:
        """Tokens whose newest order was cancelled or ran out."""
        newest = {
            each.token: each.state
            for each in sorted(
                await self._ledger.listings(self._collection), key=lambda one: one.serial
            )
        }
        return {token for token, state in newest.items() if state in _ENDED}

    async def _of(self, token: Token, *states: ListingState) -> list[Listing]:
        every = await self._ledger.listings(self._collection, *states)
        return [each for each in every if each.token == token.token]
