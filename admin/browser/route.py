"""Creates and lists items on a marketplace's pages, each exactly once across runs.

Before a button is pressed that creates or lists something, the ledger says that it will be; and
before that, the marketplace is looked at. What was pressed and not seen through may turn up late:
it is looked for until the ledger has been silent about it for `Pace.patience`, and only then done
again.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from admin.browser.errors import StepFailed, TooManyFailures
from admin.browser.page_session import PageSession
from admin.browser.pages import AccountPage, CreatePage, ItemPage, SellPage
from admin.browser.policy import Wanted
from admin.browser.signed_orders import Orders
from admin.ledger import Collection, Ledger, Token, TokenState
from admin.marketplace.seaport.amounts import Currency
from admin.minting.item_form import Item, Outcome
from ganshare.monitoring.log import get_logger

__all__ = ["Outcome", "Route"]

_LOOK = 2.0  # seconds from one look for a late item to the next
PriceOf = Callable[[Mapping[str, Any]], int]
_log = get_logger(__name__)


@dataclass
class Route:
    """The way of a collection's items through a marketplace's pages.

    Args:
        base: the marketplace's address.
        item_of: what is typed for a token.
        read: gives a painting's bytes.
        wallet_name: of ours, as pages show it; None where the owner signs in.
        skip: tokens that get no item, since they were withdrawn.
    """

    ledger: Ledger
    collection: Collection
    page_session: PageSession
    base: str
    item_of: Callable[[Token], Item]
    read: Callable[[Token], Awaitable[bytes]]
    currency: Currency
    wallet_name: str | None
    skip: Container[int] = ()
    _last: float = field(default=0.0, init=False)

    async def sign_in(self) -> None:
        """Sign in, where that is not done yet."""
        await AccountPage(self.page_session).sign_in(self.wallet_name)

    async def create_all(self) -> AsyncIterator[Outcome]:
        """Create all planned items; yields each with its outcome.

        Raises:
            TooManyFailures, NeedsHuman, BrowserGone: the next run goes on from there.
        """
        every = await self.ledger.tokens(self.collection, TokenState.CREATING, TokenState.PLANNED)
        tokens = [each for each in every if each.token not in self.skip]
        async for outcome in self._each(tokens, "creating", self._create):
            yield outcome

    async def offer_all(self, price_of: PriceOf) -> AsyncIterator[Outcome]:
        """List all created items that are not for sale; as `create_all`."""

        async def offer(token: Token) -> Token:
            return await self._offer(token, price_of(token.item))

        tokens = await self.to_offer()
        async for outcome in self._each(tokens, "offering", offer):
            yield outcome

    async def to_offer(self) -> list[Token]:
        """Which items are created and, as far as the ledger knows, not for sale."""
        states = (TokenState.OFFERING, TokenState.CREATED, TokenState.OFFERED)
        ended = await Orders(self.ledger, self.collection).ended()
        return [
            each
            for each in await self.ledger.tokens(self.collection, *states)
            if each.state is not TokenState.OFFERED or each.token in ended
        ]

    async def reconcile(self) -> int:
        """Make the ledger what the pages show, pressing nothing; gives how many items changed."""
        changed = 0
        for token in await self.ledger.tokens(self.collection):
            if token.state in (TokenState.PLANNED, TokenState.CREATING):
                page = await AccountPage(self.page_session).find(self.item_of(token).mark)
                if page is not None:
                    token = await self._move(token, TokenState.CREATED, page)
                    changed += 1
            if token.state in (TokenState.CREATED, TokenState.OFFERING, TokenState.OFFERED):
                changed += await self._compare(token)
        return changed

    async def _compare(self, token: Token) -> bool:
        try:
            listed = await self._is_listed(token)
        except StepFailed as error:  # sold, for example: then the chain knows
            _log.warning("an item cannot be compared", artwork=token.artwork, reason=str(error))
            return False
        state = TokenState.OFFERED if listed else TokenState.CREATED
        if state is token.state or (not listed and token.state is TokenState.OFFERING):
            return False
        await self._move(token, state)
        if listed:
            await Orders(self.ledger, self.collection).settle(token)
        return True

    # --- one item ---------------------------------------------------------------------------------

    async def _create(self, token: Token) -> Token:
        item = self.item_of(token)
        account = AccountPage(self.page_session)
        page = await account.find(item.mark)
        if page is None and token.state is TokenState.CREATING:
            page = await self._late(token, lambda: account.find(item.mark))
        if page is None:
            form = CreatePage(self.page_session)
            suffix = PurePosixPath(str(token.item["blob"])).suffix
            with tempfile.TemporaryDirectory() as folder:
                picture = Path(folder, item.mark + suffix)
                await asyncio.to_thread(picture.write_bytes, await self.read(token))
                await form.fill(item, picture)
                token = await self._move(token, TokenState.CREATING)
                async with self._beating(token):
                    page = await form.save()
        return await self._move(token, TokenState.CREATED, page)

    async def _offer(self, token: Token, price: int) -> Token:
        orders = Orders(self.ledger, self.collection)
        listed = await self._is_listed(token)
        if not listed and token.state is TokenState.OFFERING:
            listed = bool(await self._late(token, lambda: self._find_listing(token)))
        if not listed:
            await orders.drop(token)
            form = SellPage(self.page_session)
            path = urlsplit(token.page or "").path
            shown = self.currency.show(price).split()[0]
            await form.fill(path, shown, self.currency.symbol)
            wanted = self.wanted(token, price)
            token = await self._move(token, TokenState.OFFERING)
            async with self._beating(token):
                await form.post(wanted)
        await orders.settle(token)
        return await self._move(token, TokenState.OFFERED)

    def wanted(self, token: Token, price: int) -> Wanted:
        """What the wallet may sign for a token: the id that its page's address has."""
        path = urlsplit(token.page or "").path
        found = self.page_session.browser.locators.item_path.fullmatch(path)
        if found is None or found["contract"].lower() != self.collection.address.lower():
            raise StepFailed(
                f"The item's page {token.page} is not one of the collection "
                f"{self.collection.address}."
            )
        return Wanted(token.token, int(found["identifier"]), price)

    async def _is_listed(self, token: Token) -> bool:
        path = urlsplit(token.page or "").path
        return await ItemPage(self.page_session).is_listed(path, self.item_of(token).mark)

    async def _find_listing(self, token: Token) -> str | None:
        return "listed" if await self._is_listed(token) else None

    async def _late(self, token: Token, look: Callable[[], Awaitable[str | None]]) -> str | None:
        """Look for what an earlier run may have done, as long as it may turn up."""
        while await self.ledger.silence(token) < self.page_session.pace.patience:
            await asyncio.sleep(min(_LOOK, self.page_session.pace.patience / 4))
            if (found := await look()) is not None:
                return found
        return None

    @asynccontextmanager
    async def _beating(self, token: Token) -> AsyncIterator[None]:
        """Keep the ledger from being silent as long as something may still be pressed or sent."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(max(1.0, self.page_session.pace.patience / 6))
                await self._move(token, token.state)

        task = asyncio.create_task(beat())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _move(self, token: Token, state: TokenState, path: str | None = None) -> Token:
        page = None if path is None else self.base.rstrip("/") + path
        return await self.ledger.move_token(token, state, page)

    # --- one after another ------------------------------------------------------------------------

    async def _each(
        self, tokens: list[Token], what: str, act: Callable[[Token], Awaitable[Token]]
    ) -> AsyncIterator[Outcome]:
        """Keep the pace, keep evidence of what failed, and end when too much fails in a row."""
        failures = 0
        for token in tokens:
            await self._pause()
            try:
                outcome = Outcome(await act(token))
                failures = 0
            except StepFailed as error:
                place = await self.page_session.keep(
                    f"{what} {self.item_of(token).mark}", str(error)
                )
                _log.warning("an item failed", artwork=token.artwork, reason=str(error))
                outcome = Outcome(token, f"{error} What it looked like is in {place}.")
                failures += 1
            yield outcome
            if failures >= self.page_session.pace.failures:
                raise TooManyFailures(
                    f"{failures} items in a row failed, so that the run ends; the last one: "
                    f"{outcome.reason}"
                )

    async def _pause(self) -> None:
        rest = self._last + self.page_session.pace.between - time.monotonic()
        if rest > 0:
            await asyncio.sleep(rest)
        self._last = time.monotonic()
