"""Checks every locator against the live pages; creates nothing."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from admin.browser.errors import NotThere, StepFailed
from admin.browser.page_session import PageSession
from admin.browser.pages import AccountPage
from admin.ledger import Token

__all__ = ["Finding", "check_create", "check_everything"]

_FORM = ("media", "name", "external_link", "description", "add_property", "save")
_DIALOG = ("property_type", "property_value", "more_properties", "save_properties")
_NO_MARK = "0000000000"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of looking for one locator.

    Args:
        way: how it was found, and the number of that way; None if it was not.
    """

    name: str
    way: str | None
    number: int = 0

    def __str__(self) -> str:
        if self.way is None:
            return f"  no  {self.name}"
        fallback = f" (way {self.number}: the ones before find nothing)" if self.number > 1 else ""
        return f"  ok  {self.name}: {self.way}{fallback}"


async def check_create(page_session: PageSession) -> None:
    """Look for what the form for a new item needs, before anything is typed.

    Raises:
        StepFailed: something is missing; which is said.
    """
    await page_session.do(page_session.browser.open, page_session.browser.locators.paths["create"])
    found = [await _look(page_session, f"create.{name}") for name in _FORM]
    missing = [each.name for each in found if each.way is None]
    if missing:
        place = await page_session.keep("checking create", ", ".join(missing))
        raise StepFailed(
            f"The page for new items has no {', '.join(missing)}, so that nothing was begun; "
            "`ganshare admin doctor --route browser` looks at all pages, and a file that is put "
            f"right can be named by ADMIN_BROWSER_LOCATORS. What it looked like is in {place}."
        )


async def check_everything(
    page_session: PageSession, items: Sequence[Token]
) -> AsyncIterator[Finding]:
    """Look for each locator; those of an item need one that is created, and for sale or not.

    Args:
        items: created ones, to look at; the first one that is not for sale tells about selling.
    """
    yield await _look(page_session, "account.signed_in")
    await page_session.do(page_session.browser.open, page_session.browser.locators.paths["create"])
    for name in _FORM:
        yield await _look(page_session, f"create.{name}")
    if (await _press(page_session, "create.add_property")) is not None:
        for name in _DIALOG:
            yield await _look(page_session, f"create.{name}")
        await _press(page_session, "create.save_properties")
    await page_session.do(
        page_session.browser.open, AccountPage(page_session).path_of("items", mark=_NO_MARK)
    )
    yield await _look(page_session, "items.none")
    async for finding in _check_items(page_session, items):
        yield finding


async def _check_items(page_session: PageSession, items: Sequence[Token]) -> AsyncIterator[Finding]:
    seen: set[str] = set()
    for each in items:
        await page_session.do(page_session.browser.open, urlsplit(each.page or "").path)
        for name in ("item.title", "item.sell", "item.listed"):
            if (
                name not in seen
                and (found := await _look(page_session, name, patient=not seen)).way
            ):
                seen.add(name)
                yield found
        if "item.sell" in seen and await _press(page_session, "item.sell") is not None:
            for name in ("sell.price", "sell.currency", "sell.post"):
                yield await _look(page_session, name)
            return
    if items and not seen & {"item.sell", "item.listed"}:
        yield Finding("item.sell or item.listed", None)


async def _look(page_session: PageSession, name: str, *, patient: bool = True) -> Finding:
    ways = page_session.browser.locators.at[name].ways
    try:
        if not patient and not await page_session.do(page_session.browser.sees, name):
            return Finding(name, None)
        way = await page_session.do(page_session.browser.way, name)
    except NotThere:
        return Finding(name, None)
    shown = ", ".join(f"{kind} {text!r}" for kind, text in way.items())
    return Finding(name, shown, ways.index(way) + 1)


async def _press(page_session: PageSession, name: str) -> str | None:
    try:
        await page_session.do(page_session.browser.press, name)
    except NotThere:
        return None
    return name
