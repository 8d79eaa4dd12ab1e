"""Page objects: what can be done on each of the marketplace's pages."""

from collections.abc import Sequence
from pathlib import Path

from admin.browser.browser import Browser
from admin.browser.errors import NeedsHuman, NotThere, StepFailed
from admin.browser.page_session import PageSession
from admin.browser.policy import Wanted
from admin.minting.item_form import Item

__all__ = ["AccountPage", "CreatePage", "ItemPage", "SellPage"]


class _Page:
    def __init__(self, page_session: PageSession) -> None:
        self.page_session = page_session

    @property
    def browser(self) -> Browser:
        return self.page_session.browser

    async def open(self, path: str, landmark: str) -> None:
        """Open it, and wait for what tells that it is there."""
        await self.page_session.do(self.browser.open, path)
        await self.page_session.until(
            f"The page {path}", lambda: self.browser.sees(landmark) or None
        )

    def path_of(self, name: str, **values: str) -> str:
        return self.browser.locators.paths[name].format(**values)

    def check_refusals(self) -> None:
        """Raise StepFailed if the wallet refused something: such a page is not to be trusted."""
        wallet = self.page_session.wallet
        if wallet is not None and wallet.refusals:
            first = wallet.refusals[0]
            wallet.refusals.clear()
            raise StepFailed(
                f"The page asked its wallet for something that is not allowed: {first}"
            )


class AccountPage(_Page):
    """The account, its items, and signing in."""

    async def sign_in(self, wallet_name: str | None) -> None:
        """Sign in with our wallet, unless the profile is signed in already.

        Args:
            wallet_name: None where the owner's own wallet is used: then the owner signs in.
        """
        await self.page_session.do(self.browser.open, self.path_of("items", mark=""))
        seen = await self.page_session.until("Signing in", self._either)
        if seen == "account.signed_in":
            return
        if wallet_name is None:
            raise NeedsHuman(
                "needs_human: the profile is not signed in at the marketplace; sign in there, in a "
                "window, and run the command again."
            )
        await self.page_session.do(self.browser.press, "account.connect")
        await self.page_session.until(
            "The list of wallets", lambda: self.browser.way("account.wallet", wallet=wallet_name)
        )
        await self.page_session.do(self.browser.press, "account.wallet", wallet=wallet_name)
        await self.page_session.until("Signing in", self._signed_in)

    def _either(self) -> str | None:
        names = ("account.signed_in", "account.connect")
        return next((name for name in names if self.browser.sees(name)), None)

    def _signed_in(self) -> bool:
        self.check_refusals()
        return self.browser.sees("account.signed_in")

    async def find(self, mark: str) -> str | None:
        """Look for the item with this mark; gives its path, or None if there is none for certain.

        Raises:
            NeedsHuman: there are several.
        """
        await self.page_session.do(self.browser.open, self.path_of("items", mark=mark))
        found = await self.page_session.until("The list of items", lambda: self._items(mark))
        if len(found) > 1:
            raise NeedsHuman(
                f"needs_human: the marketplace has {len(found)} items with the mark {mark}; "
                "delete all but one there, and run the command again."
            )
        return found[0] if found else None

    def _items(self, mark: str) -> Sequence[str] | None:
        links = [
            path
            for path in self.browser.links(f"#{mark}")
            if self.browser.locators.item_path.fullmatch(path)
        ]
        return links if links or self.browser.sees("items.none") else None


class CreatePage(_Page):
    """The form for a new item."""

    async def fill(self, item: Item, picture: Path) -> None:
        """Upload the picture, and type what belongs to it."""
        await self.open(self.path_of("create"), "create.name")
        await self.page_session.do(self.browser.upload, "create.media", picture)
        await self.page_session.do(self.browser.fill, "create.name", item.name)
        if item.external_link is not None:
            await self.page_session.do(
                self.browser.fill, "create.external_link", item.external_link
            )
        await self.page_session.do(self.browser.fill, "create.description", item.description)
        await self._fill_properties(item.properties)

    async def _fill_properties(self, properties: Sequence[tuple[str, str]]) -> None:
        await self.page_session.do(self.browser.press, "create.add_property")
        for number, (kind, value) in enumerate(properties):
            if number:
                await self.page_session.do(self.browser.press, "create.more_properties")
            await self.page_session.do(self.browser.fill, "create.property_type", kind)
            await self.page_session.do(self.browser.fill, "create.property_value", value)
        await self.page_session.do(self.browser.press, "create.save_properties")

    async def save(self) -> str:
        """Save it; gives the path of the item's page."""
        await self.page_session.do(self.browser.press, "create.save")
        return await self.page_session.until("The saved item", self._save)

    def _save(self) -> str | None:
        _raise_error(self.browser, "create.error")
        path = self.browser.path
        return path if self.browser.locators.item_path.fullmatch(path) else None


class ItemPage(_Page):
    """An item, for sale or not."""

    async def is_listed(self, path: str, mark: str) -> bool:
        """Tell whether it is for sale; it must be the item with this mark."""
        await self.page_session.do(self.browser.open, path)
        listed = await self.page_session.until(f"The item {mark}", lambda: self._state(mark))
        return listed == "item.listed"

    def _state(self, mark: str) -> str | None:
        if mark not in self.browser.text("item.title"):
            raise NotThere(f"The item's title is without the mark {mark}.")
        names = ("item.listed", "item.sell")
        return next((name for name in names if self.browser.sees(name)), None)


class SellPage(_Page):
    """The form that puts an item up for sale."""

    async def fill(self, path: str, price: str, symbol: str) -> None:
        """Type the price, which must be in this currency."""
        await self.page_session.do(self.browser.press, "item.sell")
        await self.page_session.until(
            f"Selling {path}", lambda: self.browser.sees("sell.price") or None
        )
        shown = await self.page_session.do(self.browser.text, "sell.currency")
        if symbol.casefold() not in shown.casefold().split():
            raise StepFailed(f"The page sells in {shown!r}; the settings say {symbol}.")
        await self.page_session.do(self.browser.fill, "sell.price", price)

    async def post(self, wanted: Wanted) -> None:
        """Post it; the wallet signs one order for it, or the owner does in their own."""
        wallet = self.page_session.wallet
        if wallet is not None:
            wallet.wanted = wanted
        try:
            await self.page_session.do(self.browser.press, "sell.post")
            await self.page_session.until("The listing", self._wait_until_posted)
        finally:
            if wallet is not None:
                wallet.wanted = None

    def _wait_until_posted(self) -> bool:
        self.check_refusals()
        _raise_error(self.browser, "sell.error")
        return self.browser.sees("sell.done")


def _raise_error(browser: Browser, name: str) -> None:
    if browser.sees(name):
        raise StepFailed(f"The page says: {browser.text(name)}")
