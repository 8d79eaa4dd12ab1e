"""Drives Chrome with Selenium: finds elements, types, and answers the page's wallet.

The browser dies with this process, even by kill -9: a wrapper ties the driver to this process, and
the browser to a pipe of the driver's, so that it has no port that others could debug it by.
"""

import contextlib
import functools
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3.exceptions
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from admin.browser.errors import BrowserGone, NotThere, RequestRefused, StepFailed
from admin.browser.locators import Locator, Locators, Way
from admin.browser.wallet import Request
from ganshare.errors import SettingsError

__all__ = ["Browser", "first_line"]

_BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    *("--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check", "--lang=en"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-save-password-bubble", "--window-size=1280,1000"),
)
_PAGE_SECONDS = 60
_START_SECONDS = 30


class Browser:
    """One window at a marketplace.

    Args:
        base: the address that paths are relative to.
    """

    def __init__(self, driver: WebDriver, base: str, locators: Locators) -> None:
        self._driver = driver
        self._base = base.rstrip("/")
        self.locators = locators

    @classmethod
    def start(
        cls, base: str, locators: Locators, profile: Path, *, headless: bool, wallet: bool
    ) -> "Browser":
        """Start one with a profile of its own; to be called in the main thread.

        Args:
            wallet: put ours into each page; without, the profile has its own.

        Raises:
            SettingsError: there is no browser, or no driver.
            BrowserGone: it does not come up, perhaps since the profile is open in another one.
        """
        browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
        driver_path = shutil.which("chromedriver")
        if browser is None or driver_path is None:
            raise SettingsError(
                "Chrome or Chromium and its chromedriver must be installed; on Debian, apt install "
                "chromium chromium-driver brings both."
            )
        options = webdriver.ChromeOptions()
        options.binary_location = browser
        options.unhandled_prompt_behavior = "ignore"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        for flag in (*_FLAGS, f"--user-data-dir={profile.resolve()}"):
            options.add_argument(flag)
        if headless:
            options.add_argument("--headless=new")
        if os.geteuid() == 0:  # Chrome's sandbox does not work for root, as in containers
            options.add_argument("--no-sandbox")
            options.add_argument("--disable-dev-shm-usage")
        driver = _start(options, driver_path, wallet=wallet)
        return cls(driver, base, locators)

    def quit(self) -> None:
        """End it, even one that has ended itself."""
        with contextlib.suppress(WebDriverException, urllib3.exceptions.HTTPError, OSError):
            self._driver.quit()

    # --- pages ------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Open a page of the marketplace."""
        self._driver.get(self._base + path)

    @property
    def path(self) -> str:
        """Where it is, without the site and without parameters."""
        return urlsplit(self._driver.current_url).path

    def find(self, name: str, **values: str) -> WebElement:
        """Find the element of a locator; raises NotThere without one."""
        return self._find(self.locators.at[name], values)[0]

    def way(self, name: str, **values: str) -> Way:
        """Tell which way of a locator finds it; raises NotThere if none does."""
        return self._find(self.locators.at[name], values)[1]

    def sees(self, name: str) -> bool:
        """Tell whether it is there."""
        return self._look(self.locators.at[name], {}) is not None

    def text(self, name: str) -> str:
        """What it says."""
        return str(self.find(name).text).strip()

    def press(self, name: str, **values: str) -> None:
        """Press it."""
        self.find(name, **values).click()

    def upload(self, name: str, file: Path) -> None:
        """Choose a file."""
        self.find(name).send_keys(str(file.resolve()))

    def fill(self, name: str, text: str) -> None:
        """Replace what a field holds; any character of Unicode goes.

        Raises:
            StepFailed: the page made another text of it.
        """
        field = self._find(self.locators.at[name], {}, ready=True)[0]
        self._driver.execute_cdp_cmd("Input.insertText", {"text": text})
        held = field.get_property("value")
        if held != text:
            raise StepFailed(f"The field {name} holds {held!r} after {text!r} was typed into it.")

    def links(self, text: str) -> list[str]:
        """Paths of the links whose text has a text in it, each once."""
        hrefs = self._run(
            "return [...document.links].filter((each) => each.textContent.includes(arguments[0]))"
            ".map((each) => each.href)",
            text,
        )
        return list(dict.fromkeys(urlsplit(str(href)).path for href in hrefs))

    def obstacles(self) -> tuple[bool, list[str]]:
        """Tell whether a CAPTCHA is shown, and what the dialogs say that are."""
        ways = [dict(way) for way in self.locators.captcha]
        captcha, dialogs = self._run(f"{_library()}return obstacles(...arguments);", ways)
        return bool(captcha), [str(each) for each in dialogs]

    def press_any(self, ways: Sequence[Way]) -> None:
        """Press what one of these ways finds."""
        self._find(Locator("a way to close the dialog", tuple(ways)), {})[0].click()

    # --- the wallet's queue -----------------------------------------------------------------------

    def requests(self) -> list[Request]:
        """Take the page's requests to its wallet, with the origin that the browser gives."""
        origin, taken = self._run("return [location.origin, window.__ganshareWallet?.take() ?? []]")
        return [
            Request(int(each["id"]), str(origin), str(each["method"]), each["params"])
            for each in taken
        ]

    def reply(self, request: Request, value: Any) -> None:
        """Answer a request."""
        self._run("window.__ganshareWallet?.answer(arguments[0], null, arguments[1])",
                  request.id, value)  # fmt: skip

    def refuse(self, request: Request, error: RequestRefused) -> None:
        """Answer a request with an error."""
        fault = {"code": int(error.code), "message": str(error)}
        self._run("window.__ganshareWallet?.answer(arguments[0], arguments[1])", request.id, fault)

    # --- for people -------------------------------------------------------------------------------

    def screenshot(self) -> bytes:
        """A picture of the window."""
        return bytes(self._driver.get_screenshot_as_png())

    def source(self) -> str:
        """The page's elements, without scripts and without what stands in password fields."""
        return str(self._run(_SOURCE))

    def console(self) -> list[dict[str, Any]]:
        """What the page logged."""
        return list(self._driver.execute("getLog", {"type": "browser"})["value"])

    def _run(self, script: str, *arguments: Any) -> Any:
        return self._driver.execute_script(script, *arguments)

    def _look(
        self, locator: Locator, values: dict[str, str], *, ready: bool = False
    ) -> list[Any] | None:
        ways = [{kind: text.format(**values) if values else text for kind, text in way.items()}
                for way in locator.ways]  # fmt: skip
        found: list[Any] | None = self._run(
            f"{_library()}return first(...arguments);", ways, locator.hidden, locator.last, ready
        )
        return found

    def _find(
        self, locator: Locator, values: dict[str, str], *, ready: bool = False
    ) -> tuple[WebElement, Way]:
        found = self._look(locator, values, ready=ready)
        if found is None:
            tried = json.dumps([dict(way) for way in locator.ways], ensure_ascii=False)
            raise NotThere(f"The page has not one {locator.name}; these ways were tried: {tried}")
        return found[0], locator.ways[int(found[1])]


_SOURCE = """
const copy = document.documentElement.cloneNode(true);
for (const each of copy.querySelectorAll("script, noscript, style")) each.remove();
for (const each of copy.querySelectorAll("input[type=password]")) each.removeAttribute("value");
return copy.outerHTML;
"""


def first_line(error: BaseException) -> str:
    """An error of Selenium's without its stack."""
    text = error.msg if isinstance(error, WebDriverException) and error.msg else str(error)
    return str(text).strip().partition("\n")[0][:300]


@functools.cache
def _library() -> str:
    return Path(__file__).with_name("find.js").read_text("utf-8")


def _start(options: webdriver.ChromeOptions, driver_path: str, *, wallet: bool) -> WebDriver:
    with tempfile.TemporaryDirectory() as folder:
        wrapper = Path(folder, "chromedriver")
        wrapper.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -m ganshare.processes.die_with_parent '
            f'"$PPID" "{driver_path}" "$@"\n'
        )
        wrapper.chmod(0o700)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                driver = webdriver.Chrome(options=options, service=Service(str(wrapper)))
                _prepare(driver, wallet=wallet)
            except (WebDriverException, urllib3.exceptions.HTTPError, OSError) as error:
                # The browser of a killed run may need a moment to leave the profile.
                if time.monotonic() > deadline:
                    raise BrowserGone(
                        "Chrome did not come up; perhaps its profile is open in another window: "
                        f"{first_line(error)}"
                    ) from error
            else:
                return driver
            time.sleep(0.5)


def _prepare(driver: WebDriver, *, wallet: bool) -> None:
    try:
        driver.set_page_load_timeout(_PAGE_SECONDS)
        driver.set_script_timeout(_PAGE_SECONDS)
        if wallet:
            source = Path(__file__).with_name("wallet.js").read_text("utf-8")
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
    except BaseException:
        driver.quit()
        raise
