"""A session on a marketplace's pages: acts, waits, answers the wallet, calls for help."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import urllib3.exceptions
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    InvalidSessionIdException,
    JavascriptException,
    NoSuchWindowException,
    StaleElementReferenceException,
    UnexpectedAlertPresentException,
    WebDriverException,
)

from admin.browser.browser import Browser, first_line
from admin.browser.errors import BrowserGone, NeedsHuman, NotThere, RequestRefused, StepFailed
from admin.browser.evidence import keep_evidence
from admin.browser.wallet import Wallet
from ganshare.errors import quoted
from ganshare.monitoring.log import get_logger

__all__ = ["Pace", "PageSession"]

T = TypeVar("T")
_LOOK = 0.1  # seconds from one look at the page to the next
_COVERED = 5.0  # seconds that something may lie over what is to be pressed
_MISSING = 15.0  # seconds that what is to be pressed or filled may be missing
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in seconds.

    Args:
        step: for the page to react.
        between: from one item to the next.
        patience: how late what was saved may turn up on the marketplace's pages.
        human: to wait for a person before the run ends with `needs_human`.
        failures: of so many items in a row, the run ends.
    """

    step: float = 60.0
    between: float = 10.0
    patience: float = 60.0
    human: float = 0.0
    failures: int = 3


class PageSession:
    """A browser, the wallet in its pages, and what to do when a page wants a person.

    Args:
        wallet: None where the profile has its own.
        called: called once each time that a person is needed.
    """

    def __init__(
        self,
        browser: Browser,
        wallet: Wallet | None,
        pace: Pace,
        failures: Path,
        called: Callable[[str], Awaitable[None]],
    ) -> None:
        self.browser = browser
        self.wallet = wallet
        self.pace = pace
        self._failures = failures
        self._called = called

    async def do(self, act: Callable[..., T], *arguments: Any, **values: Any) -> T:
        """Do something on the page, once nothing is in its way.

        Raises:
            NotThere, StepFailed, NeedsHuman, BrowserGone.
        """
        await self._clear()
        started = time.monotonic()
        covered: Path | None = None
        while True:
            try:
                return await self._on_page(lambda: act(*arguments, **values))
            except ElementClickInterceptedException as error:
                waited = time.monotonic() - started
                reason = "something unknown covers the element to press"
                if waited > _COVERED and covered is None:
                    covered = await self._call_human(reason, first_line(error))
                if covered is not None and waited > _COVERED + self.pace.human:
                    raise _needs_human(reason, covered) from error
            except NotThere:
                if time.monotonic() - started > min(_MISSING, self.pace.step):
                    raise
            await asyncio.sleep(_LOOK)
            await self._clear()

    async def until(
        self, what: str, look: Callable[[], T | None], seconds: float | None = None
    ) -> T:
        """Look again and again, answering the wallet meanwhile, until there is something to see.

        Raises:
            StepFailed: it did not come in time; and as `do`.
        """
        limit = self.pace.step if seconds is None else seconds
        deadline = time.monotonic() + limit
        reason = ""
        while True:
            waited = time.monotonic()
            await self._serve()
            await self._clear()
            deadline += max(0.0, time.monotonic() - waited - _COVERED)  # a person took their time
            try:
                found = await self._on_page(look)
                if found is not None and found is not False:
                    return found
            except NotThere as error:
                reason = f" ({error})"
            if time.monotonic() > deadline:
                raise StepFailed(f"{what} did not come within {limit:g} seconds{reason}")
            await asyncio.sleep(_LOOK)

    async def keep(self, what: str, reason: str) -> Path:
        """Leave what the page looks like in the folder of failures; gives where."""
        return await asyncio.to_thread(keep_evidence, self.browser, self._failures, what, reason)

    async def _serve(self) -> None:
        """Answer what the page asked its wallet for."""
        if self.wallet is None:
            return
        for request in await self._on_page(self.browser.requests):
            try:
                value = await self.wallet.answer(request)
            except RequestRefused as error:
                await self._on_page(lambda r=request, e=error: self.browser.refuse(r, e))  # type: ignore[misc]
            else:
                await self._on_page(lambda r=request, v=value: self.browser.reply(r, v))  # type: ignore[misc]

    async def _clear(self) -> None:
        """Close dialogs that are known to be in the way; wait for a person at those that aren't."""
        if (obstacle := await self._on_page(self._obstacle)) is not None:
            await self._wait_for_human(obstacle)

    def _obstacle(self) -> str | None:
        captcha, dialogs = self.browser.obstacles()
        if captcha:
            return "the page shows a CAPTCHA"
        for text in dialogs:
            known = next(
                (
                    each
                    for each in self.browser.locators.dialogs
                    if each.text.casefold() in text.casefold()
                ),
                None,
            )
            if known is None:
                return f"the page shows an unknown dialog: {quoted(' '.join(text.split()))}"
            if known.close:
                self.browser.press_any(known.close)
        return None

    async def _wait_for_human(self, reason: str) -> None:
        place = await self._call_human(reason)
        deadline = time.monotonic() + self.pace.human
        while time.monotonic() < deadline:
            await asyncio.sleep(_LOOK * 5)
            if await self._on_page(self._obstacle) is None:
                _log.info("a person helped", reason=reason)
                return
        raise _needs_human(reason, place)

    async def _call_human(self, reason: str, details: str = "") -> Path:
        place = await self.keep("needs human", f"{reason} {details}".strip())
        _log.warning("a person is needed", reason=reason, evidence=str(place))
        await self._called(reason)
        return place

    async def _on_page(self, act: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(act)
        except ElementClickInterceptedException:
            raise
        except UnexpectedAlertPresentException as error:
            reason = f"the page shows an unknown message: {quoted(error.alert_text or '')}"
            raise _needs_human(reason, await self._call_human(reason)) from error
        except (InvalidSessionIdException, NoSuchWindowException) as error:
            raise BrowserGone(f"The browser's window was closed: {first_line(error)}") from error
        except (StaleElementReferenceException, JavascriptException) as error:
            raise NotThere(first_line(error)) from error  # the page is being changed
        except WebDriverException as error:
            raise StepFailed(first_line(error)) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise BrowserGone("The browser no longer responds.") from error


def _needs_human(reason: str, place: Path) -> NeedsHuman:
    return NeedsHuman(
        f"needs_human: {reason}; answer it in a window (--window --human-wait 600) and run the "
        f"command again. What it looked like is in {place}."
    )
